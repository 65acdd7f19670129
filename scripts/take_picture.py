"""Takes the README's picture of the running debugger: `python scripts/take_picture.py`.

The picture is the application's own screenshot, without the web font that it would load.
"""

import asyncio
import re
from pathlib import Path

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS
from nnviz.tui.app import NnvizApp
from nnviz.tui.drawing.look import Look

PICTURE = Path(__file__).parent.parent / "docs" / "tui.svg"
SIZE = (160, 50)
ITERATION = 60


async def take() -> str:
    """Open the starter's run, train it for a while, and return the screen as SVG."""
    source = EngineSource(PRESETS["course"])

    def open_debugger() -> Debugger:
        debugger = Debugger(Timeline(source))
        debugger.gather_facts()
        debugger.timeline.seek(ITERATION)
        debugger.add_breakpoint("L2.saturated_units > 7%")
        debugger.add_watch("W1.update / W3.update")
        return debugger

    app = NnvizApp(open_debugger, Look())
    async with app.run_test(size=SIZE) as pilot:
        while app.view is None or not app.view.paused:
            await pilot.pause(0.1)
        await pilot.pause(0.5)
        return app.export_screenshot(title="nnviz tui")


def main() -> None:
    """Write the picture."""
    svg = asyncio.run(take())
    svg = re.sub(r"@font-face\s*{.*?}", "", svg, flags=re.DOTALL)
    draft = PICTURE.with_suffix(".part")
    draft.write_text(svg, encoding="utf-8")
    draft.replace(PICTURE)
    print(f"{PICTURE}: {len(svg):,} characters")


if __name__ == "__main__":
    main()
