"""What the checks of a student's code found, for the student's own terminal."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from grader.code_marks import CodeMarks
from grader.report.terminal import COLOURS, with_blank
from grader.report.text import VERDICTS, visible


def checks_view(marks: CodeMarks) -> RenderableType:
    """A line for each check, with the evidence below what isn't right; passed ones in brief.

    What isn't written yet is named in one line: the checks that wait for it would only repeat it.
    """
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    table.add_column("check", overflow="fold")
    table.add_column("", no_wrap=True)
    table.add_column("", overflow="fold")
    blank = [found.name for found in marks.results.values() if found.verdict == "blank"]
    for found in (found for found in marks.results.values() if found.name not in blank):
        words = VERDICTS[found.verdict]
        lines = [visible(found.message)] if found.message else []
        if found.verdict != "passed":
            lines += [f"{visible(label)}: {visible(text)}" for label, text in found.evidence]
        table.add_row(
            Text(found.name), Text(words.text, style=COLOURS[words.tone]), Text("\n".join(lines))
        )
    problems = [Text(f"  {visible(problem)}", style="red") for problem in marks.problems]
    layers = Text(f"Run in: {', '.join(marks.layers)}", style="dim")
    title = Text("\nChecks of the code", style="bold")
    return Group(title, *problems, *with_blank(table, blank), layers)
