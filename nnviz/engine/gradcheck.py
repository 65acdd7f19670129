"""Gradient checking by centred differences, aware of kinks: how every derivative here is proven.

The method is that of CS231n ("Gradient checks"): float64, step h = 1e-5, relative error
|analytic - numeric| / max(|analytic|, |numeric|), entries whose +-h crosses a kink left out.
"""

from dataclasses import dataclass

import numpy as np

from nnviz.engine.activations import Activation
from nnviz.engine.arrays import Array, Labels
from nnviz.engine.network import ForwardPass, Network, Parameters, backward, forward

STEP = 1e-5
PASS = 1e-7


@dataclass(frozen=True)
class GradientCheck:
    """One array's result: the largest relative error, and how many entries were compared.

    `ratio` is the median of analytic / numeric, and `error_but_ratio` the largest relative error
    that is left after dividing by it: nothing, where a constant factor is all that is wrong.
    """

    name: str
    error: float
    ratio: float
    error_but_ratio: float
    checked: int
    skipped: int

    @property
    def passed(self) -> bool:
        """Whether something was compared and every relative error is at most 1e-7."""
        return self.checked > 0 and self.error <= PASS


def relative_error(analytic: Array, numeric: Array, noise: Array | float) -> Array:
    """|x - y| / max(|x|, |y|), elementwise, after taking off what rounding alone can explain.

    `noise` is the rounding error of the numeric slopes, see `rounding_noise`: without it a tiny
    but right entry beside a large objective would fail.
    """
    size = np.maximum(np.abs(analytic), np.abs(numeric))
    excess = np.maximum(np.abs(analytic - numeric) - noise, 0)
    return np.divide(excess, size, out=np.zeros_like(size), where=size > 0)


def rounding_noise(values: Array | float, step: float = STEP) -> Array | float:
    """Bound on the rounding error of a centred difference of `values` in float64."""
    return 8 * float(np.finfo(np.float64).eps) * np.abs(values) / step


def check_activation(activation: Activation, z: Array, step: float = STEP) -> float:
    """Return the largest relative error of the derivative at the points `z` (any shape).

    Points within `step` of a kink are left out.
    """
    z = np.asarray(z, dtype=np.float64)
    for kink in activation.kinks:
        z = z[np.abs(z - kink) > 2 * step]
    numeric = (activation.function(z + step) - activation.function(z - step)) / (2 * step)
    a = activation.function(z)
    noise = rounding_noise(np.maximum(np.abs(a), np.abs(z)), step)
    return float(relative_error(activation.derivative(a), numeric, noise).max(initial=0.0))


def check_gradients(
    network: Network,
    parameters: Parameters,
    X: Array,
    T: Array,
    *,
    rng: np.random.Generator,
    entries: int = 10,
    step: float = STEP,
    gradients: Parameters | None = None,
) -> tuple[GradientCheck, ...]:
    """Compare gradients (those of `backward` if none are given) with centred differences.

    X is features x samples, T classes x samples; all is done in float64. For each weight (and bias)
    array about `entries` entries, drawn by `rng` from those whose input is not always 0, are moved
    by +-step. Returns one result per array, W1 first.
    """
    parameters = parameters.with_arrays([np.array(W, dtype=np.float64) for W in parameters.arrays])
    X, T = X.astype(np.float64), T.astype(np.float64)
    passed = forward(network, parameters, X)
    if gradients is None:
        gradients = backward(network, parameters, passed, T).gradients
    noise = float(rounding_noise(network.loss.objective(passed.activations[-1], T), step))

    results = []
    arrays = zip(parameters.names, parameters.arrays, gradients.arrays, strict=True)
    for number, (name, W, dW) in enumerate(arrays):
        inputs = passed.input_of(number) if number < network.depth else np.ones((1, X.shape[1]))
        possible = _entries_that_matter(W, inputs)
        chosen = rng.choice(possible, size=min(entries, len(possible)), replace=False)
        layer = number % network.depth
        analytic, numeric = [], []
        for entry in chosen:
            unit, weight = divmod(int(entry), W.shape[1])
            moved = step * inputs[weight]
            slope = _numeric_slope(network, parameters, passed, T, layer, unit, moved, step)
            if slope is not None:
                analytic.append(dW[unit, weight])
                numeric.append(slope)
        skipped = len(chosen) - len(analytic)
        results.append(_result(name, np.array(analytic), np.array(numeric), noise, skipped))
    return tuple(results)


def _entries_that_matter(W: Array, inputs: Array) -> Labels:
    """Flat numbers of the weights whose input is not 0 on every sample; all, where all are 0."""
    live = np.flatnonzero(np.any(inputs, axis=1))
    if not len(live):
        return np.arange(W.size)
    return (np.arange(W.shape[0])[:, None] * W.shape[1] + live).ravel()


def _numeric_slope(
    network: Network,
    parameters: Parameters,
    passed: ForwardPass,
    T: Array,
    layer: int,
    unit: int,
    moved: Array,
    step: float,
) -> float | None:
    """d objective / d weight by centred differences, or None where a kink lies between.

    Moving a weight by `step` moves z of its unit by `moved`, one number per sample; only what
    comes after that is computed again.
    """
    above = _with_moved_unit(network, parameters, passed, layer, unit, moved)
    below = _with_moved_unit(network, parameters, passed, layer, unit, -moved)
    if _crosses_kink(network, above, below):
        return None
    objective = network.loss.objective
    return (objective(above.activations[-1], T) - objective(below.activations[-1], T)) / (2 * step)


def _with_moved_unit(
    network: Network,
    parameters: Parameters,
    passed: ForwardPass,
    layer: int,
    unit: int,
    moved: Array,
) -> ForwardPass:
    z = passed.pre_activations[layer].copy()
    z[unit] += moved
    pre_activations, activations = list(passed.pre_activations), list(passed.activations)
    for number in range(layer, network.depth):
        if number > layer:
            z = parameters.weights[number] @ activations[number - 1]
            if parameters.biases:
                z = z + parameters.biases[number]
        pre_activations[number], activations[number] = z, network.activations[number].function(z)
    return ForwardPass(passed.X, tuple(pre_activations), tuple(activations))


def _crosses_kink(network: Network, above: ForwardPass, below: ForwardPass) -> bool:
    return any(
        bool(np.any((z_above > kink) != (z_below > kink)))
        for activation, z_above, z_below in zip(
            network.activations, above.pre_activations, below.pre_activations, strict=True
        )
        for kink in activation.kinks
    )


def _result(
    name: str, analytic: Array, numeric: Array, noise: float, skipped: int
) -> GradientCheck:
    large = np.abs(numeric) > noise
    ratio = float(np.median(analytic[large] / numeric[large])) if large.any() else 1.0
    rescaled = relative_error(analytic, ratio * numeric, abs(ratio) * noise)
    return GradientCheck(
        name,
        error=float(relative_error(analytic, numeric, noise).max(initial=0.0)),
        ratio=ratio,
        error_but_ratio=float(rescaled.max(initial=0.0)),
        checked=len(analytic),
        skipped=skipped,
    )
