"""A broken line costs itself only, and on a file that is TOML nothing differs from tomllib."""

import string
import tomllib

import pytest
import tomli_w
from hypothesis import assume, given
from hypothesis import strategies as st

from grader.tolerant_toml import Note, read

KNOWN = {
    "": ("assignment", "student"),
    "problem1": ("a21", "a22", "a31"),
    "derivatives": ("square",),
    "texts": ("2.1", "2.2"),
}
KEYS = [(table, key) for table, keys in KNOWN.items() for key in keys]


def values(text):
    """(table, key) -> what was typed."""
    reading = read(text, KNOWN)
    return {
        (table.name, entry.key): entry.typed for table in reading.tables for entry in table.entries
    }


def notes(text):
    return [f"{note.line}: {note.message}" for note in read(text, KNOWN).notes]


@given(st.text(max_size=400))
def test_never_raises(text):
    """Any text is read somehow."""
    for table in read(text, KNOWN).tables:
        for entry in table.entries:
            assert isinstance(entry.typed, str)


@given(st.text(alphabet="a21=\"'[]{}#\\\n ,.x", max_size=120))
def test_never_raises_on_tomls_own_signs(text):
    """Nor on heaps of quotes, brackets and escapes."""
    read(text, KNOWN)


PLAIN = st.text(
    st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\\"), max_size=30
)
SCALARS = PLAIN | st.integers(-(10**9), 10**9) | st.floats(allow_nan=False) | st.booleans()


@given(
    st.dictionaries(
        st.sampled_from(["problem1", "derivatives", "texts", "other one"]),
        st.dictionaries(st.text(string.ascii_letters, min_size=1, max_size=5), SCALARS),
    ),
    st.booleans(),
)
def test_reads_toml_as_tomllib_does(tables, wide):
    """Tables, keys and values of a valid file are those of tomllib, and nothing is noted."""
    written = tomli_w.dumps(tables, multiline_strings=wide)
    known = {"": (), **{name: tuple(keys) for name, keys in tables.items()}}
    reading = read(written, known)
    ours = {
        table.name: {entry.key: entry.value for entry in table.entries}
        for table in reading.tables[1:]
    }
    assert ours == tomllib.loads(written)
    assert reading.notes == ()


LINE = st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"]), max_size=30)
NASTY = st.sampled_from(
    [
        'a31 = """',
        "x = [",
        "x = '''",
        '"',
        "[",
        "]",
        "[[",
        "a31 = {",
        "= 3",
        "\\",
        "[problem1",
        'a31 = "\\q"',
        '"2.2" = """',
        'a31 = [1, """',
        "'''",
        '"""',
    ]
)


@given(
    st.lists(st.text("0123456789x+-*/ ", max_size=8), min_size=len(KEYS), max_size=len(KEYS)),
    st.dictionaries(st.integers(0, len(KEYS) - 1), LINE | NASTY, max_size=4),
)
def test_lines_that_nobody_touched_survive(typed, broken):
    """Whatever stands in some lines, headers apart, the answers in all others are read.

    (Unless two of them open and close a text over several lines: then the file is TOML.)
    """
    for quotes in ('"""', "'''"):
        assume(sum(quotes in line for line in broken.values()) <= 1)
    lines, expected = [], {}
    for number, (table, key) in enumerate(KEYS):
        if table and (number == 0 or KEYS[number - 1][0] != table):
            lines.append(f"[{table}]")
        if number in broken:
            lines.append(broken[number])
        else:
            lines.append(f'"{key}" = "{typed[number]}"')
            expected[key] = typed[number]
    tables = read("\n".join(lines), KNOWN).tables
    found = {(entry.key, entry.typed) for table in tables for entry in table.entries}
    assert set(expected.items()) <= found


def test_text_over_several_lines_is_tomls():
    """The line break after the opening quotes goes, the others stay, # and = mean nothing."""
    text = '[texts]\n"2.1" = """\nk = 2 # slope\n[texts]\n"""\n"2.2" = "b"\n'
    assert values(text) == {("texts", "2.1"): "k = 2 # slope\n[texts]\n", ("texts", "2.2"): "b"}
    assert notes(text) == []


def test_missing_closing_quotes_cost_no_other_answer():
    """A text ends where the next known answer begins, and a note says so."""
    text = '[texts]\n"2.1" = """first\nmore\n"2.2" = """second\nmore"""\n'
    assert values(text) == {("texts", "2.1"): "first\nmore", ("texts", "2.2"): "second\nmore"}
    assert notes(text) == [
        '2: `"2.1" = """first`: the closing quotes are missing; read up to line 3'
    ]


def test_missing_closing_quotes_at_the_end():
    """The text then goes up to the end of the file."""
    text = '[texts]\n"2.1" = """first\nmore'
    assert values(text) == {("texts", "2.1"): "first\nmore"}


@pytest.mark.parametrize(
    ("line", "typed"),
    [
        ('a21 = "-4"', "-4"),
        ("a21 = -4", "-4"),
        ("a21 = -4.50   # by hand", "-4.50"),
        ("a21 = 2*(-5)", "2*(-5)"),
        ('a21 = "-4', "-4"),
        ("a21 = “-4”", "-4"),
        ("a21: -4", "-4"),
        ("a21 =", ""),
        ("a21 = 1" + "0" * 9999, "1" + "0" * 9999),
        (r'a21 = "\frac{1}{2}"', r"\frac{1}{2}"),
        (r'a21 = "\ln(a)"', r"\ln(a)"),
        (r'a21 = "\\ln(a)"', r"\ln(a)"),
        (r"a21 = '\ln(a)'", r"\ln(a)"),
        (r'a21 = "\u2212 4"', "− 4"),
        (r'a21 = "\ud800"', r"\ud800"),
        ('"a21" = "1 # 2"', "1 # 2"),
        ("problem1.a21 = 3", "3"),
    ],
)
def test_what_is_typed_is_kept(line, typed):
    """With or without quotes, TOML or not, and with LaTeX's backslashes."""
    ((_, found),) = values(f"[problem1]\n{line}\n").items()
    assert found == typed


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_any_line_ends(line_end):
    """Files come from any system."""
    text = line_end.join(["[problem1]", 'a21 = "1"', 'a22 = "2"'])
    assert values(text) == {("problem1", "a21"): "1", ("problem1", "a22"): "2"}


def test_header_with_a_slip_is_recognised():
    """A missing bracket or a space is noted, and the table is the one that was meant."""
    assert values("[Problem 1\na21 = 1") == {("problem1", "a21"): "1"}
    assert read("[Problem 1\na21 = 1", KNOWN).notes == (
        Note(1, "`[Problem 1`: read as [problem1]"),
    )


def test_dotted_key_is_one_key():
    """`2.1 = "..."` without quotes is the answer 2.1."""
    assert values('[texts]\n2.1 = "x"') == {("texts", "2.1"): "x"}


def test_line_that_is_nothing_is_told():
    """The note says what was read and what was expected."""
    assert notes("[problem1]\nminus four") == ['2: `minus four`: expected KEY = "VALUE"']


@pytest.mark.parametrize(
    "text",
    [
        "a = [\n" * 20_000,
        "[" + " " * 100_000 + "x",
        " " * 100_000 + "x",
        "a." * 50_000,
        "a" + " " * 100_000 + "b",
        "a = " + "[" * 100_000,
        'a = """\n' * 20_000,
        "{a." * 30_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_long_nonsense_is_read_to_its_end(text):
    """Nesting and repetition neither overflow nor multiply (a hang would be noticed here)."""
    read(text, KNOWN)
