"""Functions of a student are called in the sandbox, and what comes back are values or reasons."""

import numpy as np
import pytest

from grader.sandbox import Call, Limits, Opaque, Ref, Rng, choose_sandbox, places
from grader.sandbox.backends import BACKENDS
from grader.sandbox.probing import refusal
from nnviz.errors import InputError

PATIENT = Limits(wall_seconds=120, cpu_seconds=60)
"""For code that is meant to finish, on a machine that may be busy."""


@pytest.fixture
def call(sandbox, submit):
    """Return a function that loads code and makes one call."""

    def make(code, function, *args, limits=PATIENT, **kwargs):
        with sandbox.open(submit(code)) as session:
            return session.run([Call(function, args, kwargs)], limits)

    return make


def test_something_isolates_here():
    """The tests of the sandbox would say little where only trust is left."""
    assert any(not refusal(backend) for backend in BACKENDS[:2])


def test_value_comes_back(call):
    """sigmoid(0) = 1/2, as the array that it is."""
    code = "import numpy as np\ndef sigmoid(z, k=1):\n    return 1 / (1 + np.exp(-k * z))\n"
    outcome = call(code, "sigmoid", np.zeros((2, 3)), k=2.0)
    assert (outcome.kind, outcome.message) == ("value", "")
    assert outcome.value.dtype == np.float64
    np.testing.assert_array_equal(outcome.value, np.full((2, 3), 0.5))


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("1", 1),
        ("None", None),
        ("[1, (2.5, 'x'), {'a': True, 2: None}]", [1, (2.5, "x"), {"a": True, 2: None}]),
        ("1e400", float("inf")),
        ("2j", 2j),
        ("np.float32(0.5)", 0.5),
        ("np.matrix([[1]])", np.array([[1]])),
        ("np.arange(3)[::-1]", np.array([2, 1, 0])),
        ("np.zeros((0, 4))", np.zeros((0, 4))),
    ],
)
def test_plain_values_keep_their_type(strongest, submit, expression, expected):
    """Numbers, texts and arrays, and lists, tuples and dicts of them."""
    with strongest.open(
        submit(f"import numpy as np\ndef f():\n    return {expression}\n")
    ) as session:
        outcome = session.run([Call("f")], PATIENT)
    assert outcome.kind == "value"
    if isinstance(expected, np.ndarray):
        np.testing.assert_array_equal(outcome.value, expected)
        assert outcome.value.shape == expected.shape
    else:
        assert outcome.value == expected


@pytest.mark.parametrize(
    "expression", ["object()", "np.array([object()])", "lambda: 1", "10 ** 10_000", "open", "b'x'"]
)
def test_objects_stay_where_they_are(strongest, submit, expression):
    """Nothing that could run crosses over, and the message names its type."""
    with strongest.open(
        submit(f"import numpy as np\ndef f():\n    return {expression}\n")
    ) as session:
        outcome = session.run([Call("f")], PATIENT)
    assert outcome.kind == "unreadable"
    assert isinstance(outcome.value, Opaque)
    assert outcome.message.startswith("returned a value that is no numbers or texts: ")


def test_calls_build_on_each_other(strongest, submit):
    """An object of the student's own goes from one call to the next without leaving."""
    code = """
class Momentum:
    speed = 0.0
def update(W, dW, state, rate):
    state = state or Momentum()
    state.speed = 0.5 * state.speed - rate * dW
    return W + state.speed, state
def draw(rng):
    return rng.normal(size=2)
"""
    W, dW = np.ones(2), np.ones(2)
    calls = [
        Call("update", (W, dW, None, 0.1)),
        Call("update", (Ref(0, 0), dW, Ref(0, 1), 0.1)),
        Call("draw", (Rng(3),)),
    ]
    with strongest.open(submit(code)) as session:
        outcome = session.run(calls, PATIENT)
    first, second, drawn = outcome.values
    np.testing.assert_allclose(first[0], 0.9)
    np.testing.assert_allclose(second[0], 0.9 - 0.15)
    assert isinstance(second[1], Opaque)
    np.testing.assert_array_equal(drawn, np.random.default_rng(3).normal(size=2))


def test_exception_has_its_line_and_text(call):
    """Of the student's own file, also where numpy raised it."""
    outcome = call("import numpy as np\n\ndef f(z):\n    return z @ z\n", "f", np.ones((2, 3)))
    assert (outcome.kind, outcome.line, outcome.file) == ("exception", 4, "improvements.py")
    assert outcome.message.startswith("ValueError: matmul")


@pytest.mark.parametrize(
    ("body", "kind", "message"),
    [
        ("import os; os._exit(0)", "no-value", "the process ended itself"),
        ("raise SystemExit(0)", "exception", "SystemExit: 0"),
        ("input()", "exception", "EOFError"),
        ("f()", "exception", "RecursionError"),
        ("return np.zeros(2**40)", "memory", "out of memory"),
        ("return np.zeros(3 * 2**20)", "unreadable", "returned more than 16 MB"),
        ("import ctypes; ctypes.string_at(0)", "killed", "ended by signal 11"),
    ],
)
def test_what_is_no_value_has_a_name(strongest, submit, body, kind, message):
    """Each way of not returning a value is told apart, and the next run works."""
    with strongest.open(
        submit(f"import numpy as np\ndef f():\n    {body}\ndef g(): return 1\n")
    ) as s:
        outcome = s.run([Call("f")], PATIENT)
        after = s.run([Call("g")], PATIENT)
    assert (outcome.kind, after.value) == (kind, 1)
    assert message in outcome.message


@pytest.mark.parametrize("body", ["while True: pass", "import time; time.sleep(1000)"])
def test_endless_call_is_cut_off(call, body):
    """By the processor's time or the clock, with the same message on any machine."""
    outcome = call(f"def f():\n    {body}\n", "f", limits=Limits(wall_seconds=4, cpu_seconds=1))
    assert outcome.kind == "timeout"
    assert outcome.message == "not done in time (1 seconds of computing, 4 seconds in all)"


def test_changed_arguments_are_told(call):
    """Arrays that were written into, also in a list; the caller's own stay as they were."""
    code = "def f(a, b, c):\n    a[0] = 7\n    c[1][0] = 7\n    return b\n"
    a = np.zeros(2)
    outcome = call(code, "f", a, a, c=[a, a])
    assert outcome.mutated == ((0, 0), (0, "c"))
    assert a[0] == 0


def test_output_is_kept_up_to_a_limit(strongest, submit):
    """A megabyte of the ten that are printed, and the value all the same."""
    code = "def f():\n    for _ in range(100): print('x' * 99_999)\n    return 1\n"
    with strongest.open(submit(code)) as session:
        outcome = session.run([Call("f")], PATIENT)
    assert outcome.value == 1
    assert len(outcome.output) == 1024**2


def test_one_failing_statement_loses_one_thing(strongest, submit):
    """A missing package, a failing line and a broken function are told; the rest is defined."""
    code = """import numpy as np
import torch
x = 1 / 0
def broken(z):
    return z +
def relu(z):
    return np.maximum(z, 0)
"""
    with strongest.open(submit(code)) as session:
        outcome = session.run([Call("relu", (np.array([-1.0, 2.0]),))], PATIENT)
        assert session.names == {"relu"}
        assert session.forbidden == ("torch",)
        assert session.problems == (
            "improvements.py:5: invalid syntax: return z +",
            "improvements.py:2: the package torch is not available here",
            "improvements.py:3: ZeroDivisionError: division by zero",
        )
    np.testing.assert_array_equal(outcome.value, [0, 2])


def test_runs_know_nothing_of_each_other(strongest, submit):
    """What one run left in the module or the random generator is gone in the next."""
    code = (
        "import numpy as np\nn = [0]\ndef f():\n    n[0] += 1\n    return n[0], np.random.rand()\n"
    )
    with strongest.open(submit(code)) as session:
        first, second = (session.run([Call("f")], PATIENT).value for _ in range(2))
    assert first == second == (1, np.random.RandomState(0).rand())


def test_forged_answer_has_as_many_values_as_were_asked_for(strongest, submit):
    """Or it is none: who checks may count on it."""
    code = """
import json, os, struct
def f():
    body = json.dumps({"dict": [["values", [1, 2]]]}).encode()
    packet = b"nnviz-1 " + struct.pack("<II", len(body), 0) + body
    for descriptor in range(3, 20):
        try:
            os.write(descriptor, struct.pack("<Q", len(packet)) + packet)
        except OSError:
            continue
    os._exit(0)
"""
    with strongest.open(submit(code)) as session:
        kinds = [session.run([Call("f")] * count, PATIENT).kind for count in (1, 2, 3)]
    assert kinds == ["unreadable", "value", "unreadable"]


def test_root_without_capabilities_is_told_so(monkeypatch):
    """It can't become the nobody that students' code runs as; nothing has to be installed."""
    monkeypatch.setattr(places, "drops_root", lambda: True)
    monkeypatch.setattr(places, "lacking", lambda: ("CAP_SETUID",))
    monkeypatch.setattr("grader.sandbox.probing._found", {})
    with pytest.raises(InputError, match="grade as an ordinary user") as caught:
        choose_sandbox()
    assert "root can't become another user (CAP_SETUID missing)" in str(caught.value)
    assert "install" not in str(caught.value)


def test_minimum_is_demanded(monkeypatch):
    """Where nothing as strong works, code isn't run, and the message says what to install."""
    monkeypatch.setattr("grader.sandbox.refusal", lambda b: f"{b.name}: no" if b.seccomp else "")
    with pytest.raises(InputError, match="apt install bubblewrap") as caught:
        choose_sandbox()
    assert "--allow-unsandboxed" in str(caught.value)
    assert choose_sandbox(allow_unsandboxed=True).backend.name == "trust"
    with pytest.raises(InputError, match="expected one of namespaces, landlock, limits"):
        choose_sandbox("strong")
