"""The feedback as one page that needs nothing else: no network, no script, pictures inside.

Everything is escaped by the template's engine, also what comes from the rubric; a policy in the
page forbids the browser whatever could slip through.
"""

from base64 import b64encode
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from pathlib import PurePath
from typing import TYPE_CHECKING

from grader.checks import NO_RETURN
from grader.improvements.slips import SLIPS
from grader.pictures import MEDIA_TYPES
from grader.report.feedback import feedback
from grader.report.text import points_of, verdict_words, visible, visible_lines
from grader.results import Grade
from grader.rubric import Rubric, shown

if TYPE_CHECKING:
    from jinja2 import Template

FILE_NAME = "feedback.html"


def feedback_html(grade: Grade, rubric: Rubric, images: Mapping[str, bytes]) -> bytes:
    """The page, in UTF-8; `images` are the contents of the grade's figures, by file name."""
    page = template("feedback.html").render(
        page=feedback(grade, rubric),
        pictures={file: data_uri(content, file) for file, content in images.items()},
    )
    return page.encode("utf-8", "replace")


def data_uri(content: bytes, file: str) -> str:
    """A picture as an address that holds it."""
    media_type = MEDIA_TYPES.get(PurePath(file).suffix, "image/svg+xml")
    return f"data:{media_type};base64,{b64encode(content).decode()}"


@cache
def template(name: str) -> "Template":
    """A template of this package, everything in it escaped for HTML."""
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    folder = files("grader.report") / "templates"
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        loader=FunctionLoader(lambda file: (folder / file).read_text(encoding="utf-8")),
    )
    environment.filters |= {
        "shown": shown,
        "line": visible,
        "lines": visible_lines,
        "words": verdict_words,
        "points": points_of,
        "percent": lambda part, whole: f"{100 * float(part / whole):.4g}" if whole else "0",
        "svg": lambda svg: data_uri(svg.encode(), ".svg"),
        "codes": lambda text: text.split("`"),
        "own_codes": _codes,
    }
    return environment.get_template(name)


_CODES = (*(text for text in SLIPS.values() if "`" in text), NO_RETURN)
"""Ends of our own messages in which something is code; a student's backticks are only shown."""


def _codes(text: str) -> list[str]:
    """A message in pieces, each second one code."""
    own = next((end for end in _CODES if text.endswith(end)), "")
    first, *others = own.split("`")
    return [text.removesuffix(own) + first, *others]
