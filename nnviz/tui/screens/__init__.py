"""Screens of their own beside the debugger's, in one registry: a layer, a sample, two branches."""

from collections.abc import Mapping
from types import MappingProxyType

from nnviz.tui.screens.base import PanelScreen
from nnviz.tui.screens.compare import CompareScreen
from nnviz.tui.screens.layer import LayerScreen
from nnviz.tui.screens.sample import SampleScreen

SCREENS: Mapping[str, type[PanelScreen]] = MappingProxyType(
    {screen.NAME: screen for screen in (LayerScreen, SampleScreen, CompareScreen)}
)
