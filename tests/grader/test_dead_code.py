"""Code that brings its process down costs itself every check, and the grader nothing."""

import pytest

from grader.checking import run_checks
from grader.improvements import CHECKS
from grader.sandbox import Outcome


class Everything(frozenset):
    """Every name is defined, it seems."""

    def __contains__(self, name):
        return True


class DeadCode:
    """What is left of code whose process ends at every call in the same way."""

    problems = ()
    forbidden = ()

    def __init__(self, kind, names):
        self.kind, self.names = kind, names

    def run(self, calls, limits=None):
        return Outcome(self.kind, message="gone")


@pytest.mark.parametrize("names", [frozenset(), Everything()], ids=["none", "all"])
@pytest.mark.parametrize("kind", ["killed", "timeout", "memory", "no-value", "exception"])
def test_no_check_passes_and_none_raises(kind, names):
    """All checks of the assignment at once, whatever the code seems to define."""
    results = run_checks(DeadCode(kind, names), CHECKS.values(), seed=1)
    assert results.keys() == CHECKS.keys()
    assert {result.verdict for result in results.values()} <= {"could-not-run", "blank", "failed"}
