"""A lesson's folder is read whole, or refused with the file and the reason."""

import shutil

import pytest

from nnviz.errors import InputError
from nnviz.lessons import find_lesson, lesson_names
from nnviz.lessons.checking import MAY_BE_SILENT, NEVER_SILENT
from nnviz.lessons.lesson import LIBRARY

SUBJECTS = {
    "slow-start": "saturated sigmoids",
    "worse-every-step": "a learning rate past the edge",
    "nothing-happens": "a learning rate that is too small",
    "silent-units": "dead ReLU units from a bad bias",
    "rescue": "leaky ReLU as a rescue",
    "deep-and-still": "a vanishing gradient in a deep sigmoid net",
    "all-alike": "symmetric initialisation",
    "gentle-slope": "the forgotten k",
    "crossed-axes": "the wrong axis in a softmax",
    "loud-input": "unscaled input",
    "half-asleep": "one frozen layer",
    "runaway": "exploding with momentum",
    "by-heart": "random labels",
    "late-bloomer": "cross-entropy with the wrong delta",
    "uneven-steps": "depth and the size of updates",
}
"""The course's subjects; what else there is comes on top."""


@pytest.mark.parametrize("name", lesson_names())
def test_every_lesson_can_be_read(name):
    """Three sentences, a question, hints in steps, and a run that says nothing of its cause."""
    lesson = find_lesson(name)
    assert lesson.experiment.name == name
    assert len(lesson.file.hints) >= 2
    assert lesson.file.question.endswith("?") or "?" in lesson.file.question
    told = " ".join([lesson.file.title, *lesson.file.story, name])
    assert lesson.cause.name not in told
    assert lesson.experiment.data == "mnist-2k"


def test_every_subject_has_a_lesson():
    assert set(SUBJECTS) <= set(lesson_names())


def test_few_lessons_are_silent_and_never_those_that_must_speak():
    lessons = [find_lesson(name) for name in lesson_names()]
    silent = [lesson for lesson in lessons if lesson.file.silent]
    assert len(silent) <= MAY_BE_SILENT
    assert not [one for one in silent if {a.name for a in one.answers} & NEVER_SILENT]


def test_unknown_lesson_is_told_with_the_nearest():
    with pytest.raises(InputError, match="there is no lesson 'slow-stat'; did you mean slow-start"):
        find_lesson("slow-stat")


@pytest.fixture
def folder(tmp_path):
    return shutil.copytree(LIBRARY / "slow-start", tmp_path / "mine")


def test_a_lesson_of_ones_own_is_a_folder(folder):
    assert find_lesson(str(folder)).file.title == find_lesson("slow-start").file.title


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"poor-init L1"', '"gremlins L1"', "'gremlins' is no cause"),
        ('"L1.saturated > 35%"', '"L1.satiated > 35%"', "satiated"),
        ("init_divisor", "init_diviser", "unknown key init_diviser"),
        ("title =", "titel =", "titel"),
        ('question = "', "question = ", "can't be read"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_file(folder, old, new, told):
    path = folder / "lesson.toml"
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new))
    with pytest.raises(InputError, match=r"lesson\.toml") as caught:
        find_lesson(str(folder))
    assert told in str(caught.value)


def test_a_story_of_two_sentences_is_refused(folder):
    path = folder / "lesson.toml"
    lines = path.read_text().splitlines(keepends=True)
    path.write_text("".join(lines[:2] + lines[3:]))
    with pytest.raises(InputError, match="a story of 3 sentences"):
        find_lesson(str(folder))
