"""The phases of one iteration, so that a debugger can stop inside it: names, formulas, arrays.

A phase is a view of an iteration whose state is known. Looking at one computes its arrays again by
the same tiles in the same order as the training did, and changes nothing.
"""

from dataclasses import dataclass

from nnviz.engine.network import Network


@dataclass(frozen=True)
class Phase:
    """One stop inside an iteration. `kind` is forward, loss, backward or update.

    `layer` counts from 1, the course's way; 0 where the phase is about no single layer.
    `formula` is in the course's notation, `shapes` the shapes in it, `arrays` the names of what
    the phase computes.
    """

    kind: str
    layer: int
    label: str
    formula: str
    shapes: str
    arrays: tuple[str, ...]


def phases(
    network: Network, samples: int, update_formula: str, velocities: bool = False
) -> tuple[Phase, ...]:
    """All phases of an iteration on `samples` samples, in the order in which they happen.

    `update_formula` is the optimiser's, with `{W}` and `{dW}` where the names go; `velocities`
    says whether it has a V for each array.
    """
    depth = network.depth
    forward = [_forward(network, layer, samples) for layer in range(1, depth + 1)]
    loss = Phase("loss", 0, "loss", f"loss = {_loss_formula(network)}", "1 number", ("loss",))
    backward = [_backward(network, layer, samples) for layer in range(depth, 0, -1)]
    return (*forward, loss, *backward, _update(network, update_formula, velocities))


def _update(network: Network, formula: str, velocities: bool) -> Phase:
    layers = range(1, network.depth + 1)
    shapes = [
        f"W{layer}: {out} x {into}"
        for layer, (out, into) in zip(layers, network.shapes, strict=True)
    ]
    suffixes = [str(layer) for layer in layers]
    if network.has_biases:
        shapes += [f"b{layer}: {network.sizes[layer]} x 1" for layer in layers]
        suffixes += [f"b{layer}" for layer in layers]
    kinds = ("V", "update") if velocities else ("update",)
    arrays = tuple(f"{kind}{suffix}" for kind in kinds for suffix in suffixes)
    return Phase("update", 0, "update", formula.format(W="W", dW="dW"), ", ".join(shapes), arrays)


def _loss_formula(network: Network) -> str:
    return network.loss.formula.replace("L", f"L{network.depth}")


def _forward(network: Network, layer: int, samples: int) -> Phase:
    before = f"L{layer - 1}" if layer > 1 else "X"
    bias = f" + b{layer}" if network.has_biases else ""
    z = f"W{layer} {before}{bias}"
    out, into = network.sizes[layer], network.sizes[layer - 1]
    formula = network.activations[layer - 1].formula
    return Phase(
        "forward",
        layer,
        f"L{layer} forward",
        f"z{layer} = {z};  L{layer} = {formula.replace('z', f'z{layer}')}",
        f"({out} x {samples}) = ({out} x {into}) ({into} x {samples})",
        (f"z{layer}", f"L{layer}"),
    )


def _backward(network: Network, layer: int, samples: int) -> Phase:
    activation = network.activations[layer - 1]
    a = f"L{layer}"
    if layer == network.depth:
        delta = network.loss.delta_formula(activation, a)
    else:
        slope = activation.slope_formula.format(a=a)
        delta = f"W{layer + 1}^T d{layer + 1}" + ("" if slope == "1" else f" * {slope}")
    before = f"L{layer - 1}" if layer > 1 else "X"
    out, into = network.sizes[layer], network.sizes[layer - 1]
    biases = f";  db{layer} = row sums of d{layer}" if network.has_biases else ""
    return Phase(
        "backward",
        layer,
        f"L{layer} backward",
        f"d{layer} = {delta};  dW{layer} = d{layer} {before}^T{biases}",
        f"d{layer}: {out} x {samples};  "
        f"({out} x {into}) = ({out} x {samples}) ({samples} x {into})",
        (f"d{layer}", f"dW{layer}", *([f"db{layer}"] if biases else [])),
    )
