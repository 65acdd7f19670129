"""Promises of the circuit on the screen: stepping, the quiz, and no answer given away."""

import pytest

from grader.assignments import assignment_folder
from nnviz.circuit import circuit_from, load_circuit
from nnviz.tui.circuit.app import CircuitApp, circuit_cells
from nnviz.tui.circuit.lesson import Lesson
from nnviz.tui.drawing.look import ColorDepth, Look


@pytest.fixture
def circuit():
    return load_circuit(assignment_folder("assignment1") / "circuit.toml")


RIGHT = ["-4", "2", "-2", "-5", "25", "1", "-10", "-10", "-10", "-10", "20", "-20", "10", "20"]
"""The assignment's boxes in the order of filling, from the course's own sheet, without d15."""


def test_stepping_fills_the_boxes_with_their_rule_and_empties_them_again(circuit):
    lesson = Lesson(circuit).step(1)
    assert lesson.focus == "a21"
    assert lesson.message == "a21 = w1 * x1 = 2 * (-2) = -4"
    assert lesson.step(-1).texts == Lesson(circuit).texts
    assert Lesson(circuit).step(1000).done


def test_a_quiz_of_right_answers_fills_every_box_at_the_first_try(circuit):
    lesson = Lesson(circuit).toggle_quiz()
    for answer in [*RIGHT, "-10"]:
        assert lesson.texts[lesson.focus] == "?"
        lesson = lesson.answer(answer)
    assert lesson.done
    assert lesson.message == "All boxes are filled: 15 of 15 right at the first try."


def test_a_misconception_gets_its_hint_and_not_the_answer(circuit):
    lesson = Lesson(circuit).step(10).toggle_quiz()
    assert lesson.focus == "d11"
    wrong = lesson.answer("2")
    assert wrong.filled == lesson.filled
    assert "forward value" in wrong.message
    assert "20" not in wrong.message
    right = wrong.answer("20")
    assert right.filled == lesson.filled + 1
    assert (right.first_try, right.tried) == (0, 1)


@pytest.mark.parametrize("typed", ["", "two", "1/", "2,5"])
def test_what_is_no_number_counts_as_no_try(circuit, typed):
    lesson = Lesson(circuit).toggle_quiz().answer(typed)
    assert not lesson.missed
    assert "-4" not in lesson.message
    assert lesson.message


def test_the_assignments_circuit_fits_80x24_with_three_lines_of_text(circuit):
    cells, _ = circuit_cells(Lesson(circuit).step(1000))
    assert cells.width <= 80
    assert cells.height <= 24 - 3 - 1


@pytest.mark.parametrize("size", [(40, 12), (80, 24), (160, 50)])
@pytest.mark.parametrize("depth", [ColorDepth.TRUECOLOR, ColorDepth.NONE])
async def test_the_screen_steps_quizzes_and_leaves(circuit, size, depth):
    app = CircuitApp(circuit, Look(depth))
    async with app.run_test(size=size) as pilot:
        await pilot.press("n", "n", "N")
        assert app.lesson.filled == 1
        await pilot.press("t", "3", "enter")
        assert app.lesson.quiz
        assert app.lesson.filled == 1
        await pilot.press("backspace", "2", "enter")
        assert app.lesson.filled == 2
        await pilot.press("escape", "end")
        assert app.lesson.done
        await pilot.press("q")
    assert app.return_code == 0


async def test_a_light_ground_has_colours_of_its_own_whoever_chose_it(circuit):
    app = CircuitApp(circuit, Look(dark=False))
    async with app.run_test() as pilot:
        assert not app.current_theme.dark
        await pilot.press("T")
        assert app.look.dark
        assert app.current_theme.dark
        app.theme = "projector-light"
        await pilot.pause()
        assert not app.look.dark


async def test_the_circuit_stands_in_the_middle(circuit):
    app = CircuitApp(circuit, Look())
    async with app.run_test(size=(160, 50)):
        panel = app.query_one("#circuit")
        lines = [panel.render_line(y).text for y in range(panel.size.height)]
        drawn = [y for y, line in enumerate(lines) if line.strip()]
        assert abs(drawn[0] - (panel.size.height - 1 - drawn[-1])) <= 1
        left = min(len(lines[y]) - len(lines[y].lstrip()) for y in drawn)
        right = min(len(lines[y]) - len(lines[y].rstrip()) for y in drawn)
        assert abs(left - right) <= 1


async def test_a_circuit_larger_than_the_screen_moves_to_the_box_in_question():
    large = circuit_from("(" * 8 + "x" + "*x + 1)" * 8).with_inputs({"x": 1})
    app = CircuitApp(large, Look())
    async with app.run_test(size=(40, 12)) as pilot:
        await pilot.press("end")
        await pilot.pause()
        assert app.lesson.done
