"""What is found in a class's folder, under the names that learning platforms give."""

import pytest

from grader.cohort.discovery import discover, is_submission
from nnviz.errors import InputError


def put(folder, name, content=""):
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)
    return path


def only(folder):
    (found,) = discover(folder).submissions
    return found


@pytest.mark.parametrize("name", ["ann.zip", "ann.tar.gz", "ann.TGZ", "ann.ipynb"])
def test_files_are_submissions(tmp_path, name):
    """Archives and notebooks, under any name; who handed in is told by what is in it."""
    put(tmp_path, name)
    found = only(tmp_path)
    assert (found.name, found.student) == (name, "")


def test_canvas_names(tmp_path):
    """`lastfirst_late_USER_SUBMISSION_name`: the user's number is the id."""
    put(tmp_path, "doejane_late_123_456_home_work.zip")
    put(tmp_path, "roejohn_124_457_work.zip")
    jane, john = discover(tmp_path).submissions
    assert (jane.student, jane.person, jane.late, jane.order) == ("123", "doejane", True, 456)
    assert (john.student, john.late, john.order) == ("124", False, 457)


def test_moodle_names(tmp_path):
    """A folder for each student, with a zip or the files in it; online texts are left out."""
    put(tmp_path, "Jane Doe_777_assignsubmission_file_/work.zip")
    put(tmp_path, "Jane Doe_777_assignsubmission_onlinetext_/onlinetext.html")
    found = only(tmp_path)
    assert (found.student, found.person) == ("777", "Jane Doe")
    assert found.path.name == "work.zip"


GRADESCOPE = """\
submission_11:
  :submitters:
  - :name: Jane Doe
    :sid: '0042'
    :email: jane@example.edu
  - :name: John Roe
    :sid: '0043'
    :email: john@example.edu
  :created_at: 2024-02-03 12:34:56.123456789 Z
  :score: 3.0
submission_12:
  :submitters:
  - :name: Ada
    :sid:
    :email: ada@example.edu
"""


def test_gradescope_names(tmp_path):
    """The metadata says who and when; of a group the first, with a note; without id the e-mail."""
    put(tmp_path, "submission_metadata.yml", GRADESCOPE)
    for number in (11, 12, 13):
        put(tmp_path, f"submission_{number}/answers.toml")
    group, ada, unknown = discover(tmp_path).submissions
    assert (group.student, group.person) == ("0042", "Jane Doe")
    assert group.submitted.startswith("2024-02-03T12:34:56")
    assert int(group.order) == 1706963696  # date -u -d '2024-02-03 12:34:56' +%s
    assert "0042, 0043" in group.notes[0]
    assert ada.student == "ada@example.edu"
    assert unknown.student == ""
    assert "submission_13" in unknown.notes[0]


def test_unsafe_metadata_is_refused(tmp_path):
    """YAML that would make an object is data that can't be read."""
    put(tmp_path, "submission_metadata.yml", "a: !!python/object/apply:os.system ['true']")
    put(tmp_path, "submission_1/answers.toml")
    with pytest.raises(InputError, match=r"submission_metadata\.yml: can't be read"):
        discover(tmp_path)


def test_folder_in_a_folder(tmp_path):
    """Zipping a folder and unpacking it again nests it."""
    put(tmp_path, "ann/homework/answers.toml")
    put(tmp_path, "ann/__MACOSX/x")
    assert only(tmp_path).path == tmp_path / "ann" / "homework"


def test_what_is_no_submission_is_said(tmp_path):
    """A list of names in the folder is neither a student nor an error; hidden files are nothing."""
    put(tmp_path, "ann/answers.toml")
    put(tmp_path, "notes.txt")
    put(tmp_path, ".DS_Store")
    (tmp_path / "root").symlink_to("/")
    found = discover(tmp_path)
    assert [one.name for one in found.submissions] == ["ann"]
    assert [note.split(":")[0] for note in found.notes] == ["notes.txt", "root"]


def test_folder_without_anything_is_refused(tmp_path):
    """And says what was expected."""
    with pytest.raises(InputError, match=r"no submission in it; expected folders, \.zip"):
        discover(tmp_path)


def test_one_submission_is_no_class(tmp_path):
    """Answers, code or a notebook make a submission; folders alone don't."""
    put(tmp_path, "a/answers.toml")
    assert is_submission(tmp_path / "a")
    assert not is_submission(tmp_path)


def test_notebooks_that_a_platform_exported_are_a_class(tmp_path):
    """A notebook of any other name beside them makes the folder one student's."""
    put(tmp_path, "doejane_123_456_work.ipynb")
    put(tmp_path, "Jane Roe_777_assignsubmission_file_work.ipynb")
    assert not is_submission(tmp_path)
    assert [one.student for one in discover(tmp_path).submissions] == ["777", "123"]
    put(tmp_path, "assignment1.ipynb")
    assert is_submission(tmp_path)
