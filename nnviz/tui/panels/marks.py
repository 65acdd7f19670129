"""The state of each unit as a mark: what is dead, inactive, saturated or not a number."""

import numpy as np

from nnviz.debugger.statistics import SATURATED_UNIT
from nnviz.engine.arrays import Labels
from nnviz.tui.drawing.heat_maps import Mark
from nnviz.tui.view import View


def unit_marks(view: View, layer: int) -> Labels:
    """A `Mark` for each unit of a layer (counted from 1) at the view's iteration."""
    statistics = view.frame.layers[layer - 1]
    word = view.info.layers[layer - 1].silent
    mean = statistics.unit_mean
    marks = np.zeros(len(mean), dtype=np.int64)
    marks[statistics.unit_saturated > SATURATED_UNIT] = Mark.SATURATED
    marks[statistics.silent] = Mark.DEAD if word == "dead" else Mark.INACTIVE
    if not np.isfinite(mean).all():
        marks[np.isinf(mean)] = Mark.INFINITE
        marks[np.isnan(mean)] = Mark.NAN
    return marks


def marked_since(view: View, layer: int, unit: int) -> int | None:
    """Since which iteration a unit has been dead, inactive or saturated; None where it is not.

    Of a saturated one this is the first of the recorded iterations up to here without a gap.
    """
    mark = unit_marks(view, layer)[unit]
    if mark in (Mark.DEAD, Mark.INACTIVE):
        return int(view.frame.layers[layer - 1].died_at[unit])
    if mark != Mark.SATURATED:
        return None
    rows = view.frame.index - view.history.first
    before = view.history.unit(layer, unit)["saturated"][:rows] <= SATURATED_UNIT
    return view.history.first + (int(np.flatnonzero(before)[-1]) + 1 if before.any() else 0)
