"""A marker at work: which answer lies there, what is to be given for it, and what was before.

Everything that is decided is on the disk at once, in the marker's own file; taking back is a line
in it, too. Nothing here draws.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from fractions import Fraction
from functools import lru_cache
from pathlib import Path

import msgspec

from grader.human_marks import (
    PATTERN,
    Key,
    Mark,
    answer_digest,
    append_mark,
    marks_file,
    read_marks,
)
from grader.report.json import read_grade
from grader.results import Figure, Grade, Item
from grader.review.pile import Pile, Sheet, beside, item_of

HALF = Fraction(1, 2)
MOST_COMMENTS = 9


@dataclass(frozen=True)
class Draft:
    """What is about to be given: criteria ticked, points on top or off, and a comment."""

    chosen: tuple[int, ...] = ()
    extra: Fraction = Fraction(0)
    comment: str = ""


def now() -> str:
    """The time, as marks keep it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class Desk:
    """Piles, the place in them, and one marker's marks.

    `clock` gives the time of a mark, ISO 8601.
    """

    def __init__(
        self, folder: Path, stack: Sequence[Pile], marker: str, clock: Callable[[], str] = now
    ) -> None:
        """Take up the marker's earlier marks, and go to the first answer without one.

        Raises InputError where the marker's file can't be read, or the name is no marker's.
        """
        self.piles = tuple(stack)
        self.marker = marker
        self.file = marks_file(folder, marker)
        self.given: dict[Key, Mark] = {}
        self.comments: dict[str, Counter[str]] = {}
        self.notes: tuple[str, ...] = ()
        self._clock = clock
        self._undo: list[tuple[int, int, Key, Mark | None]] = []
        for path in sorted(folder.glob(PATTERN)):
            marks, notes = read_marks(path)
            self.notes += notes
            for mark in marks:
                self._remember(mark)
                if path == self.file:
                    self._take(mark.key, mark)
        self.at = 0
        self.place = 0
        self.draft = Draft()
        self._to_first_open()

    @property
    def pile(self) -> Pile:
        """The item that is being marked."""
        return self.piles[self.at]

    @property
    def sheet(self) -> Sheet:
        """The answer that lies there."""
        return self.pile.sheets[self.place]

    @property
    def grade(self) -> Grade:
        """The student's whole grade. Raises InputError where it can't be read any more."""
        return _grade(self.sheet.path)

    @property
    def item(self) -> Item:
        """The student's item."""
        return item_of(self.grade, self.pile)

    @property
    def beside(self) -> tuple[Item, ...]:
        """Claims and code that belong to it."""
        return beside(self.grade, self.pile)

    @property
    def figures(self) -> tuple[tuple[str, Path], ...]:
        """Title and file of each of the student's figures."""
        return self._pictures([figure for figure in self.grade.figures if not figure.part])

    @property
    def own_runs(self) -> tuple[tuple[str, Path], ...]:
        """Title and file of the curves of our own runs, those for this part first."""
        own, here = [figure for figure in self.grade.figures if figure.part], self.item.part
        return self._pictures(sorted(own, key=lambda figure: figure.part != here))

    def _pictures(self, figures: Iterable[Figure]) -> tuple[tuple[str, Path], ...]:
        folder = self.sheet.path.parent
        return tuple((figure.title, folder / figure.file) for figure in figures)

    @property
    def mark(self) -> Mark | None:
        """The mark that this marker gave for it, None without one."""
        return self.given.get(self.pile.key(self.sheet))

    @property
    def points(self) -> Fraction:
        """What the draft comes to: never below 0 or above what there is."""
        criteria = self.pile.criteria
        ticked = sum((criteria[n].points for n in self.draft.chosen), Fraction(0))
        return min(self.pile.most, max(Fraction(0), ticked + self.draft.extra))

    def done(self, pile: Pile) -> int:
        """How many answers of a pile this marker has marked."""
        return sum(self._is_done(pile, sheet) for sheet in pile.sheets)

    def tick(self, number: int) -> bool:
        """Tick a criterion, or untick it; False where there is none of that number (from 0)."""
        if number >= len(self.pile.criteria):
            return False
        chosen = set(self.draft.chosen) ^ {number}
        self.draft = replace(self.draft, chosen=tuple(sorted(chosen)))
        return True

    def add(self, points: Fraction) -> None:
        """Give more or less than the criteria say; by half points, as far as there are any."""
        base = self.points - self.draft.extra
        wanted = min(self.pile.most, max(Fraction(0), self.points + points))
        self.draft = replace(self.draft, extra=wanted - base)

    def set_points(self, points: Fraction) -> None:
        """Give exactly that; all points tick all criteria, none unticks them."""
        every = tuple(range(len(self.pile.criteria))) if points == self.pile.most else ()
        self.draft = replace(self.draft, chosen=every, extra=Fraction(0))
        self.add(points - self.points)

    def comment(self, text: str) -> None:
        """Write what the student reads."""
        self.draft = replace(self.draft, comment=text.strip())

    def save(self, *, final: bool = False) -> None:
        """Give the draft, and go on to the next answer without a mark.

        `final` settles what two markers see differently. Raises InputError: can't be written.
        """
        pile, sheet = self.pile, self.sheet
        mark = Mark(
            student=sheet.student,
            problem=pile.problem,
            item=pile.item,
            points=self.points,
            of=self.item.max_points,
            marker=self.marker,
            time=self._clock(),
            comment=self.draft.comment,
            chosen=tuple(pile.criteria[n].text for n in self.draft.chosen),
            answer=answer_digest(self.item.typed),
            final=final,
        )
        append_mark(self.file, mark)
        self._undo.append((self.at, self.place, mark.key, self.given.get(mark.key)))
        self._take(mark.key, mark)
        self._remember(mark)
        self.next_open()

    def undo(self) -> bool:
        """Take the last mark back, go there with it as the draft; False where there is none."""
        if not self._undo:
            return False
        at, place, key, before = self._undo[-1]
        given = self.given[key]
        if before is None:
            taken = msgspec.structs.replace(given, points=None, time=self._clock())
        else:
            taken = msgspec.structs.replace(before, time=self._clock())
        append_mark(self.file, taken)
        self._undo.pop()
        self._take(key, before)
        self.go(at, place)
        self._redraft(given)
        return True

    def go(self, at: int, place: int = 0) -> None:
        """Lay an answer there, with what was given for it before as the draft."""
        self.at = at % len(self.piles)
        self.place = place % len(self.pile.sheets)
        self._redraft(self.mark)

    def step(self, by: int) -> None:
        """Go to the next or previous answer, marked or not."""
        self.go(self.at, self.place + by)

    def turn(self, by: int) -> None:
        """Go to the next or previous pile, to its first answer without a mark."""
        self.at = (self.at + by) % len(self.piles)
        self.place = -1
        if not self._open_in_pile():
            self.go(self.at, 0)

    def next_open(self) -> bool:
        """Go to the next answer without a mark, in this pile or a later one; False: all done."""
        if self._open_in_pile():
            return True
        for by in range(1, len(self.piles)):
            at = (self.at + by) % len(self.piles)
            if self.done(self.piles[at]) < len(self.piles[at].sheets):
                self.at, self.place = at, -1
                return self._open_in_pile()
        self.go(self.at, self.place)
        return False

    def bank(self) -> tuple[str, ...]:
        """The comments that were written for this item, the commonest first."""
        found = self.comments.get(self.pile.item, Counter())
        ordered = sorted(found.items(), key=lambda one: (-one[1], one[0]))
        return tuple(text for text, _ in ordered[:MOST_COMMENTS])

    def _open_in_pile(self) -> bool:
        sheets = self.pile.sheets
        for by in range(1, len(sheets) + 1):
            place = (self.place + by) % len(sheets)
            if not self._is_done(self.pile, sheets[place]):
                self.go(self.at, place)
                return True
        return False

    def _is_done(self, pile: Pile, sheet: Sheet) -> bool:
        """Whether there is a mark for it, and for the answer that lies there now."""
        mark = self.given.get(pile.key(sheet))
        return mark is not None and mark.answer in ("", sheet.answer)

    def _to_first_open(self) -> None:
        for at, pile in enumerate(self.piles):
            if self.done(pile) < len(pile.sheets):
                self.at, self.place = at, -1
                self._open_in_pile()
                return
        self.go(0, 0)

    def _redraft(self, mark: Mark | None) -> None:
        """Make the draft what a mark gave, with what there is to have now."""
        self.draft = Draft()
        if mark is not None and mark.points is not None:
            criteria = enumerate(self.pile.criteria)
            chosen = tuple(n for n, criterion in criteria if criterion.text in mark.chosen)
            self.draft = Draft(chosen, Fraction(0), mark.comment)
            self.add(mark.points - self.points)

    def _take(self, key: Key, mark: Mark | None) -> None:
        if mark is None or mark.points is None:
            self.given.pop(key, None)
        else:
            self.given[key] = mark

    def _remember(self, mark: Mark) -> None:
        if mark.comment:
            self.comments.setdefault(mark.item, Counter())[mark.comment] += 1


@lru_cache(maxsize=4)
def _grade(path: Path) -> Grade:
    return read_grade(path)
