"""How far several markers agree, and files of marks from other machines put together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from pathlib import Path

from grader.human_marks import Key, Mark, append_mark, marks_file, read_marks

FEWEST_FOR_KAPPA = 2


@dataclass(frozen=True)
class Agreement:
    """Two markers on what both marked.

    `same` is how often they gave the same; `kappa` is Cohen's, which takes away what chance alone
    would give, and `weighted` the same with quadratic weights, where half a point apart is nearly
    right. None where it is not defined: nothing in common, or all the same points.
    """

    one: str
    other: str
    common: int
    same: int
    kappa: float | None
    weighted: float | None


def agreements(marks: Iterable[Mark]) -> tuple[Agreement, ...]:
    """Compare each two markers, by the last word of each on each item and the same answer."""
    words: dict[str, dict[Key, Mark]] = {}
    for mark in marks:
        words.setdefault(mark.marker, {})[mark.key] = mark
    return tuple(
        _compare(one, words[one], other, words[other])
        for one, other in combinations(sorted(words), 2)
    )


def _compare(
    one: str, ones: Mapping[Key, Mark], other: str, others: Mapping[Key, Mark]
) -> Agreement:
    pairs = [
        (_share(ones[key]), _share(others[key]))
        for key in sorted(ones.keys() & others.keys())
        if ones[key].points is not None
        and others[key].points is not None
        and ones[key].answer == others[key].answer
    ]
    same = sum(a == b for a, b in pairs)
    kappa, weighted = _kappa(pairs, None), _kappa(pairs, "quadratic")
    return Agreement(one, other, len(pairs), same, kappa, weighted)


def _share(mark: Mark) -> Fraction:
    return (mark.points or Fraction(0)) / mark.of if mark.of else Fraction(0)


def _kappa(pairs: Sequence[tuple[Fraction, Fraction]], weights: str | None) -> float | None:
    """Cohen's kappa over shares of the points, as scikit-learn defines it."""
    from sklearn.metrics import cohen_kappa_score

    levels = sorted({share for pair in pairs for share in pair})
    if len(pairs) < FEWEST_FOR_KAPPA or len(levels) < 2:
        return None
    ones, others = ([levels.index(pair[n]) for pair in pairs] for n in (0, 1))
    if len({*ones}) == 1 and ones == others:
        return None
    return float(cohen_kappa_score(ones, others, weights=weights))


def bring_in(folder: Path, files: Sequence[Path]) -> tuple[dict[str, int], tuple[str, ...]]:
    """Add the marks of other files to the markers' own in `folder`; marks that are there stay.

    Returns how many are new of each marker, and notes on lines that can't be read. Raises
    InputError where a file can't be read or written.
    """
    added: dict[str, int] = {}
    notes: list[str] = []
    for file in files:
        marks, said = read_marks(file)
        notes += said
        for marker in sorted({mark.marker for mark in marks}):
            own = marks_file(folder, marker)
            there = read_marks(own)[0] if own.exists() else ()
            known = {repr(mark) for mark in there}
            new = [m for m in marks if m.marker == marker and repr(m) not in known]
            if there and new:
                _write_in_order(own, [*there, *new])
            else:
                for mark in new:
                    append_mark(own, mark)
            added[marker] = added.get(marker, 0) + len(new)
    return added, tuple(notes)


def _write_in_order(path: Path, marks: Sequence[Mark]) -> None:
    """Write one marker's marks of two machines in the order of their times, in one step."""
    draft = path.with_name(f".{path.name}")
    draft.unlink(missing_ok=True)
    for mark in sorted(marks, key=lambda mark: mark.time):
        append_mark(draft, mark)
    draft.replace(path)
