"""Screens of their own beside the debugger's, in one registry: a layer, a sample, two branches.

Each is imported when it opens: the first numbers are on the screen before any of them.
"""

from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

from nnviz.tui.state import COMPARE, LAYER, SAMPLE

if TYPE_CHECKING:
    from nnviz.tui.screens.base import PanelScreen


class _Screens(Mapping[str, "type[PanelScreen]"]):
    """The classes by the screens' names, which are those of their modules."""

    def __init__(self, **classes: str) -> None:
        self._classes = classes

    def __getitem__(self, name: str) -> "type[PanelScreen]":
        wanted = self._classes[name]
        screen: type[PanelScreen] = getattr(import_module(f"{__name__}.{name}"), wanted)
        return screen

    def __iter__(self) -> Iterator[str]:
        return iter(self._classes)

    def __len__(self) -> int:
        return len(self._classes)


SCREENS: Mapping[str, "type[PanelScreen]"] = _Screens(
    **{LAYER: "LayerScreen", SAMPLE: "SampleScreen", COMPARE: "CompareScreen"}
)
