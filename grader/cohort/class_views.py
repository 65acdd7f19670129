"""The class view in a terminal and as one self-contained HTML page."""

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from grader.cohort.class_page import ClassPage, SpreadRow
from grader.report.html import template
from grader.report.text import visible

BARS = " ▁▂▃▄▅▆▇█"


def class_html(page: ClassPage) -> bytes:
    """The page, in UTF-8; everything in it is escaped, and it needs nothing else."""
    return template("class.html").render(page=page).encode("utf-8", "replace")


def print_class(page: ClassPage, console: Console) -> None:
    """Print the class view; nothing in it is markup, whoever wrote it."""
    total = page.total
    title = f"{visible(page.title)}: {page.students} students, {total.mean:.1f} of "
    title += f"{total.max_points:g} points in the mean, {total.median:.1f} in the median"
    console.print(Text(title, style="bold"))
    for line in page.standing:
        console.print(Text(f"  {visible(line)}", style="dim"))
    for heading, body in _sections(page):
        console.print()
        console.print(Text(heading, style="bold"))
        console.print(Padding(body, (0, 0, 0, 2)))


def _sections(page: ClassPage) -> list[tuple[str, RenderableType]]:
    points = _table("", ">mean", ">median", "none to all")
    for row in (*page.problems, page.whole):
        mean = f"{row.mean:.1f} of {row.max_points:g}"
        points.add_row(*_cells(row.name, mean, f"{row.median:.1f}", _bars(row)))
    mistakes = _table(">students", "what they did", "where")
    for mistake in page.mistakes:
        mistakes.add_row(*_cells(str(mistake.count), mistake.words, mistake.places))
    items = _table("item", ">students", ">mean share", ">correlation")
    for item in page.items:
        share, correlation = f"{100 * item.share:.0f} %", f"{item.correlation:+.2f}"
        items.add_row(*_cells(item.name, str(item.students), share, correlation))
    claims = _table("part", ">claims", ">not reproduced", ">not run", "by")
    for claim in page.claims:
        counts = map(str, (claim.made, claim.failed, claim.not_run))
        claims.add_row(*_cells(claim.part, *counts, claim.by))
    pairs = _table("students", ">alike", "lines of the first ~ of the second")
    for pair in page.pairs:
        pairs.add_row(*_cells(pair.who, f"{100 * pair.share:.0f} %", pair.lines))
    teach = [line for topic in page.teach for line in (topic.headline, f"  {topic.detail}")]
    sections: list[tuple[str, RenderableType, bool]] = [
        ("What to re-teach", _lines(teach), bool(page.teach)),
        ("Points", points, True),
        ("Misconceptions and slips", mistakes, bool(page.mistakes)),
        ("Items that tell little of who understood", items, bool(page.items)),
        ("Claims not reproduced", claims, bool(page.claims)),
        ("Slow, refused, missing", _lines(page.trouble), bool(page.trouble)),
        ("Similar code: places to look, not verdicts", pairs, bool(page.pairs)),
    ]
    return [(heading, body) for heading, body, there in sections if there]


def _table(*columns: str) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in columns:
        right = name.startswith(">")
        table.add_column(name.lstrip(">"), justify="right" if right else "left", overflow="fold")
    return table


def _cells(*texts: str) -> list[Text]:
    return [Text(visible(text, 300)) for text in texts]


def _bars(row: SpreadRow) -> str:
    """One character for each tenth of the points: a block as high as there are students."""
    most = max(row.bins)
    return "".join(BARS[-(-n * (len(BARS) - 1) // most) if n else 0] for n in row.bins)


def _lines(lines: "list[str] | tuple[str, ...]") -> Group:
    return Group(*(Text(visible(line, 400)) for line in lines if line.strip()))
