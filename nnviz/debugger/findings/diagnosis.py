"""The findings of a run at any iteration: all rules, over its history as it grows.

Levels are worked out once for each iteration, in stretches, so that diagnosing a long run costs
next to nothing; the words of a finding only where it is shown.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

from nnviz.debugger.findings.facts import NO_FACTS, Facts
from nnviz.debugger.findings.records import Finding, Level
from nnviz.debugger.findings.registry import RULES
from nnviz.debugger.findings.view import Levels, Reading, View, lookback
from nnviz.debugger.history import History
from nnviz.debugger.source import RunInfo
from nnviz.engine.arrays import Mask


@dataclass(frozen=True)
class _Spell:
    """A stretch of iterations at which a rule speaks; `end` is included."""

    start: int
    end: int


class Diagnosis:
    """All findings of one run. `facts` come from `facts.gather`; without, some rules are silent."""

    def __init__(self, info: RunInfo, history: History, facts: Facts = NO_FACTS) -> None:
        self.info, self.history, self.facts = info, history, facts
        self._keys = [(rule, number) for rule in RULES.values() for number in rule.numbers(info)]
        self._levels = np.zeros((len(self._keys), 256), np.int8)
        self._holds = np.zeros((len(self._keys), 256), np.bool_)
        self._readings: list[Reading | None] = [None] * len(self._keys)
        self._done = 0

    def update(self) -> None:
        """Take in the iterations that the history has gained."""
        rows = len(self.history)
        if rows == self._done:
            return
        if rows > self._levels.shape[1]:
            more = ((0, 0), (0, max(rows, 2 * self._levels.shape[1]) - self._levels.shape[1]))
            self._levels, self._holds = np.pad(self._levels, more), np.pad(self._holds, more)
        view = self._view(self._done, rows)
        views = {number: view.of(number) for number in {number for _, number in self._keys}}
        new = rows - self._done
        with np.errstate(all="ignore"):
            for row, (rule, number) in enumerate(self._keys):
                self._readings[row] = reading = rule.read(views[number])
                if reading is not None:
                    levels = reading.levels[-new:]
                    holds = levels > 0 if reading.holds is None else reading.holds[-new:]
                    self._levels[row, self._done : rows] = levels
                    self._holds[row, self._done : rows] = holds
        self._done = rows

    def at(self, index: int) -> tuple[Finding, ...]:
        """The findings that stand at an iteration, the most serious first, consequences last.

        Raises IndexError where the history doesn't hold that iteration.
        """
        self.update()
        if index not in self.history:
            first, last = self.history.first, self.history.last
            raise IndexError(f"iteration {index} is not in {first} to {last}")
        now = index - self.history.first
        found = []
        for row in np.flatnonzero(self._levels[:, now]).tolist():
            *_, spell = _spells(self._levels[row, : now + 1], int(self._levels[row, now]))
            found.append(self._finding(row, spell.start, now, None))
        return folded(found)

    def spoken(self) -> tuple[Finding, ...]:
        """All findings of the run so far, each once, with the numbers where it was worst.

        Where a finding still stands its numbers are the latest ones.
        """
        self.update()
        found = []
        for row in range(len(self._keys)):
            levels = self._levels[row, : self._done]
            worst = int(levels.max(initial=0))
            if not worst:
                continue
            spells = _spells(levels, worst)
            last = spells[-1].end
            stands = last == self._done - 1
            at = last if stands else int(np.argmax(levels))
            finding = self._finding(row, spells[0].start, at, None if stands else last)
            found.append(replace(finding, level=Level(worst)))
        return folded(found)

    def standing(self, name: str) -> Mask:
        """For each iteration of the history whether a finding of that id stands there."""
        self.update()
        rows = [row for row, (rule, _) in enumerate(self._keys) if rule.id == name]
        return np.any(self._levels[rows, : self._done] > 0, axis=0)

    def levels(self) -> Levels:
        """For each iteration of the history the highest level of all findings there (0: none)."""
        self.update()
        return self._levels[:, : self._done].max(axis=0, initial=0)

    def _view(self, start: int, stop: int) -> View:
        """Rows start to stop, with as many before them as a rule may look at."""
        first = self.history.first
        begin = max(0, start - lookback(self.info))
        return View(self.info, self.history, self.facts, first + begin, first + stop)

    def _finding(self, row: int, start: int, at: int, end: int | None) -> Finding:
        """The finding that a rule makes at row `at`, having spoken from row `start` on."""
        rule, number = self._keys[row]
        first = self.history.first
        # the condition may have begun before the rule spoke, or before it was more than info
        not_yet = np.flatnonzero(~self._holds[row, : start + 1])
        began = int(not_yet[-1]) + 1 if len(not_yet) else 0
        with np.errstate(all="ignore"):
            # what was read last has the words already
            latest = self._readings[row] if at == self._done - 1 else None
            reading = latest or rule.read(self._view(at, at + 1).of(number))
            assert reading is not None, "a rule that spoke in a stretch speaks of its last row too"
            return Finding(
                id=rule.id,
                level=Level(int(self._levels[row, at])),
                layer=reading.layer or number,
                since=first + max(0, (start if reading.holds is None else began) - reading.delay),
                spoke=first + start,
                until=None if end is None else first + end,
                evidence=reading.evidence(),
                cause=reading.cause,
                remedies=reading.remedies(),
                source=rule.source,
                metric=reading.metric,
            )


def _spells(levels: Levels, level: int) -> list[_Spell]:
    """The stretches of a finding of that level: amber and red count as one."""
    speaks = np.concatenate([[False], levels >= min(level, Level.AMBER), [False]])
    edges = np.flatnonzero(speaks[1:] != speaks[:-1])
    return [_Spell(int(a), int(b) - 1) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def folded(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Name the cause of each consequence, and order: causes first, then consequences.

    Causes come by level, their consequences' included, then in the order of the registry.
    A finding is a consequence of another one, amber or red, that its rule names as an explanation
    and that began before it could be said.
    """
    found = list(findings)
    named = [replace(f, consequence_of=_explanation(f, found)) for f in found]
    worst: dict[tuple[str, int], int] = {}
    for f in named:
        root = f.consequence_of or f.key
        worst[root] = max(worst.get(root, 0), f.level)

    def rank(f: Finding) -> tuple[bool, int, int, int, int]:
        level = f.level if f.folded else worst[f.key]
        return (f.folded, -level, _ORDER[f.id], f.since, f.layer)

    return tuple(sorted(named, key=rank))


def _explains(cause: Finding, finding: Finding) -> bool:
    """Whether one finding explains another: its rule says so, and it began first."""
    if cause.level < Level.AMBER or cause.id not in RULES[finding.id].follows:
        return False
    if cause.id == finding.id:
        return (cause.since, cause.layer) < (finding.since, finding.layer)
    return cause.since <= finding.spoke


def _explanation(finding: Finding, others: Iterable[Finding]) -> tuple[str, int] | None:
    """The root of the chain of causes of a finding, None where it stands by itself.

    The chain ends: a rule follows rules that stand before it in the registry, or itself.
    """
    causes = [other for other in others if _explains(other, finding)]
    if not causes:
        return None
    cause = min(causes, key=lambda f: (_ORDER[f.id], -f.level, f.layer != finding.layer, f.layer))
    return _explanation(cause, others) or cause.key


_ORDER = {name: position for position, name in enumerate(RULES)}
