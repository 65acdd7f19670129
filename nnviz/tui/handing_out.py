"""What leaves the screen: text for the clipboard, values for a spreadsheet, files.

Files are new ones; in a browser they go to the visitor's downloads, not to the server's disk.
"""

import io
import os
import subprocess
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from nnviz.debugger.commands import execute
from nnviz.debugger.debugger import Debugger
from nnviz.errors import InputError
from nnviz.newfile import write_new
from nnviz.tui.view import View

if TYPE_CHECKING:
    from textual.app import App

MULTIPLEXER_SECONDS = 1.0
TRIES = 1000
"""Names that are tried for a picture before giving up."""


def text_of(what: str, view: View, layer: int, panels: Mapping[str, str]) -> str:
    """The text of a panel that is seen, `row` for the chosen layer's numbers, or a value.

    Raises InputError where it is none of them.
    """
    if what in panels:
        return panels[what]
    if what == "row":
        return row_text(view, layer)
    try:
        return value_text(view, what)
    except InputError as error:
        raise InputError(
            f"{what}: neither a panel on the screen ({', '.join(panels)}), nor `row`, nor a value: "
            f"{error}"
        ) from error


def row_text(view: View, layer: int) -> str:
    """All recorded numbers of a layer at this iteration: a line of names and one of values.

    Parted by tabs and in full precision, as a spreadsheet likes them.
    """
    own = (f"L{layer}.", f"W{layer}.", f"dW{layer}.")
    names = [name for name in view.history.names if name.startswith(own)]
    row = view.frame.index - view.history.first
    values = [repr(float(view.history.column(name)[row])) for name in names]
    return "\n".join(
        "\t".join(cells) for cells in (["iteration", *names], [str(view.frame.index), *values])
    )


def value_text(view: View, expression: str) -> str:
    """The value of an expression at this iteration, in full precision. Raises InputError."""
    from nnviz.debugger.predicates import Rows, no_findings, parse_expression

    row = view.frame.index - view.history.first
    rows = Rows(view.history, no_findings(view.history), row, row + 1)
    return repr(float(np.asarray(parse_expression(expression, view.info.depth).numbers(rows))[0]))


def copy(app: "App[None]", text: str) -> str:
    """Put a text on the clipboard of the terminal, through ssh too; returns what to say.

    The terminal is asked by OSC 52. tmux lets no program in it do so unless it is told to, but does
    so itself when it is given the text.
    """
    app.copy_to_clipboard(text)
    if "TMUX" in os.environ and not app.is_web:
        with suppress(OSError, subprocess.SubprocessError):
            subprocess.run(
                ["tmux", "load-buffer", "-w", "-"],
                input=text.encode(),
                timeout=MULTIPLEXER_SECONDS,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
    lines = text.count("\n") + 1
    what = f"{lines} lines" if lines > 1 else text
    return f"copied {what}; `:copy ... to FILE` where this terminal has no clipboard"


def hand_out(app: "App[None]", path: Path, text: str) -> str:
    """Write a new file, or let a browser download it; returns what to say. Raises InputError."""
    if app.is_web:
        app.deliver_text(io.StringIO(text), save_filename=path.name, open_method="download")
        return f"{path.name} is in your downloads"
    write_new(path, text.encode())
    return f"written to {path}"


@dataclass(frozen=True)
class Written:
    """A file that a browser is to download."""

    name: str
    content: bytes


def save_for_browser(rest: str, give: Callable[[Written], None]) -> Callable[[Debugger], str]:
    """What saves a run on the runner's thread and gives it away; no file is left.

    The name is checked as the command `save` does.
    """

    def act(debugger: Debugger) -> str:
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / Path(rest).name
            execute(debugger, f"save {file}")
            give(Written(file.name, file.read_bytes()))
        return f"{file.name} is in your downloads"

    return act


def next_name(stem: str) -> Path:
    """A name for a picture that is not taken yet: STEM.svg, STEM-2.svg, ..."""
    names = [f"{stem}.svg", *(f"{stem}-{number}.svg" for number in range(2, TRIES))]
    free = next((name for name in names if not os.path.lexists(name)), None)
    if free is None:
        raise InputError(f"{names[0]} to {names[-1]} are all there; use :export FILE.svg")
    return Path(free)
