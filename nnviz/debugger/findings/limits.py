"""Every threshold of the findings, in one table: what is measured, and when it is amber or red.

`nnviz findings --self-test` measures them on the project's own healthy and faulty runs.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

CHECK_AFTER = 20
"""Iterations over which a loss is called stuck, or flat."""

RUNNING = 10
"""Iterations running for which saturation or a tiny update has to hold."""

SETTLED = 3
"""Iterations running for which a step or a loss has to be too large: the first ones may jump."""

SOLVED = 0.2
"""Below this share of the loss of a constant prediction, a run that stands still is just done."""

SOLVED_ACCURACY = 0.9
"""So is a run that classifies this share of its samples right."""


@dataclass(frozen=True)
class Limit:
    """When a number speaks. `below` limits speak where the number falls under them.

    NaN is a level that the rule doesn't have. `quantity` says what is measured.
    """

    quantity: str
    info: float = float("nan")
    amber: float = float("nan")
    red: float = float("nan")
    below: bool = False


LIMITS: Mapping[str, Limit] = MappingProxyType(
    {
        "gradient-check": Limit("relative error", amber=1e-4, red=1e-2),
        "label-mismatch": Limit("standard deviations above chance", red=3, below=True),
        "input-scale": Limit("root mean square of the inputs", red=3),
        "input-scale-low": Limit("largest |input|", amber=0.05, below=True),
        "symmetry": Limit("share of units that equal another", red=0),
        "poor-init": Limit("size of z at the start", amber=2, red=10),
        "poor-init-low": Limit("size of z at the start", amber=0.1, red=0.03, below=True),
        "update-high": Limit("|update| / |W|", amber=0.5, red=1),
        "update-low": Limit(
            "largest |update| / |W| of all layers", amber=1e-4, red=1e-5, below=True
        ),
        "dead-units": Limit("share of dead units", info=0, amber=0.4, red=0.6),
        "saturated": Limit("share of saturated values", amber=0.35, red=0.5),
        "saturated-units": Limit("share of saturated units", amber=0.15, red=0.4),
        "saturated-slow": Limit(
            "share that the loss falls by in 10 iterations", amber=0.05, below=True
        ),
        "vanishing": Limit("RMS(dW1) / RMS(dW of the last layer)", red=0.01, below=True),
        "no-gradient": Limit("norm of every dW", red=1e-12, below=True),
        "loss-at-init": Limit("loss at the start / that of equal outputs", amber=2, red=3),
        "diverging": Limit("loss / loss at the start", amber=1.5, red=3),
        "stuck-at-chance": Limit("loss / loss of a constant prediction", red=0.95),
        "stuck-drop": Limit("share that the loss fell by", red=0.01, below=True),
        "plateau": Limit("share that the loss fell by", amber=0.005, below=True),
        "plateau-spread": Limit("largest loss / smallest, less 1", amber=0.02, below=True),
        "overshoot": Limit("share that the loss rose by", info=1e-3),
        "overfit": Limit("test loss / its best", amber=1.05),
        "accuracy-lost": Limit("best test accuracy minus the present one", amber=0.01),
        "accuracy-gap": Limit("training minus test accuracy", info=0.08),
    }
)
