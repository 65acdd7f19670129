"""Every rule of the diagnosis in one table: what it is called, where it holds, what explains it.

To add a rule, write a function `(view) -> Reading | None`, its limits in `limits.py`, and an entry
here. The order is that of cause and effect, as far as there is one: of two findings that don't
explain each other, the earlier one is shown first.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nnviz.debugger.findings import progress, rates, start, units
from nnviz.debugger.findings.view import Reading, View
from nnviz.debugger.source import LayerInfo, RunInfo


def _any_run(info: RunInfo) -> bool:
    return True


def _run_with(*losses: str) -> Callable[[RunInfo], bool]:
    return lambda info: info.loss in losses


def _known_chance(info: RunInfo) -> bool:
    return info.chance_loss > 0  # NaN where unknown


def _full_batch(info: RunInfo) -> bool:
    return info.full_batch


def _deep(info: RunInfo) -> bool:
    return info.depth > 1


def _any_layer(info: RunInfo, layer: LayerInfo) -> bool:
    return True


def _hidden(info: RunInfo, layer: LayerInfo) -> bool:
    return layer.number < info.depth


def _hidden_relu(info: RunInfo, layer: LayerInfo) -> bool:
    return _hidden(info, layer) and layer.silent == "dead"


def _hidden_saturating(info: RunInfo, layer: LayerInfo) -> bool:
    return _hidden(info, layer) and layer.saturates and _known_chance(info)


@dataclass(frozen=True)
class Rule:
    """One rule.

    `holds` says in words for which losses and activations it speaks, `run` and `layer` decide it;
    a rule with `layer` None is about the run as a whole. `follows` are the ids of what may explain
    its findings: they are then folded under that.
    """

    id: str
    summary: str
    read: Callable[[View], Reading | None]
    holds: str
    source: str
    follows: tuple[str, ...] = ()
    run: Callable[[RunInfo], bool] = _any_run
    layer: Callable[[RunInfo, LayerInfo], bool] | None = None

    def numbers(self, info: RunInfo) -> tuple[int, ...]:
        """The layers of a run that the rule looks at; (0,) for the run as a whole."""
        if not self.run(info):
            return ()
        if self.layer is None:
            return (0,)
        return tuple(layer.number for layer in info.layers if self.layer(info, layer))


_MATHS = ("gradient-check",)
_DATA = ("input-scale",)
_START = ("symmetry", "poor-init")
_ROOTS = (*_MATHS, *_DATA, *_START, "label-mismatch", "update-high")
_STANDING = ("frozen-layer", "update-low")
_UNITS = ("dead-units", "saturated", "saturated-units")
_LOST = ("exploding", "diverging")

_RULES = (
    Rule(
        "gradient-check",
        "gradients differ from centred differences of the loss",
        start.gradient_check,
        "every net",
        "CS231n, gradient checks",
    ),
    Rule(
        "label-mismatch",
        "labels, targets and inputs don't belong together",
        start.label_mismatch,
        "100 samples or more",
        "derived: nearest neighbours against chance",
    ),
    Rule(
        "input-scale",
        "inputs are far too large or small, or not numbers",
        start.input_scale,
        "every net",
        "LeCun et al. 1998, Efficient BackProp, 4.3",
    ),
    Rule(
        "symmetry",
        "hidden units with equal weights",
        start.symmetry,
        "hidden layers",
        "Goodfellow et al. 2016, 8.4",
        follows=(*_DATA, "symmetry"),
        layer=_hidden,
    ),
    Rule(
        "poor-init",
        "z is too large or too small at the start",
        start.poor_init,
        "every layer; a sigmoid is measured as tanh of k z / 2",
        "Glorot & Bengio 2010; He et al. 2015; makemore, part 3",
        follows=(*_DATA, "symmetry", "poor-init"),
        layer=_any_layer,
    ),
    Rule(
        "update-high",
        "one update changes the weights by half of their norm, or more",
        rates.update_high,
        "every layer",
        "CS231n, ratio of updates to weights",
        follows=(*_MATHS, *_DATA, *_START, "update-high"),
        layer=_any_layer,
    ),
    Rule(
        "diverging",
        "the loss climbs above where it began",
        progress.diverging,
        "every loss",
        "every tool",
        follows=_ROOTS,
    ),
    Rule(
        "exploding",
        "numbers are NaN or infinite",
        progress.exploding,
        "every net",
        "every tool",
        follows=(*_ROOTS, "diverging"),
    ),
    Rule(
        "dead-units",
        "ReLU units that are silent on every sample",
        units.dead_units,
        "hidden ReLU layers (a leaky unit keeps a gradient)",
        "CS231n; SageMaker Debugger, DeadRelu",
        follows=(*_ROOTS, *_LOST, "dead-units"),
        layer=_hidden_relu,
    ),
    Rule(
        "saturated",
        "values far out on the flat part of the curve",
        units.saturated,
        "hidden sigmoid and tanh layers, while the loss is high",
        "makemore, part 3",
        follows=(*_ROOTS, *_LOST),
        layer=_hidden_saturating,
    ),
    Rule(
        "saturated-units",
        "units saturated on nearly every sample",
        units.saturated_units,
        "hidden sigmoid and tanh layers, while the loss is high",
        "derived",
        follows=(*_ROOTS, *_LOST, "saturated"),
        layer=_hidden_saturating,
    ),
    Rule(
        "frozen-layer",
        "the weights of one layer don't change",
        rates.frozen_layer,
        "nets of two layers or more",
        "SageMaker Debugger, UnchangedTensor",
        follows=(*_ROOTS, *_UNITS, *_LOST),
        run=_deep,
        layer=_any_layer,
    ),
    Rule(
        "vanishing",
        "the first layer's gradient is a trace of the last one's, and the loss is stuck",
        progress.vanishing,
        "nets of two layers or more",
        "AUTOTRAINER (Zhang et al. 2021), with a guard: the loss is stuck",
        follows=(*_ROOTS, *_UNITS, *_LOST),
        run=lambda info: _deep(info) and _known_chance(info),
    ),
    Rule(
        "update-low",
        "updates are tiny in every layer, and the loss stands",
        rates.update_low,
        "losses whose value for a constant prediction is known",
        "CS231n, ratio of updates to weights",
        follows=(*_ROOTS, *_UNITS, *_LOST, "vanishing"),
        run=_known_chance,
    ),
    Rule(
        "no-gradient",
        "no layer gets a gradient",
        progress.no_gradient,
        "every net",
        "SageMaker Debugger, UnchangedTensor",
        follows=(*_ROOTS, *_UNITS, *_LOST),
    ),
    Rule(
        "loss-at-init",
        "the loss starts far above that of equal outputs",
        start.loss_at_init,
        "cross-entropy, with softmax or sigmoids",
        "CS231n, sanity checks",
        follows=(*_DATA, *_START, *_MATHS),
        run=_run_with("cross_entropy", "binary_cross_entropy"),
    ),
    Rule(
        "stuck-at-chance",
        "the loss stays at that of a constant answer",
        progress.stuck_at_chance,
        "losses whose value for a constant prediction is known",
        "CS231n, sanity checks",
        follows=(*_ROOTS, *_UNITS, *_LOST, *_STANDING, "vanishing", "no-gradient", "loss-at-init"),
        run=_known_chance,
    ),
    Rule(
        "plateau",
        "the loss stands still, neither at chance nor solved",
        progress.plateau,
        "full batches: a mini-batch's loss is too noisy",
        "derived: t-test of the slope",
        follows=(
            *_ROOTS,
            *_UNITS,
            *_LOST,
            *_STANDING,
            "vanishing",
            "no-gradient",
            "stuck-at-chance",
        ),
        run=lambda info: _full_batch(info) and _known_chance(info),
    ),
    Rule(
        "overfit",
        "the test loss rises while the training loss falls",
        progress.overfit,
        "runs with test samples",
        "Prechelt 1998, Early stopping",
        follows=("label-mismatch",),
    ),
    Rule(
        "overshoot",
        "the loss rose in a full-batch step",
        rates.overshoot,
        "full batches",
        "Cohen et al. 2021, edge of stability",
        follows=(*_ROOTS, *_LOST),
        run=_full_batch,
    ),
)

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _RULES})
"""Every rule by its id."""
