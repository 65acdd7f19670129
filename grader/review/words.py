"""What the review screen says, as rich text: pure, from a desk."""

import re

from rich.text import Text

from grader.report.text import VERDICTS, visible, visible_lines
from grader.review.desk import Desk
from grader.rubric import shown

LONGEST = 60_000
OWN_LINE = re.compile(r"\s|[-*+>|#`]|\d+[.)]\s|$")
"""What begins a line that has to stay one: lists, tables, code, quotations."""


def flowing(text: str) -> str:
    """A text whose paragraphs are one line each, to be broken where the screen ends.

    Students break lines where their editor did, which is never where the marker's screen does.
    """
    lines: list[str] = []
    joins = False
    for line in text.split("\n"):
        stays = OWN_LINE.match(line) is not None
        if joins and not stays:
            lines[-1] = f"{lines[-1].rstrip()} {line}"
        else:
            lines.append(line)
        joins = not stays
    return "\n".join(lines)


def heading(desk: Desk, *, blind: bool) -> Text:
    """Which item and whose answer, and how far the pile and everything are."""
    pile, count = desk.pile, len(desk.pile.sheets)
    who = f"answer {desk.place + 1}" if blind else visible(desk.sheet.student, 40)
    everything = sum(len(one.sheets) for one in desk.piles)
    done = sum(desk.done(one) for one in desk.piles)
    text = Text(no_wrap=True, overflow="ellipsis")
    text.append(f"{visible(pile.item, 30)} {visible(pile.title, 40)}", "bold")
    text.append(f"  {who} of {count}" if blind else f"  {who}, {desk.place + 1} of {count}")
    text.append(f"\n{_bar(desk.done(pile), count, 20)} {desk.done(pile)} of {count} here", "green")
    text.append(f", {done} of {everything} in all", "dim")
    return text


def answer(desk: Desk) -> Text:
    """What the student wrote, and why a person looks."""
    item = desk.item
    parts: list[Text] = []
    if item.unsettled:
        parts.append(Text(f"{visible(item.unsettled)}\n", "yellow"))
    typed = flowing(visible_lines(item.typed, LONGEST))
    parts.append(Text(typed) if typed.strip() else Text(visible(item.message), "dim"))
    parts += [Text(f"\n{visible(label)}: {visible_lines(t, 2000)}") for label, t in item.evidence]
    if figures := desk.figures:
        names = ", ".join(visible(title, 40) for title, _ in figures)
        parts.append(Text(f"\nFigures (g): {names}", "cyan"))
    return Text("\n").join(parts)


def criteria(desk: Desk) -> Text:
    """The rubric's criteria on number keys, the points they come to, the comment."""
    text = Text()
    for number, criterion in enumerate(desk.pile.criteria, start=1):
        ticked = number - 1 in desk.draft.chosen
        sign, style = ("■", "bold green") if ticked else ("□", "")
        text.append(f"{number} {sign} {shown(criterion.points):>3}  {criterion.text}\n", style)
    text.append(f"► {shown(desk.points)} of {shown(desk.pile.most)} points", "bold")
    if desk.draft.extra and desk.pile.criteria:
        sign = "+" if desk.draft.extra > 0 else "-"
        text.append(f" (criteria {sign} {shown(abs(desk.draft.extra))})", "dim")
    mark = desk.mark
    if mark is not None and mark.points is not None:
        text.append(f"  given: {shown(mark.points)}", "green")
    if desk.draft.comment:
        text.append(f"\n“{visible_lines(desk.draft.comment, 400)}”", "italic")
    return text


def runs(desk: Desk) -> Text:
    """Claims and code of the same part, with what our own run reached."""
    text = Text()
    if desk.own_runs:
        text.append("Our own runs (r): curves over those of the references\n", "cyan")
    for item in desk.beside:
        words = VERDICTS[item.verdict]
        tones = {"good": "green", "bad": "red", "part": "yellow", "wait": "cyan"}
        text.append(f"{visible(item.id, 40)} {words.text}\n", tones.get(words.tone, "dim"))
        if item.typed:
            text.append(f"  claims {visible(item.typed, 300)}\n")
        text.append(f"  {visible(item.message, 500)}\n", "dim")
        for label, told in item.evidence if item.kind == "claim" else ():
            text.append(f"  {visible(label)}: {visible(told, 500)}\n", "dim")
    return text if text else Text("No claim and no code belong to this.", "dim")


def bank(desk: Desk) -> Text:
    """The comments that were written before, by number."""
    lines = [f"{n} {visible(text, 120)}" for n, text in enumerate(desk.bank(), start=1)]
    head = "Type a comment, or the number of one of these:" if lines else "Type a comment:"
    return Text("\n".join([head, *lines]))


def _bar(done: int, count: int, width: int) -> str:
    filled = width * done // count if count else 0
    return "█" * filled + "░" * (width - filled)
