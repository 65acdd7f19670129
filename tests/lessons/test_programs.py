"""A lesson's program is what the lesson says: its mistake is found, and gone once corrected."""

from types import SimpleNamespace

import pytest

from nnviz.cli import main
from nnviz.errors import InputError
from nnviz.lessons import Lesson, find_lesson, lesson_names
from nnviz.lessons.programs import program_failures, write_program


def with_programs():
    return [name for name in lesson_names() if find_lesson(name).program]


def test_the_forgotten_k_is_there_as_a_program():
    assert "gentle-slope" in with_programs()


@pytest.mark.slow
@pytest.mark.parametrize("name", with_programs())
def test_the_findings_name_the_mistake_and_not_once_it_is_corrected(name):
    assert program_failures(find_lesson(name)) == ()


@pytest.mark.slow
def test_a_correction_that_corrects_nothing_and_a_right_program_are_found_out():
    lesson = find_lesson("gentle-slope")
    wrong, right = lesson.file.correction
    file = SimpleNamespace(correction=(right, wrong))
    turned = SimpleNamespace(
        program=lesson.program.replace(wrong, right), cause=lesson.cause, file=file
    )
    said, still = program_failures(turned)
    assert said.startswith("of its program the findings say")
    assert still == "the corrected program is not right"


def test_it_is_written_with_its_digits_into_a_new_folder_only(tmp_path, capsys):
    folder = tmp_path / "forgotten"
    assert main(["lessons", "gentle-slope", "--program", str(folder)]) == 0
    assert f"nnviz tui {folder / 'network.py'}" in capsys.readouterr().out
    assert sorted(path.name for path in folder.iterdir()) == ["mnist-2k.npz", "network.py"]
    assert main(["lessons", "gentle-slope", "--program", str(folder)]) == 2
    assert "can't be made" in capsys.readouterr().err


def test_a_lesson_without_a_program_says_what_to_do(tmp_path):
    with pytest.raises(InputError, match=r"has no program; `nnviz tui --lesson`"):
        write_program(find_lesson("slow-start"), tmp_path / "new")


def test_the_correction_has_to_stand_once_in_the_program():
    lesson = find_lesson("gentle-slope")
    with pytest.raises(InputError, match="what stands once"):
        Lesson("mine", lesson.file, lesson.experiment, "W -= dW")


@pytest.mark.parametrize("more", [["slow-start"], ["--check"], ["--json"]])
def test_one_lesson_is_named_and_nothing_else_asked_for(tmp_path, capsys, more):
    words = ["lessons", "gentle-slope", *more, "--program", str(tmp_path / "new")]
    assert main(words) == 2
    assert "give one LESSON" in capsys.readouterr().err
