"""Checks run together for speed, and yet each stands for itself."""

import numpy as np
import pytest

from grader.checking import run_checks
from grader.checks import Answer, Registry, Wrong, numbers
from grader.improvements import CHECKS
from grader.sandbox import Call, Limits, Outcome, Ref, Rng
from tests.grader.in_process import InProcess


@pytest.fixture
def registry():
    """Three checks of functions f and g; g's needs f's."""
    made = Registry()

    def doubles(function):
        def ask(trial):
            """It doubles."""
            x = trial.numbers(2, 2)
            (answer,) = yield [Call(function, (x,))]
            if not np.array_equal(numbers(answer, x.shape, function), 2 * x):
                raise Wrong(f"{function} does something else")
            return ""

        return ask

    made.check("f", ("f",))(doubles("f"))
    made.check("g", ("g",), needs=("f",))(doubles("g"))
    made.check("h", ("h",))(doubles("h"))
    return made.checks.values()


def verdicts(source, checks, seed=0):
    code = InProcess(source)
    results = run_checks(code, checks, seed)
    return {name: result.verdict for name, result in results.items()}, results, code


RIGHT = "f = g = h = lambda x: 2 * x"


def test_all_are_asked_in_one_process(registry):
    """Three checks with a question each take one run."""
    found, _, code = verdicts(RIGHT, registry)
    assert found == {"f": "passed", "g": "passed", "h": "passed"}
    assert code.runs == 1


def test_one_that_fails_costs_only_itself(registry):
    """An exception ends the common run: what came before it stands, and it is asked again alone."""
    found, results, code = verdicts(f"{RIGHT}\ndef h(x):\n    return x / 'a'", registry)
    assert found == {"f": "passed", "g": "passed", "h": "could-not-run"}
    assert code.runs == 2
    assert results["h"].message.startswith("h raised TypeError: ")
    assert "line 3" in results["h"].message


def test_what_comes_after_a_failure_is_asked_in_a_process_without_it(registry):
    """f fails first, and was alone until then; g and h share the next run."""
    found, results, code = verdicts(f"{RIGHT}\ndef f(x):\n    return x / 'a'", registry)
    assert found == {"f": "could-not-run", "g": "could-not-run", "h": "passed"}
    assert "line 3" in results["f"].message
    assert code.runs == 2


def test_what_stands_on_a_mistake_is_no_second_one(registry):
    """g needs f: it could be wrong only because f is."""
    found, results, _ = verdicts(f"{RIGHT}\nf = lambda x: x", registry)
    assert found == {"f": "failed", "g": "could-not-run", "h": "passed"}
    assert results["g"].message == "counts once f is right"


def test_absent_and_unwritten_functions_are_blank(registry):
    """Nothing handed in is nothing wrong; a misspelled name gets a hint."""
    found, results, _ = verdicts(
        "hh = lambda x: 2 * x\ndef f(x): raise NotImplementedError", registry
    )
    assert found == {"f": "blank", "g": "blank", "h": "blank"}
    assert results["h"].message == "there is no function h; did you mean hh?"
    assert results["f"].message.startswith("f is not written yet")


def test_what_could_not_be_loaded_is_said(registry):
    """A function may be missing because the file ends in a syntax error."""
    code = InProcess("")
    code.problems = ("improvements.py, line 3: invalid syntax",)
    result = run_checks(code, registry, 0)["f"]
    assert result.verdict == "could-not-run"
    assert result.message == "there is no function f; improvements.py, line 3: invalid syntax"


def test_forbidden_import_fails_all_and_runs_nothing(registry):
    """The reason stands at each check."""
    code = InProcess(RIGHT)
    results = run_checks(code, registry, 0, "imports torch")
    assert {(result.verdict, result.message) for result in results.values()} == {
        ("failed", "imports torch")
    }
    assert code.runs == 0


def test_inputs_depend_on_seed_and_check_only():
    """Other checks beside it, or another order, change nothing; another seed does."""
    check = CHECKS["sigmoid"]
    one, same, other = (check.trial(frozenset(), seed).numbers(3, 4) for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
    assert not np.array_equal(one, CHECKS["tanh"].trial(frozenset(), 1).numbers(3, 4))


def test_references_stay_inside_their_chain():
    """Two chains in one process: `Ref(0)` of the second is its own first call."""
    made = Registry()
    for start in (1, 10):

        def ask(trial, start=start):
            """Adds one twice."""
            answers = yield [Call("add", (start,)), Call("add", (Ref(0),)), Call("draw", (Rng(1),))]
            if [answers[0].value, answers[1].value] != [start + 1, start + 2]:
                raise Wrong(f"{answers[0].value}, {answers[1].value}")
            return ""

        made.check(f"from {start}", ("add",))(ask)
    source = "add = lambda x: x + 1\ndraw = lambda rng: rng.random()"
    found, _, code = verdicts(source, made.checks.values())
    assert set(found.values()) == {"passed"}
    assert code.runs == 1


@pytest.mark.parametrize(
    ("value", "says"),
    [
        (None, "returns None; is a `return` missing?"),
        ([1.0, 2.0], "returns a list; expected a numpy array"),
        ("1", "returns a text"),
        ({"a": 1}, "returns a dict"),
        (1.5, "returns a single number; expected the shape 2"),
        (np.ones(3), "returns the shape 3; expected the shape 2"),
        (np.ones(2) * 1j, "the type complex128; expected real numbers"),
        (np.array(["a", "b"]), "expected real numbers"),
    ],
)
def test_other_values_than_numbers_are_explained(value, says):
    """What came, and what was expected."""
    with pytest.raises(Wrong) as caught:
        numbers(Answer(value), (2,))
    assert says in caught.value.message


@pytest.mark.parametrize("dtype", [np.float32, np.float64, np.int64, np.uint8, np.bool_])
def test_real_numbers_of_any_type_are_numbers(dtype):
    """Also truth values, which count as 0 and 1."""
    assert numbers(Answer(np.ones(2, dtype)), (2,)).dtype == np.float64


def test_a_check_needs_a_line_for_the_student():
    """Without a docstring there is nothing to read."""
    with pytest.raises(ValueError, match="no docstring"):
        Registry().check("x", ())(lambda trial: iter(()))


def trainings(counts, draws_alike=True):
    """Checks with limits of their own; each asks `f` so many times for the same numbers."""
    made = Registry()
    for number, count in enumerate(counts):

        def ask(trial, count=count):
            """All answers are the double."""
            x = trial.numbers(2, 2)
            answers = yield [Call("f", (x,))] * count
            if not all(np.array_equal(answer.value, 2 * x) for answer in answers):
                raise Wrong("something else")
            return ""

        made.check(
            f"f{number}",
            ("f",),
            limits=Limits(wall_seconds=9),
            inputs="f0" if draws_alike else "",
        )(ask)
    return made.checks.values()


def test_what_begins_another_question_is_asked_with_it():
    """One call and the same call twice take one run, and answer both checks."""
    found, _, code = verdicts(RIGHT, trainings((1, 2)))
    assert set(found.values()) == {"passed"}
    assert code.runs == 1


def test_other_inputs_are_asked_apart():
    """Two checks that draw their own numbers ask for different things."""
    found, _, code = verdicts(RIGHT, trainings((1, 2), draws_alike=False))
    assert set(found.values()) == {"passed"}
    assert code.runs == 2


def test_a_longer_question_that_fails_costs_the_shorter_nothing():
    """The second call of f raises: who asks once still gets an answer, in a run of its own."""
    source = (
        "calls = []\ndef f(x):\n    calls.append(1)\n"
        "    if len(calls) == 2:\n        raise ValueError\n    return 2 * x"
    )
    found, _, code = verdicts(source, trainings((1, 2)))
    assert found == {"f0": "passed", "f1": "could-not-run"}
    assert code.runs == 2


def test_a_training_shares_the_process_of_the_others(registry):
    """Three checks and a training: one run, since all of it is done in the time of one."""
    found, _, code = verdicts(RIGHT, [*registry, *trainings((1, 2))])
    assert set(found.values()) == {"passed"}
    assert code.runs == 1


class Slow(InProcess):
    """Code whose second call of f in one run takes longer than a run without limits may."""

    def run(self, calls, limits=None):
        """End without an answer where the time is over."""
        if limits is None and sum(call.function == "f" for call in calls) > 1:
            self.runs += 1
            return Outcome("timeout")
        return super().run(calls, limits)


def test_a_long_training_costs_the_others_nothing(registry):
    """The common run takes too long: the short checks are asked anew, the training by itself."""
    code = Slow(RIGHT)
    results = run_checks(code, [*registry, *trainings((1,))], 0)
    assert {result.verdict for result in results.values()} == {"passed"}
    assert code.runs == 3
