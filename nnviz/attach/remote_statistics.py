"""Statistics that came over the wire, and what stands in for those that never came."""

from typing import Any

import numpy as np

from nnviz.attach.wire import Message, unpacked
from nnviz.debugger.statistics import LayerStatistics


def statistics(message: Message) -> LayerStatistics:
    """The statistics of a layer from plain values. Raises WireError where they are none."""
    values: dict[str, Any] = {
        name: unpacked(value) if isinstance(value, dict) else float(value)
        for name, value in message.items()
    }
    return LayerStatistics(**values)


def no_statistics(units: int) -> LayerStatistics:
    """Statistics that say nothing."""
    values: dict[str, Any] = dict.fromkeys(LayerStatistics.__dataclass_fields__, float("nan"))
    values |= {
        "unit_mean": np.full(units, np.nan),
        "unit_saturated": np.full(units, np.nan),
        "last_active": np.full(units, -1),
        "silent": np.zeros(units, bool),
    }
    return LayerStatistics(**values)
