"""The class view in words: the same rows for the terminal and for the page."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from grader.cohort.overview import Mistake, Overview, Spread
from grader.cohort.similar import Pair
from grader.improvements.slips import SLIPS
from nnviz.circuit.misconceptions import MISCONCEPTIONS

MOST_ROWS = 20
MOST_NAMED = 6
MOST_TAUGHT = 5
TAUGHT_FROM = 2
"""A mistake of so many students is worth a word to all."""
WEAK = 0.6
"""A problem whose mean is below this share of its points is worth a lesson."""
BAR_HEIGHT = 24.0
IN_CODE = "in code"
"""How what is said of a slip in code begins: the slip's own words follow."""


@dataclass(frozen=True)
class SpreadRow:
    """The points of one problem; `heights` of its bars are from 0 to `BAR_HEIGHT`."""

    name: str
    mean: float
    median: float
    max_points: float
    bins: tuple[int, ...]

    @property
    def heights(self) -> tuple[float, ...]:
        """Bars as high as there are students, the highest of all full."""
        return tuple(round(BAR_HEIGHT * n / max(self.bins), 2) for n in self.bins)

    @property
    def told(self) -> str:
        """The bars in words."""
        return "students by tenths of the points: " + ", ".join(map(str, self.bins))


@dataclass(frozen=True)
class Topic:
    """Something to re-teach."""

    headline: str
    detail: str


@dataclass(frozen=True)
class MistakeRow:
    """A mistake, and by how many it was made."""

    count: int
    words: str
    places: str


@dataclass(frozen=True)
class ItemRow:
    """An item that tells little."""

    name: str
    students: int
    share: float
    correlation: float


@dataclass(frozen=True)
class ClaimRow:
    """The claims for a part."""

    part: str
    made: int
    failed: int
    not_run: int
    by: str


@dataclass(frozen=True)
class PairRow:
    """Two students with code that is alike."""

    who: str
    share: float
    lines: str


@dataclass(frozen=True)
class ClassPage:
    """All that the class view shows, in its order."""

    title: str
    students: int
    total: Spread
    standing: tuple[str, ...]
    teach: tuple[Topic, ...]
    problems: tuple[SpreadRow, ...]
    whole: SpreadRow
    mistakes: tuple[MistakeRow, ...]
    items: tuple[ItemRow, ...]
    claims: tuple[ClaimRow, ...]
    trouble: tuple[str, ...]
    pairs: tuple[PairRow, ...]


def class_page(seen: Overview, pairs: Sequence[Pair], names: bool) -> ClassPage:
    """Put a class into words; students appear by id, with `names` by name where it is known."""

    def who(student: str) -> str:
        person = seen.people.get(student, "") if names else ""
        return f"{person} ({student})" if person else student

    return ClassPage(
        title=seen.assignment,
        students=seen.students,
        total=seen.total,
        standing=tuple(_standing(seen)),
        teach=tuple(_to_teach(seen)),
        problems=tuple(_row(p, f"{p.id} {p.title}") for p in seen.problems),
        whole=_row(seen.total, "all"),
        mistakes=tuple(
            MistakeRow(m.students, words(m.slip)[0], _places(m)) for m in seen.mistakes[:MOST_ROWS]
        ),
        items=tuple(
            ItemRow(_item_name(i.problem, i.topic), i.students, i.share, i.correlation)
            for i in seen.bad_items[:MOST_ROWS]
        ),
        claims=tuple(
            ClaimRow(c.part, c.made, c.failed, c.could_not_run, _listed(map(who, c.students)))
            for c in seen.claims
            if c.failed or c.could_not_run
        ),
        trouble=tuple(_trouble(seen, who)),
        pairs=tuple(
            PairRow(f"{who(p.one)} and {who(p.other)}", p.share, _lines(p))
            for p in pairs[:MOST_ROWS]
        ),
    )


def words(slip: str) -> tuple[str, str]:
    """What a student did who made this mistake, and the principle that answers it."""
    known = {id: (f"{IN_CODE}: {text.replace('`', '')}", "") for id, text in SLIPS.items()}
    known |= {one.name: (one.said, one.principle) for one in MISCONCEPTIONS}
    found = [
        known.get(name, _OTHERS.get(name, (name.replace("-", " "), ""))) for name in slip.split("|")
    ]
    said = " or ".join(one for one, _ in found)
    return said, "; ".join(dict.fromkeys(principle for _, principle in found if principle))


_OTHERS = {
    "swapped": ("put activation and gradient into each other's box", ""),
    "miswritten": ("wrote down another number than was carried on", ""),
}


def _standing(seen: Overview) -> Iterator[str]:
    waiting, points = seen.waiting
    if waiting:
        yield f"{waiting} of {seen.students} wait for a person, with {points:g} points in all"
    if seen.replaced:
        yield f"{seen.replaced} submissions were replaced by another one of the same student"


def _to_teach(seen: Overview) -> Iterator[Topic]:
    """The mistakes that most students made, then the problems that went worst."""
    common = [m for m in seen.mistakes if m.students >= TAUGHT_FROM][:MOST_TAUGHT]
    for mistake in common:
        said, principle = words(mistake.slip)
        places = _places(mistake)
        detail = f"Remember: {principle}. " if principle else ""
        comma = "," if said.startswith(IN_CODE) else ""
        headline = f"{mistake.students} of {seen.students}{comma} {said}"
        yield Topic(headline, f"{detail}Most often in {places}.")
    weak = [p for p in seen.problems if p.max_points and p.mean < WEAK * p.max_points]
    if seen.waiting[0]:
        weak = []  # what nobody has marked yet is no weakness
    for problem in sorted(weak, key=lambda p: p.mean / p.max_points)[:2]:
        share = 100 * problem.mean / problem.max_points
        yield Topic(f"Problem {problem.id}, {problem.title}: {share:.0f} % in the mean", "")


def _row(spread: Spread, name: str) -> SpreadRow:
    return SpreadRow(name, spread.mean, spread.median, spread.max_points, spread.bins)


def _places(mistake: Mistake) -> str:
    return _listed(f"{name} ({count})" for name, count in mistake.places)


def _item_name(problem: str, topic: str) -> str:
    return topic if topic.startswith(problem) else f"{problem} {topic}"


def _trouble(seen: Overview, who: Callable[[str], str]) -> Iterator[str]:
    for one in seen.not_graded:
        yield f"{one.name}: {one.kind}: {one.message}"
    for name, seconds in seen.slow:
        yield f"{name}: took {seconds:.0f} s"
    if seen.absent:
        yield f"nothing handed in: {_listed(map(who, seen.absent), 40)}"
    if seen.not_on_roster:
        yield f"not on the roster: {_listed(seen.not_on_roster, 40)}"


def _lines(pair: Pair) -> str:
    """Stretches of neighbouring lines: `13-20 ~ 15-22, ...`."""
    runs: list[list[int]] = []
    for one, other in pair.lines:
        if runs and one - runs[-1][1] <= 5 and 0 <= other - runs[-1][3] <= 5:
            runs[-1][1], runs[-1][3] = one, other
        else:
            runs.append([one, one, other, other])
    runs.sort(key=lambda run: run[0] - run[1])
    return _listed(f"{a}-{b} ~ {c}-{d}" for a, b, c, d in runs)


def _listed(names: Iterable[str], most: int = MOST_NAMED) -> str:
    found = list(names)
    more = f" and {len(found) - most} more" if len(found) > most else ""
    return ", ".join(found[:most]) + more
