"""Causes are read as students name them, and a wrong one is answered without giving it away."""

import pytest

from nnviz.debugger.findings import Finding, Level
from nnviz.errors import InputError
from nnviz.lessons.causes import CAUSES, Cause, causes_text, read_cause, reply


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("saturated L1", Cause("saturated", 1)),
        ("L1 saturated", Cause("saturated", 1)),
        ("saturated in layer 2", Cause("saturated", 2)),
        ("Saturated W3", Cause("saturated", 3)),
        ("dead l2", Cause("dead-units", 2)),
        ("dead units of L2", Cause("dead-units", 2)),
        ("label", Cause("label-mismatch")),
        ("gradient check L3", Cause("gradient-check", 3)),
        ("uneven W1", Cause("uneven-updates", 1)),
    ],
)
def test_reads_what_students_write(text, cause):
    assert read_cause(text) == cause


@pytest.mark.parametrize("cause", [Cause("saturated", 2), Cause("update-low")])
def test_what_is_written_is_read_again(cause):
    assert read_cause(str(cause)) == cause


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "expected a cause"),
        ("L1", "expected a cause"),
        ("gremlins L1", "no cause"),
        ("update L1", "did you mean update-high or update-low"),
        ("saturated L1 L2", "one layer"),
    ],
)
def test_says_what_it_can_not_read(text, told):
    with pytest.raises(InputError, match=told):
        read_cause(text)


def finding(name, layer, of=None):
    return Finding(
        name, Level.RED, layer, 0, 0, None, "", "", (), "", consequence_of=of
    )  # of a made-up run


def test_replies_say_how_far_off_an_answer_is():
    right = [Cause("poor-init", 1)]
    found = [
        finding("poor-init", 1),
        finding("saturated", 2, ("poor-init", 1)),
        finding("overfit", 0),
    ]
    assert "There is no L4" in reply(Cause("saturated", 4), right, found, 3)
    assert "which layer" in reply(Cause("poor-init"), right, found, 3)
    assert "not in L2" in reply(Cause("poor-init", 2), right, found, 3)
    assert "follows from something else" in reply(Cause("saturated", 2), right, found, 3)
    assert "not what keeps this net" in reply(Cause("overfit"), right, found, 3)
    assert "nothing in the run shows that" in reply(Cause("frozen-layer", 1), right, found, 3)
    whole = [Cause("update-low")]
    assert "not in one layer" in reply(Cause("update-low", 1), whole, found, 3)


def test_every_cause_is_listed_with_what_it_means():
    assert len(causes_text().splitlines()) == len(CAUSES)
