"""Rules about how a run begins: its maths, data and start weights. They stand to the end."""

from dataclasses import dataclass

import numpy as np

from nnviz.debugger.findings.limits import LIMITS
from nnviz.debugger.findings.records import Level, Remedy
from nnviz.debugger.findings.view import Reading, View, grade


def gradient_check(view: View) -> Reading | None:
    """What the first updates apply differs from centred differences of the loss."""
    check, slip = view.facts.check, view.facts.slip
    level = grade(check.error, "gradient-check") if check else 0
    if check is None or not level:
        return None
    shown = (
        check.first if any(r.error > LIMITS["gradient-check"].amber for r in check.first) else ()
    )
    numbers = ", ".join(
        f"{r.name} {r.error:.2g} (applied / right: {r.ratio:.4g})" for r in shown or check.second
    )
    update = "first" if shown else "second"
    return Reading(
        view.constant(level),
        lambda: f"relative error of the {update} update's gradients: {numbers}; right is < 1e-7",
        slip.text if slip else "The gradients are wrong.",
        lambda: (Remedy("correct the gradient", {"fault": ""}),),
        layer=slip.layer if slip else 0,
    )


def label_mismatch(view: View) -> Reading | None:
    """Labels, targets and inputs don't belong together."""
    labels = view.facts.labels
    if labels is None:
        return None
    if labels.mistargeted:
        return Reading(
            view.constant(Level.RED),
            lambda: (
                f"{labels.mistargeted:.0%} of the targets are largest at another class than "
                "that of the label"
            ),
            "The targets T don't encode the labels: check the one-hot encoding and its order.",
            lambda: (Remedy("encode the labels one-hot again", {"fault": ""}),),
        )
    deviations = abs(labels.agreement - labels.chance) / (labels.deviation or float("nan"))
    return Reading(
        view.constant(grade(deviations, "label-mismatch")),
        lambda: (
            f"{labels.agreement:.0%} of the samples have the label of their nearest neighbour; "
            f"labels at random would give {labels.chance:.0%} +- {labels.deviation:.1%}"
        ),
        "The labels have nothing to do with the inputs: they are random, or in another order than "
        "the images. The net can only learn them by heart.",
        lambda: (
            Remedy("use the data's own labels", {"labels": "true", "label_classes": 0}),
            Remedy("keep images and labels in the same order", {"fault": ""}),
        ),
    )


def input_scale(view: View) -> Reading | None:
    """Inputs far larger or smaller than the weights are made for, or not numbers at all."""
    inputs = view.facts.inputs
    if inputs is None:
        return None
    if inputs.not_finite:
        return Reading(
            view.constant(Level.RED),
            lambda: f"{inputs.not_finite:,} input values are NaN or infinite",
            "There are inputs that are not numbers, and whatever is computed from them isn't one.",
            lambda: (Remedy("replace the values that are not numbers", {"fault": ""}),),
        )
    large = grade(inputs.rms, "input-scale")
    small = grade(inputs.largest, "input-scale-low")
    factor = 1 / inputs.largest if inputs.largest else 1.0

    def remedies() -> tuple[Remedy, ...]:
        by = f"divide the inputs by {inputs.largest:.4g}" if large else "scale the inputs to [0, 1]"
        same = " (done here by scaling W1 and its rate, which is the same)"
        return (
            Remedy(by, {"fault": ""}),
            Remedy(
                by + same,
                factors={"init_divisor": 1 / factor, "learning_rate": factor**2},
                layer=1,
            ),
        )

    return Reading(
        view.constant(max(large, small)),
        lambda: (
            f"the inputs are up to {inputs.largest:.4g} large, root mean square {inputs.rms:.3g}"
        ),
        "Pixels from 0 to 255 make W1 X, and with it every gradient, far too large: scale inputs "
        "to [0, 1]."
        if large
        else "The inputs are almost 0, so the first layer hears nothing: were they scaled twice?",
        remedies,
    )


def symmetry(view: View) -> Reading | None:
    """Hidden units with the same weights before and behind, which stay the same for ever."""
    if view.number > len(view.facts.equal_units):
        return None
    equal, units = view.facts.equal_units[view.number - 1], view.layer.units
    level = Level.RED if equal.rows_and_columns else Level.AMBER if equal.rows else 0
    return Reading(
        view.constant(level),
        lambda: (
            f"{equal.rows + (equal.rows < units)} of {units} rows of W{view.number} are equal"
            + (f", and the columns of W{view.number + 1} with them" * bool(equal.rows_and_columns))
        ),
        "Units that start with the same weights get the same gradients, so they never come to "
        "differ: the layer works like a smaller one.",
        lambda: (
            Remedy("draw the weights at random (Glorot)", {"initializer": "glorot"}),
            Remedy("draw every weight for itself", {"fault": ""}),
        ),
    )


def poor_init(view: View) -> Reading | None:
    """Pre-activations so large or small at the start that slopes vanish or nothing is passed on."""
    z = _start_of(view)
    small = grade(z.size, "poor-init-low") if view.hidden else 0  # an output may well begin at 0
    level = max(grade(z.size, "poor-init"), small)
    if not level:
        return None
    return Reading(
        view.constant(level),
        lambda: _size_evidence(view, z),
        _cause_of_size(view, z),
        lambda: _size_remedies(view, z),
        metric=f"L{view.number}.z_std",
    )


@dataclass(frozen=True)
class _Start:
    """A layer's pre-activations at iteration 0; `scale` makes them comparable to those of tanh."""

    mean: float
    std: float
    scale: float

    @property
    def size(self) -> float:
        """How far from 0 they are, as tanh would see it."""
        return self.scale * float(np.hypot(self.mean, self.std))

    @property
    def offset(self) -> bool:
        """Whether most of that is the same for all units and samples."""
        return abs(self.mean) > self.std


def _start_of(view: View) -> _Start:
    mean, std = (view.at_start(f"L{view.number}.{name}") for name in ("z_mean", "z_std"))
    # 1 / (1 + exp(-k z)) = (1 + tanh(k z / 2)) / 2
    return _Start(mean, std, view.layer.k / 2 if view.layer.activation == "sigmoid" else 1.0)


def _size_evidence(view: View, z: _Start) -> str:
    number = view.number
    before = f"L{number - 1}" if number > 1 else "X"
    edges = [LIMITS[name].amber / z.scale for name in ("poor-init-low", "poor-init")]
    share = view.at_start(f"L{number}.saturated") if view.layer.saturates else 0.0
    return (
        f"W{number} {before} has mean {z.mean:.3g}, std {z.std:.3g} (variance {z.std**2:.3g}) at "
        f"iteration 0; healthy is a size of {edges[0]:.2g} to {edges[1]:.2g}"
        + (f"; {share:.0%} of the values of L{number} begin saturated" if share else "")
    )


def _size_remedies(view: View, z: _Start) -> tuple[Remedy, ...]:
    relu, sigmoid = view.layer.silent != "", view.layer.activation == "sigmoid"
    # Glorot's limits are for a slope of 1 at 0; a sigmoid's is k / 4
    divisors = tuple(i.k / 4 if i.activation == "sigmoid" else 1.0 for i in view.info.layers)
    fitting = {
        "initializer": "he" if relu else "glorot",
        "init_divisor": divisors if sigmoid else 1.0,
        "init_bias": 0.0,
    }
    name = "He" if relu else "Glorot, times 4 / k for sigmoids" if sigmoid else "Glorot"
    rescale = Remedy(
        f"divide W{view.number} by {z.size:.3g}",
        factors={"init_divisor": z.size},
        layer=view.number,
    )
    return (
        Remedy(f"draw weights that fit fan-in and activation ({name})", fitting),
        Remedy(
            "scale each layer on the data (LSUV)",
            {"initializer": "lsuv", "init_divisor": 1.0, "init_bias": 0.0},
        ),
        *((rescale,) if z.size and not z.offset else ()),
    )


def _cause_of_size(view: View, z: _Start) -> str:
    what = "weights and biases" if z.offset else "weights"
    if z.size <= LIMITS["poor-init"].amber:
        return (
            f"The start {what} of W{view.number} are too small: hardly anything is passed on, and "
            "gradients shrink from layer to layer."
        )
    begins = f"The start {what} of W{view.number} are too large for its {view.layer.fan_in} inputs"
    if view.layer.saturates:
        return f"{begins}: the units begin far out on their curve, where its slope is almost 0."
    return f"{begins}: the net begins with large, arbitrary outputs."


def loss_at_init(view: View) -> Reading | None:
    """A loss at the start far above that of equal outputs: the net is sure, and wrong."""
    loss, outputs = view.at_start("loss"), view.info.layers[-1].units
    binary = view.info.loss == "binary_cross_entropy"
    expected = outputs * np.log(2) if binary else np.log(max(outputs, 2))
    return Reading(
        view.constant(grade(loss / expected, "loss-at-init")),
        lambda: f"the loss starts at {loss:.3g}; equal outputs for all classes give {expected:.3g}",
        "Before it has learnt anything the net is sure of its answers, which are wrong: the last "
        "layer's start weights are too large.",
        lambda: (
            Remedy(
                f"divide W{view.info.depth} by 10",
                factors={"init_divisor": 10.0},
                layer=view.info.depth,
            ),
            Remedy(
                "scale each layer on the data (LSUV)",
                {"initializer": "lsuv", "init_divisor": 1.0},
            ),
        ),
        metric="loss",
    )
