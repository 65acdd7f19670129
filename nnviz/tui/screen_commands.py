"""The typed commands that are about the screen and not about the run: copy, export, theme.

Each is a function of the application and the rest of its line that returns what to say. To add one,
add a function and a line to `SCREEN_COMMANDS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from nnviz.debugger import command_checks as checks
from nnviz.debugger import commands
from nnviz.debugger.command_checks import Check, Terms
from nnviz.debugger.debugger import Debugger
from nnviz.errors import InputError
from nnviz.tui.handing_out import copy, hand_out
from nnviz.tui.runner import Ask
from nnviz.tui.state import COMPARE

if TYPE_CHECKING:
    from nnviz.tui.app import NnvizApp

SVG = ".svg"


@dataclass(frozen=True)
class ScreenCommand:
    """One verb: how it is written, what it does, how its rest is read."""

    name: str
    usage: str
    help: str
    run: Callable[["NnvizApp", str], str]
    check: Check

    def carry_out(self, app: "NnvizApp", rest: str) -> str:
        """Do it; returns what to say. Raises InputError for a wrong rest."""
        self.check(rest, Terms(0))
        return self.run(app, rest)


def check(line: str, terms: Terms) -> None:
    """Raise InputError where neither screen nor run can take a line."""
    name, rest = words(line)
    if name in SCREEN_COMMANDS:
        SCREEN_COMMANDS[name].check(rest, terms)
    else:
        commands.check(line, terms)


def words(line: str) -> tuple[str, str]:
    """The verb of a line, and the rest."""
    name, _, rest = line.strip().removeprefix(":").strip().partition(" ")
    return name, rest.strip()


def _copy(app: "NnvizApp", rest: str) -> str:
    what, to, name = rest.rpartition(" to ") if " to " in f" {rest}" else (rest, "", "")
    if rest.startswith("to "):
        what, to, name = "", "to", rest.removeprefix("to ")
    text = app.text_of(what.strip())
    if to:
        return hand_out(app, Path(name.strip()).expanduser(), text + "\n")
    return copy(app, text)


def _export(app: "NnvizApp", rest: str) -> str:
    path = Path(rest).expanduser()
    # the command line has to be off the screen first
    app.call_after_refresh(lambda: app.say(lambda: app.export(path)))
    return ""


def _theme(app: "NnvizApp", rest: str) -> str:
    return app.change_theme(rest == "dark" if rest else not app.look.dark)


def _present(app: "NnvizApp", rest: str) -> str:
    app.action_present()
    return ""


def _compare(app: "NnvizApp", rest: str) -> str:
    if not rest:
        app.action_open(COMPARE)
        return ""

    def bring(debugger: Debugger) -> str:
        branch = debugger.open_beside(str(Path(rest).expanduser())).branch
        app.compare_with(branch.name)
        return f"beside it {branch}"

    app.order(Ask(bring))
    return ""


def _quit(app: "NnvizApp", rest: str) -> str:
    app.exit()
    return ""


def _file_to_copy_to(rest: str, terms: Terms) -> None:
    if f" {rest} ".endswith(" to "):
        raise InputError(f"{rest!r}: expected a file after `to`")


SCREEN_COMMANDS: Mapping[str, ScreenCommand] = MappingProxyType(
    {
        command.name: command
        for command in (
            ScreenCommand(
                "copy",
                "copy [PANEL|row|EXPRESSION] [to FILE]",
                "copy the text of a panel, the layer's row or a value",
                _copy,
                _file_to_copy_to,
            ),
            ScreenCommand(
                "export",
                "export FILE.svg",
                "draw the screen into a new file",
                _export,
                checks.file(SVG),
            ),
            ScreenCommand(
                "theme",
                "theme [dark|light]",
                "change between dark and light",
                _theme,
                checks.word("dark", "light"),
            ),
            ScreenCommand(
                "present",
                "present",
                "the projector's view: one panel, large, strong contrast",
                _present,
                checks.nothing,
            ),
            ScreenCommand(
                "compare",
                "compare [RUN]",
                "compare two branches, or open another run beside this one and compare",
                _compare,
                checks.anything,
            ),
            ScreenCommand("quit", "quit", "end", _quit, checks.nothing),
            ScreenCommand("q", "q", "end", _quit, checks.nothing),
        )
    }
)
