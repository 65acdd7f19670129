"""How a number is written where it may be none: JSON knows neither NaN nor infinity."""

import math


def json_number(value: float) -> float | None:
    """The number; None, which JSON writes as null, for NaN and infinity."""
    return float(value) if math.isfinite(value) else None
