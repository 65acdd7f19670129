"""Every attack of the corpus, in every sandbox that isolates: nothing gained, nothing taken."""

from dataclasses import replace

import pytest

from benchmarks.attack_corpus import attacks, honest_values, try_attack
from grader.sandbox import Sandbox
from grader.sandbox.backends import BUBBLEWRAP, LANDLOCK
from grader.sandbox.probing import refusal

ISOLATING = (BUBBLEWRAP, LANDLOCK)
ATTACKS = attacks()
IN_A_HURRY = (
    *("always-equal", "exit-zero", "forge-descriptor", "fork-bomb", "kill-everyone", "network"),
    *("pickle-frame", "read-home", "shadow-modules", "tar-links", "zip-slip"),
)
"""What the fast tests try, in the strongest sandbox."""


def working():
    """The sandboxes that isolate here; where there is none, the tests fail on that."""
    found = [backend for backend in ISOLATING if not refusal(backend)]
    assert found, "; ".join(refusal(backend) for backend in ISOLATING)
    return found


def test_corpus_is_whole():
    """At least 40 attacks, each of which says what it tries and what must come out."""
    assert len(ATTACKS) >= 40
    for attack in ATTACKS:
        assert attack.title.endswith("."), attack.name
        assert attack.expected["gained"] == 0
        assert attack.expected["leaked"] is False
        assert ("outcome" in attack.expected) != ("refused" in attack.expected)


def test_honest_values_are_the_same_each_time():
    """So that a difference after an attack would be the attack's."""
    sandbox = Sandbox(working()[0])
    assert honest_values(sandbox) == honest_values(sandbox)
    sandbox.close()


@pytest.mark.parametrize("name", IN_A_HURRY)
def test_attack_is_held(name):
    """In the strongest sandbox that works here."""
    (attack,) = (attack for attack in ATTACKS if attack.name == name)
    sandbox = Sandbox(working()[0])
    assert try_attack(attack, sandbox) == []
    sandbox.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", IN_A_HURRY)
def test_attack_is_held_where_the_worker_is_started_inside(name):
    """As the first of a class is, and all where no process can be sent in; the others are sent."""
    if reason := refusal(BUBBLEWRAP):
        pytest.skip(reason)
    (attack,) = (attack for attack in ATTACKS if attack.name == name)
    sandbox = Sandbox(replace(BUBBLEWRAP, entered=False))
    assert try_attack(attack, sandbox) == []
    sandbox.close()


@pytest.mark.slow
@pytest.mark.parametrize("backend", ISOLATING, ids=lambda backend: backend.name)
@pytest.mark.parametrize("attack", ATTACKS, ids=lambda attack: attack.name)
def test_attack_is_held_by_each_sandbox(attack, backend):
    """In each that works here; at least one has to."""
    if backend not in working():
        pytest.skip(refusal(backend))
    sandbox = Sandbox(backend)
    complaints = try_attack(attack, sandbox)
    sandbox.close()
    if backend.name in attack.expected.get("not_held", {}):
        assert complaints, "it is held now: take it out of not_held, and make the table again"
    else:
        assert complaints == []
