"""A notebook becomes the Python of its code cells, and nothing of it runs while it is read."""

import json

import pytest

from grader.source import read_notebook, without_magics
from grader.submission import read_submission
from nnviz.errors import InputError


def notebook(*cells):
    return json.dumps(
        {
            "nbformat": 4,
            "nbformat_minor": 5,
            "metadata": {},
            "cells": [
                {"cell_type": "markdown", "metadata": {}, "source": "# Title"},
                *(
                    {
                        "cell_type": "code",
                        "metadata": {},
                        "outputs": [],
                        "execution_count": None,
                        "source": cell,
                    }
                    for cell in cells
                ),
            ],
        }
    )


def test_cells_are_read_in_order_with_what_was_left_out():
    """Numbered as code cells are, each magic noted with its line."""
    source = read_notebook("a.ipynb", notebook("x = 1", "!pip install torch\ny = 2"))
    assert [(unit.name, unit.text) for unit in source.units] == [
        ("a.ipynb cell 1", "x = 1"),
        ("a.ipynb cell 2", "pass\ny = 2"),
    ]
    assert source.notes == (
        "a.ipynb cell 2 line 1: not run, since it isn't Python: !pip install torch",
    )


@pytest.mark.parametrize(
    ("cell", "python"),
    [
        ("%matplotlib inline\nx = 1", "pass\nx = 1"),
        ("if x:\n    !rm -rf /\n", "if x:\n    pass\n"),
        ("files = !ls", "pass"),
        ("x = %time f()", "pass"),
        ("open?", "pass"),
        ("?open", "pass"),
        ("%%time\nx = 1", "\nx = 1"),
        ("%%bash\nrm -rf /", ""),
        ("%%writefile improvements.py\nx = 1", ""),
        # Python that only looks like it:
        (
            's = """\n!not a shell line\n%not_magic\n"""',
            's = """\n!not a shell line\n%not_magic\n"""',
        ),
        ("x = (7\n%y)", "x = (7\n%y)"),
        ("x = 7 \\\n%y", "x = 7 \\\n%y"),
        ("x = 'it''s' # (\n%who", "x = 'it''s' # (\npass"),
        ("x != y", "x != y"),
        ("x = y % z", "x = y % z"),
        ("", ""),
    ],
)
def test_magics_become_pass_and_python_stays(cell, python):
    """A line's number stays what it was."""
    assert without_magics(cell)[0] == python


@pytest.mark.parametrize("text", ["", "{", "[]", "3", '{"cells": 3}', "[" * 100_000, '{"a": "b"}'])
def test_what_is_no_notebook_is_one_line(text):
    """Whatever nbformat makes of it."""
    with pytest.raises(InputError, match=r"a\.ipynb: can't be read as a notebook"):
        read_notebook("a.ipynb", text)


def test_single_notebook_is_a_submission(tmp_path):
    """Under its own name."""
    (tmp_path / "ann.ipynb").write_text(notebook("x = 1"))
    submission = read_submission(tmp_path / "ann.ipynb", {})
    assert submission.student == "ann"
    assert [source.file for source in submission.sources] == ["ann.ipynb"]


def test_stub_of_the_template_hides_no_cell(tmp_path):
    """The notebook comes first, the module second."""
    (tmp_path / "a.ipynb").write_text(notebook("x = 1"))
    (tmp_path / "improvements.py").write_text("x = 2\n")
    submission = read_submission(tmp_path, {})
    assert [source.file for source in submission.sources] == ["a.ipynb", "improvements.py"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"\xef\xbb\xbfx = 1\r\ny = 2\r\n", "x = 1\ny = 2\n"),
        ("x = 'ä'\r".encode("latin-1"), "x = 'ä'\n"),
        ("x = 'ä'\n".encode("utf-16"), "x = 'ä'\n"),
    ],
)
def test_code_of_any_system_is_read(tmp_path, content, text):
    """Byte order marks, line ends of Windows and old Macs, Latin-1."""
    (tmp_path / "improvements.py").write_bytes(content)
    (source,) = read_submission(tmp_path, {}).sources
    assert source.units[0].text == text
