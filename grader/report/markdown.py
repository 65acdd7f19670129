"""The feedback as Markdown, for a platform's comment box or a mail; no student's text is markup."""

import re
from collections.abc import Iterator
from functools import lru_cache

from grader.report.feedback import Feedback, Section, feedback
from grader.report.text import points_of, verdict_words, visible, visible_lines
from grader.results import Grade, Item
from grader.rubric import Rubric

FILE_NAME = "feedback.md"


def feedback_markdown(grade: Grade, rubric: Rubric) -> bytes:
    """The feedback as CommonMark with tables, in UTF-8."""
    page = "\n".join(_page(feedback(grade, rubric)))
    return f"{page}\n".encode("utf-8", "replace")


@lru_cache(maxsize=4096)
def plain(text: str, length: int = 2_000) -> str:
    """A stranger's text in one line in which nothing is markup, neither Markdown nor HTML.

    Every mark of ASCII but the harmlessest is escaped by a backslash, as CommonMark allows
    (section 2.4); `&`, `<` and `>` become entities, for readers that look for HTML first, and so
    does the mark of an address, that no link is made of it.
    """
    line = " ".join(visible(text, length).split())
    line = line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    line = re.sub(r"([\\`*_{}\[\]()#+\-.!|~$^=])", r"\\\1", line)
    return re.sub(r"(?i)\b(https?|ftp|mailto)(:)|(@)|(www)(\\\.)", _no_address, line)


def fenced(text: str) -> Iterator[str]:
    """A text of several lines as it is, between fences longer than any run of them inside."""
    inside = visible_lines(text)
    longest = max((len(run) for run in re.findall("`+", inside)), default=0)
    fence = "`" * max(3, longest + 1)
    yield from (f"{fence}text", *inside.split("\n"), fence)


def _no_address(found: re.Match[str]) -> str:
    scheme, _, at, www, _ = found.groups()
    return f"{scheme}&#58;" if scheme else "&#64;" if at else f"{www}&#46;"


def _page(page: Feedback) -> Iterator[str]:
    yield from (f"# {plain(page.title)}: {plain(page.student, 80)}", "", f"**{page.told}**", "")
    for line in page.late:
        yield from (plain(line), "")
    if page.headline:
        yield from ("## What to look at first", "")
        yield from (f"{number}. {plain(line)}" for number, line in enumerate(page.headline, 1))
        yield ""
    yield from ("| problem | points |", "| --- | --- |")
    yield from (f"| {plain(problem.title)} | {problem.told} |" for problem in page.problems)
    for problem in page.problems:
        yield from ("", f"## {plain(problem.title)}: {problem.told}")
        for section in problem.sections:
            yield from ("", f"### {plain(section.title)}", "")
            yield from _table(section) if section.cells else _list(section)
            if section.reading:
                yield from ("", f"To read again: {section.reading}")
    for title, lines in (("Carried forward", page.carried), ("Notes", page.notes)):
        if lines:
            yield from ("", f"## {title}", "", *(f"- {plain(line)}" for line in lines))
    yield from ("", "---", "")
    yield from (f"- {label}: {plain(text, 300)}" for label, text in page.facts)


def _table(section: Section) -> Iterator[str]:
    yield from ("| | yours | verdict | points | |", "| --- | --- | --- | --- | --- |")
    for item in section.items:
        told = " ".join(plain(line) for line in _said(item))
        columns = (plain(item.id), plain(item.typed, 80), _verdict(item), points_of(item), told)
        yield f"| {' | '.join(columns)} |"


def _list(section: Section) -> Iterator[str]:
    for item in section.items:
        yield f"- **{plain(item.id, 80)}**: {_verdict(item)}, {points_of(item)}"
        lines = [f"{plain(line)}  " for line in _said(item)]
        if item.typed.strip() and item.kind != "text":
            lines.insert(0, f"yours: {plain(item.typed, 300)}  ")
        if item.typed.strip() and item.kind == "text":
            lines += ["", *fenced(item.typed.strip())]
        if not item.marker:
            lines += [f"{plain(label)}: {plain(text, 300)}  " for label, text in item.evidence]
        yield from (f"  {line}" if line else "" for line in lines)


def _said(item: Item) -> list[str]:
    if item.unsettled:
        return [f"A person looks again: {item.unsettled}."]
    if item.marker:
        return [item.comment] if item.comment else []
    return [item.message] if item.message else []


def _verdict(item: Item) -> str:
    return plain(verdict_words(item).text)
