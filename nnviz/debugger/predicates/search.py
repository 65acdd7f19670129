"""Searching a history for where a predicate holds, forwards and in reverse."""

from dataclasses import dataclass

import numpy as np

from nnviz.debugger.history import History
from nnviz.debugger.predicates.grammar import Predicate
from nnviz.debugger.predicates.nodes import Findings, Rows, no_findings


@dataclass(frozen=True)
class Search:
    """The iterations at which a predicate holds, as stretches (from, to), both included."""

    predicate: str
    stretches: tuple[tuple[int, int], ...]

    @property
    def first(self) -> int | None:
        """The first iteration at which it holds, if there is one."""
        return self.stretches[0][0] if self.stretches else None

    @property
    def last(self) -> int | None:
        """The last iteration at which it holds."""
        return self.stretches[-1][1] if self.stretches else None

    @property
    def count(self) -> int:
        """At how many iterations it holds."""
        return sum(end - start + 1 for start, end in self.stretches)


def search(history: History, predicate: Predicate, findings: Findings | None = None) -> Search:
    """Find every iteration of the history at which the predicate holds."""
    rows = Rows(history, findings or no_findings(history), 0, len(history))
    holds = predicate.condition.holds(rows).astype(np.int8)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], holds, [0]])))
    first = history.first
    pairs = zip(edges[::2].tolist(), edges[1::2].tolist(), strict=True)
    return Search(predicate.text, tuple((first + a, first + b - 1) for a, b in pairs))


def holds_at(
    history: History, predicate: Predicate, index: int, findings: Findings | None = None
) -> bool:
    """Whether the predicate holds at iteration `index`; looks at no more rows than it has to.

    Raises IndexError where the iteration is not in the history.
    """
    if index not in history:
        raise IndexError(f"iteration {index} is not in {history.first} to {history.last}")
    row = index - history.first
    rows = Rows(history, findings or no_findings(history), row, row + 1)
    return bool(predicate.condition.holds(rows)[0])


def last_false_before(
    history: History, predicate: Predicate, index: int, findings: Findings | None = None
) -> int | None:
    """Run backwards from `index` until the predicate was last false; that iteration, or None.

    The iteration after it is the one at which the predicate became true: its update is the cause.
    """
    rows = Rows(history, findings or no_findings(history), 0, index - history.first + 1)
    false = np.flatnonzero(~predicate.condition.holds(rows))
    return int(false[-1]) + history.first if len(false) else None
