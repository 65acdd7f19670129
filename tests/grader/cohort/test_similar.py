"""Copies are found under other names; what everybody has, or was given, is not counted."""

import random

from hypothesis import given
from hypothesis import strategies as st

from benchmarks.student_code import improvements, renamed
from grader.assignments import assignment_folder
from grader.cohort.fingerprints import RUN, WINDOW, fingerprints
from grader.cohort.similar import similar_pairs

TEMPLATE = (assignment_folder("assignment1") / "template" / "improvements.py").read_text()


def program(seed, ability=0.7):
    return improvements(random.Random(seed), ability)[0]


def body(number):
    """A function that nobody else writes."""
    chance = random.Random(f"own {number}")
    lines = [
        f"    x{n} = np.{chance.choice(['exp', 'log', 'sum', 'dot', 'abs', 'max'])}("
        for n in range(40)
    ]
    return "def own():\n" + "\n".join(
        f"{line}{' + '.join(chance.choices(['a', 'b.c', 'd[0]', 'e(1)'], k=4))})" for line in lines
    )


def test_names_comments_and_layout_change_nothing():
    """The same program as one who hides a copy would write it."""
    one = body(1)
    other = (
        one.replace("own", "mine")
        .replace("    x", "    y")
        .replace("\n    ", "\n\n      # why\n      ")
    )
    assert {hash for hash, _ in fingerprints(one)} == {hash for hash, _ in fingerprints(other)}


def test_a_copy_in_a_class_is_found():
    """Forty honest programs and one renamed copy: that pair, and it is the first."""
    class_ = {f"s{n}": fingerprints(program(n) + body(n)) for n in range(40)}
    class_["copy"] = fingerprints(renamed(program(7) + body(7), random.Random(0)))
    pairs = similar_pairs(class_, fingerprints(TEMPLATE))
    assert {pairs[0].one, pairs[0].other} == {"copy", "s7"}
    assert pairs[0].share > 0.9
    assert len(pairs) == 1


def test_the_template_alone_is_nobodys_copy():
    """Two who left everything empty are not alike."""
    class_ = {name: fingerprints(TEMPLATE) for name in "ab"}
    assert similar_pairs(class_, fingerprints(TEMPLATE)) == ()


@given(st.text(max_size=300))
def test_any_text_has_fingerprints(text):
    """Broken programs too; none raises."""
    assert all(line >= 1 for _, line in fingerprints(text))


@given(
    st.lists(st.sampled_from("+ - * / ( ) [ ] , : if else for in a b.c 1 'x'".split()), max_size=90)
)
def test_a_common_stretch_is_always_found(tokens):
    """The guarantee of winnowing: RUN + WINDOW - 1 common tokens share a fingerprint."""
    chance = random.Random(1)
    stretch = " ".join(
        chance.choices("+ - * / np.exp np.log and or not".split(), k=2 * (RUN + WINDOW))
    )
    one = {hash for hash, _ in fingerprints(f"{' '.join(tokens)} , {stretch}")}
    other = {hash for hash, _ in fingerprints(stretch)}
    if "(" not in tokens and "[" not in tokens and ")" not in tokens and "]" not in tokens:
        assert one & other
