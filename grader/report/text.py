"""Words that every report uses, and a stranger's text made safe to be shown as text."""

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from grader.results import Grade, Item, ProblemGrade, Verdict
from grader.rubric import shown

MOST_LISTED = 8


class Words(NamedTuple):
    """A sign, what it says in words, and its tone, which adds nothing to them."""

    sign: str
    words: str
    tone: str

    @property
    def text(self) -> str:
        """Sign and words."""
        return f"{self.sign} {self.words}"


VERDICTS: dict[Verdict, Words] = {
    "correct": Words("✓", "correct", "good"),
    "carried": Words("✓", "carried forward", "good"),
    "misconception": Words("~", "misconception", "part"),
    "wrong": Words("✗", "wrong", "bad"),
    "blank": Words("·", "blank", "none"),
    "passed": Words("✓", "passed", "good"),
    "failed": Words("✗", "failed", "bad"),
    "could-not-run": Words("✗", "could not run", "bad"),
    "needs-person": Words("?", "needs a person", "wait"),
}

_JOINERS = "\u200c\u200d"
_ACTING = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")


def visible(text: str, length: int = 2_000) -> str:
    r"""Text of a stranger in one line, safe for a terminal: what would act is spelled out.

    Control characters, marks that turn the direction of writing, and halves of characters become
    `\x1b`, `\u202e`; what is longer than `length` is cut.
    """
    cut = text if len(text) <= length else f"{text[: length - 1]}…"
    if cut.isprintable():  # as nearly all text is
        return cut
    return "".join(_visible_character(character) for character in cut)


def visible_lines(text: str, length: int = 30_000) -> str:
    """The same for a text of several lines, which stay lines; tabs become spaces."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").expandtabs(4).split("\n")
    return "\n".join(visible(line, length) for line in lines)[:length]


def _visible_character(character: str) -> str:
    hidden = unicodedata.category(character) in _ACTING
    if not hidden or character in _JOINERS:
        return character
    return character.encode("unicode_escape").decode("ascii")


def verdict_words(item: Item) -> Words:
    """How an item stands: a person's mark first, then what waits for one, then the machine's."""
    if item.marker:
        return Words("✓", f"marked by {visible(item.marker, 20)}", "good")
    return VERDICTS["needs-person" if item.waits else item.verdict]


def points_of(item: Item) -> str:
    """`0.5 of 1`, with a question mark where nobody has decided yet."""
    given = "?" if item.waits and item.max_points else shown(item.points)
    return f"{given} of {shown(item.max_points)}"


def heading(problem: ProblemGrade) -> str:
    """`Problem 2: Learning rate`."""
    return f"{'Extra credit' if problem.extra else f'Problem {problem.id}'}: {problem.title}"


def total(grade: Grade) -> str:
    """Points of how many, and how many are open."""
    text = f"{shown(grade.points)} of {shown(grade.max_points)} points"
    if grade.open_points:
        text += f" so far; {shown(grade.open_points)} wait for a person"
    return text


def late_lines(grade: Grade) -> list[str]:
    """What coming late cost, in one line; none where it cost nothing."""
    if not grade.late:
        return []
    days = "1 day" if grade.late.days == 1 else f"{grade.late.days} days"
    lost = f"{shown(100 * grade.late.share)} % of the points reached, {shown(grade.late.points)}"
    return [f"Late by {days} (handed in {visible(grade.submitted, 40)}): {lost}, are taken off."]


def carried_lines(grade: Grade) -> Iterator[str]:
    """What follows rightly from an earlier slip, problem by problem, and what that pays."""
    for problem in grade.problems:
        carried = [item for item in problem.items if item.verdict == "carried"]
        for names, told in (
            ([i.id for i in carried if i.points == i.max_points], "nothing is lost there"),
            ([i.id for i in carried if 0 < i.points < i.max_points], "they earn a part"),
            ([i.id for i in carried if not i.points], "they earn nothing, see there"),
        ):
            if names:
                verb = "follows" if len(names) == 1 else "follow"
                yield f"{listed(names)} {verb} rightly from your own numbers: {told}."


def listed(names: list[str]) -> str:
    """`a21, a22 and a31`; of many the first, and how many more."""
    if len(names) > MOST_LISTED:
        names = [*names[: MOST_LISTED - 1], f"{len(names) - MOST_LISTED + 1} more"]
    return " and ".join(part for part in (", ".join(names[:-1]), names[-1]) if part)


def facts(grade: Grade) -> list[tuple[str, str]]:
    """What a grade can be traced by: isolation, seed, versions, the submission's hash."""
    layers = ", ".join(grade.isolation) or "none needed: no code of the submission was run"
    versions = ", ".join(f"{name} {version}" for name, version in grade.versions.items())
    return [
        *([("Handed in", grade.submitted)] if grade.submitted else []),
        ("Isolation", layers),
        ("Seed of the inputs", "none was needed" if grade.seed is None else str(grade.seed)),
        ("Made by", versions),
        ("Submission", grade.input_hash),
    ]
