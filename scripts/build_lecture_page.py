"""Write the lecture's page: every key of its script, what to say, and what students then see.

The screens are taken from the program itself, so the page is as true as its last run; a test runs
the script again and compares.
"""

import asyncio
from pathlib import Path

from textual.pilot import Pilot

from nnviz.debugger.command_checks import Terms
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.findings import RULES
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look
from nnviz.tui.screens.base import PanelScreen
from nnviz.tui.script import Cue, read_script
from nnviz.tui.widgets import PanelWidget

LECTURE = Path(__file__).parents[1] / "assignments" / "assignment1" / "lecture"
SCRIPT, PAGE = LECTURE / "lecture.txt", LECTURE / "lecture.md"
SHOWN = ("layers", "findings", "layer_head", "compare_head", "compare_table", "message", "status")
INTRO = """\
# A lecture: why does the starter learn so slowly?

About fifteen minutes. Open it on the projector,

    nnviz tui --present --script lecture.txt

and press the space key for each step; `p` shows the whole screen. What comes next, and the question
to ask with it, stands at the foot of the screen. Nothing is lost where somebody asks: step back
with `N`, look around, and go on with the space key.

The screens below (80 columns, some panels of each) are what the program showed when this page was
built: `python scripts/build_lecture_page.py` builds it again, and a test compares them.
"""


async def screens(cues: tuple[Cue, ...]) -> list[str]:
    """What is seen after each cue, at 80 x 24."""
    app = NnvizApp(lambda: Debugger(Timeline(EngineSource(PRESETS["course"]))), Look(), script=cues)
    found = []
    async with app.run_test() as pilot:
        for number in range(len(cues) + 1):
            await settled(pilot)
            if number:
                found.append(seen(app))
            if number < len(cues):
                await pilot.press("space")
    return found


async def settled(pilot: Pilot[None]) -> None:
    """Wait until the run has nothing to do, and stays so: a key may be under way to it."""
    app, quiet = pilot.app, 0
    assert isinstance(app, NnvizApp)
    for _ in range(6000):
        await pilot.pause(0.02)
        quiet = quiet + 1 if app.view is not None and app.runner.idle else 0
        if quiet == 10:
            return
    raise TimeoutError("the run doesn't come to rest")


def seen(app: NnvizApp) -> str:
    """The panels that carry numbers, as text."""
    screen = next((s for s in app.screen_stack[1:] if isinstance(s, PanelScreen)), app)
    texts = {
        widget.panel: widget.cells(widget.size).text
        for widget in screen.query(PanelWidget)
        if widget.display and widget.panel in SHOWN
    }
    lines = [line for name in SHOWN for line in texts.get(name, "").splitlines()]
    return "\n".join(line.rstrip() for line in lines if line.strip())


def script() -> tuple[Cue, ...]:
    """The lecture's cues, checked as `--script` checks them."""
    source = PRESETS["course"]
    return read_script(SCRIPT, Terms(source.layers, vars(source), tuple(RULES)))


def page(cues: tuple[Cue, ...], shown: list[str]) -> str:
    """The page in Markdown."""
    parts = [INTRO]
    for number, (cue, screen) in enumerate(zip(cues, shown, strict=True), start=1):
        parts.append(f"## {number}. `{cue.text}`\n\n{cue.hint}\n\n```text\n{screen}\n```\n")
    return "\n".join(parts)


if __name__ == "__main__":
    cues = script()
    PAGE.write_text(page(cues, asyncio.run(screens(cues))), encoding="utf-8")
    print(PAGE)
