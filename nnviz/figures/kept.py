"""A backend of matplotlib that keeps what a program shows as files, instead of opening windows."""

import itertools
import os
from pathlib import Path
from typing import Any

from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

_numbers = itertools.count(1)


class FigureManager(FigureManagerBase):
    """Keeps figures: `show` writes each open one into the folder of the debugger."""

    @classmethod
    def pyplot_show(cls, *arguments: Any, **named: Any) -> None:
        """What `plt.show()` does here: write all open figures, and close them as a user would."""
        from matplotlib import pyplot

        folder = Path(os.environ.get("NNVIZ_FIGURES", "."))
        for number in pyplot.get_fignums():
            name = folder / f"figure-{next(_numbers):03}.png"
            pyplot.figure(number).savefig(name)
            print(f"[nnviz kept a figure: {name}]")
        pyplot.close("all")


class FigureCanvas(FigureCanvasAgg):
    """Draws without a screen."""

    manager_class = FigureManager
