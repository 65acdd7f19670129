"""The debugger as plain lines: commands in, words and a table out.

For screen readers, which can't follow a full screen, and for scripts: `echo n | nnviz tui --plain`.
The commands are those of the screen's command line, and its single keys.
"""

import math
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from itertools import chain
from types import FrameType, MappingProxyType
from typing import TextIO

from nnviz.debugger.commands import COMMANDS, SHORT, completions, execute
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.source import Frame
from nnviz.engine.tiles import Cancelled
from nnviz.errors import InputError, nearest
from nnviz.tui.drawing.look import ColorDepth, Look
from nnviz.tui.drawing.numbers import compact
from nnviz.tui.panels import PANELS
from nnviz.tui.plain_findings import DIAGNOSING, HELP
from nnviz.tui.screen_commands import SCREEN_COMMANDS, words
from nnviz.tui.script import Cue
from nnviz.tui.state import Choice
from nnviz.tui.view import View, make_view, names

PROMPT = "(nnviz) "
EXIT_WRONG_LINE = 2
WIDTH = 100
"""Columns of a table where there is no terminal to ask."""

PROGRESS_SECONDS = 2.0
LOOK = Look(ColorDepth.NONE, ascii=True)
SHOWN = ("layers", "heat", "curves", "confusion", "phase", "breaks")


Own = Mapping[str, Callable[[Debugger, str], str]]
"""Commands that somebody adds: a function of the debugger and the rest of the line, by verb."""


def run_plain(
    open_debugger: Callable[[], Debugger],
    script: Sequence[Cue] = (),
    own: Own = MappingProxyType({}),
    greeting: str = "",
) -> int:
    """Read commands from standard input until it ends or says quit; returns the exit code.

    From a pipe all of the script comes first, and a wrong line, which is answered and passed over,
    makes the exit code 2. At a terminal an empty line does the script's next command.
    """
    ctrl_c = CtrlC()
    before = signal.signal(signal.SIGINT, ctrl_c.press)
    try:
        debugger = open_debugger()
        mode = LineMode(debugger, ctrl_c, own=own)
        mode.say(*[greeting] * bool(greeting))
        if sys.stdin.isatty():
            _complete_lines(lambda: names(make_view(debugger)))
            mode.converse(_Prompted(ctrl_c), list(script))
            return 0
        lines = (line.rstrip("\r\n") for line in sys.stdin)
        return mode.recite(script, lines)
    finally:
        signal.signal(signal.SIGINT, before)


class CtrlC:
    """Answers Ctrl-C: what runs is told to pause; otherwise, or the second time, it interrupts."""

    def __init__(self) -> None:
        self.pressed = self.running = self.twice = False
        self._at = float("-inf")

    def press(self, number: int, where: FrameType | None) -> None:
        """The signal's handler."""
        now = time.monotonic()
        self.twice = now - self._at < 1
        self._at = now
        if not self.running or self.twice:
            raise KeyboardInterrupt
        self.pressed = True


class LineMode:
    """Carries out lines and says what came of them."""

    def __init__(
        self,
        debugger: Debugger,
        ctrl_c: CtrlC,
        out: TextIO | None = None,
        own: Own = MappingProxyType({}),
    ) -> None:
        self.debugger = debugger
        self._own = own
        self.errors = 0
        self._ctrl_c = ctrl_c
        self._out = out or sys.stdout
        self._told_at = 0.0
        debugger.progress = self._progress
        debugger.timeline.source.cancelled = lambda: ctrl_c.pressed

    def converse(self, lines: Iterator[str], script: list[Cue]) -> None:
        """Answer a person, line by line; an empty line does the next one of the script."""
        self.say(*self.where(), "Type help for the commands, n for the next iteration.")
        while True:
            if script:
                self.say(f"Enter does: {script[0].text}" + _hint(script[0]))
            line = next(lines, None)
            if line is None:
                return
            text = spoken(script.pop(0)) if script and not line.strip() else line
            if not self.answer(text):
                return

    def recite(self, script: Sequence[Cue], lines: Iterator[str]) -> int:
        """Answer the script, then a pipe's lines, each repeated before its answer."""
        self.say(*self.where())
        for line in chain(map(spoken, script), lines):
            self.say(PROMPT + line)
            if not self.answer(line):
                break
        return EXIT_WRONG_LINE if self.errors else 0

    def answer(self, line: str) -> bool:
        """Carry out one line; whether to go on."""
        line = line.strip().removeprefix(":").strip()
        if line in ("q", "quit", "exit"):
            return False
        if line.startswith("#"):
            return True
        before = self._place
        try:
            self._ctrl_c.running, self._told_at = True, time.monotonic()
            said = self._said(line)
        except InputError as error:
            self.errors += 1
            said = f"error: {error}"
        except Cancelled:
            said = "paused: an unfinished iteration is not counted"
        finally:
            self._ctrl_c.running = self._ctrl_c.pressed = False
        moved = self._place != before
        self.say(*[said] * bool(said), *(self.where() if moved or not line else []))
        return True

    def say(self, *lines: str) -> None:
        """Print lines at once, so that a reader or a pipe doesn't wait."""
        for line in lines:
            print(line, file=self._out, flush=True)

    @property
    def _place(self) -> tuple[str, int, int]:
        timeline = self.debugger.timeline
        return timeline.branch.name, timeline.index, timeline.position.phase

    def _said(self, line: str) -> str:
        if not line:
            return ""
        word, _, rest = line.partition(" ")
        if word in self._own:
            return self._own[word](self.debugger, rest.strip())
        if word == "show":
            return self.shown(rest.strip() or "layers")
        if word in DIAGNOSING:
            return DIAGNOSING[word](self.debugger, rest.strip())
        if line in ("help", "?"):
            return help_text(self._own)
        return execute(self.debugger, line)

    def shown(self, name: str) -> str:
        """The text of one panel. Raises InputError where there is none of that name."""
        if name not in SHOWN:
            raise InputError(f"{name}: expected {', '.join(SHOWN)}{nearest(name, SHOWN)}")
        view = make_view(self.debugger)
        width = shutil.get_terminal_size((WIDTH, 24)).columns if self._out.isatty() else WIDTH
        height = view.info.depth + 1 if name == "layers" else 24
        choice = Choice(tab=name, layer=int(name != "layers"))  # a table without the cursor's mark
        drawn = PANELS[name].draw(view, choice, width, height, LOOK)
        return "\n".join(line.rstrip() for line in drawn.lines).rstrip("\n")

    def where(self) -> list[str]:
        """Where the run stands: in a sentence, a table of the layers, the watches' values."""
        view = make_view(self.debugger)
        lines = [sentence(view)]
        last = view.position.phase == view.position.phases - 1
        lines += self.shown("layers").splitlines() if last else phase_lines(view)
        values = [f"{watch.text} = {compact(value).strip()}" for watch, value in view.watches]
        return lines + [f"watch {text}" for text in values]

    def _progress(self, frame: Frame) -> None:
        if self._ctrl_c.pressed:
            raise Cancelled
        now = time.monotonic()
        if now - self._told_at > PROGRESS_SECONDS:
            self._told_at = now
            print(f"iteration {frame.index}, loss {frame.loss:.6f}", file=sys.stderr, flush=True)


def sentence(view: View) -> str:
    """Where we are and how it goes, in words that can be read out."""
    frame, position = view.frame, view.position
    branch = f", branch {view.branch.name}" if len(view.branches) > 1 else ""
    recorded = f"recorded {view.history.first} to {view.recorded}"
    live = "LIVE" if position.is_live else f"HISTORY, {recorded}"
    parts = [f"after {view.phase.label}", live, f"loss {frame.loss:.6f}"]
    if not math.isnan(frame.train_accuracy):  # a regression has none
        parts.append(f"training accuracy {100 * frame.train_accuracy:.1f} %")
    if (test := view.latest_test_accuracy) is not None:
        at = "" if test[1] == frame.index else f" at iteration {test[1]}"
        parts.append(f"test accuracy {100 * test[0]:.1f} %{at}")
    return f"iteration {frame.index} of {view.total()}{branch}: {', '.join(parts)}"


def phase_lines(view: View) -> list[str]:
    """What the present phase computes: its formula, and the size and range of its arrays."""
    phase = view.phase
    lines = [f"{phase.formula}", f"shapes: {phase.shapes}"]
    for name, array in view.phase_arrays.items():
        shape = " x ".join(map(str, array.shape))
        numbers = {"mean": array.mean(), "std": array.std(), "min": array.min(), "max": array.max()}
        shown = ", ".join(f"{word} {compact(float(n)).strip()}" for word, n in numbers.items())
        lines.append(f"{name}, {shape}: {shown}")
    return lines


def help_text(added: Iterable[str] = ()) -> str:
    """The single keys and all commands, one to a line."""
    own = {
        "show [PANEL]": f"print {', '.join(SHOWN)}",
        "quit": "end; so does the end of the input",
        "(empty line)": "say again where we are, or do the script's next line",
    }
    own |= dict.fromkeys(added, "of this lesson") | HELP
    table = dict(SHORT) | {command.usage: command.help for command in COMMANDS.values()} | own
    return "\n".join(f"{usage:<34}{help}" for usage, help in table.items())


def spoken(cue: Cue) -> str:
    """The line that does here what a cue does on the screen; a comment where there is nothing."""
    if words(cue.text)[0] in SCREEN_COMMANDS:
        return f"# {cue.text}: is about the screen"
    if not cue.key or cue.text in SHORT:
        return cue.text
    return "continue" if cue.key == "space" else f"# {cue.text}: a key of the screen only"


def _hint(cue: Cue) -> str:
    return f" - {cue.hint}" if cue.hint else ""


class _Prompted(Iterator[str]):
    """The lines that a person types, until the end of the input."""

    def __init__(self, ctrl_c: CtrlC) -> None:
        self._ctrl_c = ctrl_c

    def __next__(self) -> str:
        while True:
            try:
                return input(PROMPT)
            except EOFError:
                print()
                raise StopIteration from None
            except KeyboardInterrupt:
                if self._ctrl_c.twice:
                    raise
                print("\nnothing is running; Ctrl-C again within a second quits")


def _complete_lines(known: Callable[[], Mapping[str, tuple[str, ...]]]) -> None:
    """Let Tab complete what is typed and the arrows bring it back, where there is readline."""
    with suppress(ImportError):
        import readline

        def complete(text: str, state: int) -> str | None:
            begin = readline.get_begidx()
            found = completions(readline.get_line_buffer(), known())
            return found[state][begin:] if state < len(found) else None

        readline.set_completer(complete)
        readline.parse_and_bind("tab: complete")
