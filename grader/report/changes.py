"""What regrading would change, as a table in the terminal."""

from collections.abc import Sequence
from fractions import Fraction

from rich.console import Console
from rich.table import Table
from rich.text import Text

from grader.regrading import Change, Reason
from grader.report.text import listed, visible
from grader.rubric import shown


def print_changes(changes: Sequence[Change], console: Console) -> None:
    """Print who gains and loses how much and why, those who lose most first, then the sum."""
    changed = [change for change in changes if not change.stays]
    if changed:
        table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
        for name in ("student", "before", "after", ""):
            table.add_column(name, justify="left" if name == "student" else "right", no_wrap=True)
        table.add_column("why", overflow="fold")
        for change in sorted(changed, key=lambda one: (one.points, one.student)):
            table.add_row(*_row(change))
        console.print(table)
    console.print(Text(_sum(changes), style="bold"))


def _row(change: Change) -> tuple[Text, ...]:
    points = change.points
    style = "green" if points > 0 else "red" if points < 0 else "dim"
    why = [Text(visible(_told(reason), 300)) for reason in change.reasons]
    return (
        Text(visible(change.student, 40)),
        Text(shown(change.before)),
        Text(shown(change.after)),
        Text(signed(points), style=style),
        Text("\n").join(why or [Text("the points stay; the reports are written anew")]),
    )


def _told(reason: Reason) -> str:
    where = f"{listed(list(reason.items))}: " if reason.items else ""
    return f"{signed(reason.points)}  {where}{reason.text}"


def _sum(changes: Sequence[Change]) -> str:
    gains = [change.points for change in changes if change.points > 0]
    losses = [change.points for change in changes if change.points < 0]
    parts = [f"{len(changes)} grades"]
    for word, points in (("gain", gains), ("lose", losses)):
        mean = abs(sum(points, Fraction(0))) / max(1, len(points))
        told = f", {shown(mean)} in the mean" if points else ""
        parts.append(f"{len(points)} {word}{told}")
    others = sum(not change.points and not change.stays for change in changes)
    same = sum(change.stays for change in changes)
    return "; ".join([*parts, *([f"{others} change in words"] if others else []), f"{same} stay"])


def signed(points: Fraction) -> str:
    """`+0.5`, `-2`, `0`."""
    text = shown(points)
    return text if text.startswith("-") or text == "0" else f"+{text}"
