"""What was recognised in a program: layers, data and loss, each with where, how sure and why."""

from collections.abc import Mapping
from dataclasses import dataclass

from nnviz.attach.namespace import Path, path_text


@dataclass(frozen=True)
class Place:
    """Where a value of every iteration is found: at a path, or coming out of a node.

    `turn` counts the values that a node gives in an iteration, `of` says how many of them have
    a part (so that layers that share a function are told apart). `changed_later`: its memory is
    written to afterwards in the same iteration.
    """

    name: str
    line: int
    path: Path = ()
    node: int = -1
    turn: int = 0
    shape: tuple[int, ...] = ()
    changed_later: bool = False

    @property
    def text(self) -> str:
        """What the program calls it."""
        return path_text(self.path) if self.path else self.name


@dataclass(frozen=True)
class Layer:
    """One layer: its weights and where its numbers come by; `transposed`: W is fan_in x fan_out.

    `parameters` are those of the activation: k, slope. `places` holds z, L, d, dW by these letters,
    as far as they were found. The program's dW is `scale` times the gradient: it may hold the rate.
    """

    units: int
    fan_in: int
    weights: Path
    transposed: bool
    bias: Path
    activation: str
    parameters: Mapping[str, float]
    places: Mapping[str, Place]
    scale: float
    confidence: float
    reasons: Mapping[str, str]


@dataclass(frozen=True)
class LossFound:
    """The loss: where the program computes it (None: nowhere), which one it is, how sure and why.

    `factor` is what the program's number is of the engine's objective, a sum over the samples.
    """

    place: Place | None
    family: str
    factor: float
    words: str
    confidence: float
    reason: str


@dataclass(frozen=True)
class RateFound:
    """The learning rate: what multiplies each layer's gradient, and the variable that holds it."""

    values: tuple[float, ...]
    path: Path
    factor: float
    confidence: float
    reason: str


@dataclass(frozen=True)
class Corrections:
    """What the user knows better, in the program's own names; empty where he doesn't say.

    `activations` holds one name per layer; `iterations` is how long the run is planned to be (0:
    as the program says).
    """

    loop: int = 0
    iterations: int = 0
    weights: tuple[str, ...] = ()
    loss: str = ""
    targets: str = ""
    labels: str = ""
    learning_rate: str = ""
    activations: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recognition:
    """All of it. `columns`: samples are columns. `numbers` are the variables that a fork can set.

    `classes` says whether each sample's target, or label, names a class: else nothing is right or
    wrong, and there is no accuracy.

    `momentum` are arrays of the weights' shapes that the loop changes, too. `doubts` are sentences
    about what was not found or does not fit.
    """

    layers: tuple[Layer, ...]
    columns: bool
    inputs: Place
    targets: Place | None
    labels: Place | None
    classes: bool
    loss: LossFound
    rate: RateFound
    samples: int
    all_samples: int
    numbers: tuple[tuple[Path, float], ...] = ()
    momentum: tuple[str, ...] = ()
    doubts: tuple[str, ...] = ()

    @property
    def depth(self) -> int:
        """The number of layers."""
        return len(self.layers)
