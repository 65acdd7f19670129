"""What the person looking has chosen to see; it never changes the run."""

from dataclasses import dataclass, field

from nnviz.debugger.model import TRAIN

PICTURES = ("all", "activation", "weight", "update")
CURVES = (
    "",
    "W.update_ratio",
    "dW.rms",
    "L.saturated",
    "L.dead",
    "L.z_std",
    "L.std",
)
"""What the curves show: loss and accuracy, or a statistic of every layer, on a log axis."""
DEBUGGER, LAYER, SAMPLE, COMPARE = "debugger", "layer", "sample", "compare"
"""The screens there are; a key may work on some of them only."""


@dataclass(frozen=True)
class SampleChoice:
    """Sample `number` (from 0) of a part, TRAIN or TEST.

    `cell` is a cell of the confusion matrix, (label, predicted), whose samples are walked through;
    without it all of the part are.
    """

    part: str = TRAIN
    number: int = 0
    cell: tuple[int, int] | None = None


@dataclass(frozen=True)
class Choice:
    """The tab, the layer under the cursor (from 1), kinds of picture and curves, a zoomed panel.

    `screen` is the screen that is seen, `pane` which of its panes, where not all have room, and
    `unit` the unit under the cursor (from 0). `cell` is the cursor in the confusion matrix, `other`
    the branch that is compared with ("": the parent, or else the first other one), `compared` the
    kind of picture that is, and `magnified` that the difference has a scale of its own. In a
    lecture `pressed` is the last key with what it does, and `cue` what the script does next. A
    lesson or tour says in `guide` what to do now, and in `told` what is to be seen.
    """

    tab: str = "heat"
    layer: int = 1
    picture: str = "all"
    curves: str = ""
    zoomed: str = ""
    screen: str = DEBUGGER
    pane: str = ""
    unit: int = 0
    sample: SampleChoice = field(default_factory=SampleChoice)
    cell: tuple[int, int] = (0, 0)
    other: str = ""
    compared: str = "weight"
    magnified: bool = False
    pressed: tuple[str, str] | None = None
    cue: str = ""
    guide: str = ""
    told: str = ""
