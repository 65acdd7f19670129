"""The engine's network that does what a recognised program does, for whoever needs one."""

from dataclasses import replace
from itertools import pairwise

import numpy as np

from nnviz.attach.recognition import Layer, Recognition
from nnviz.attach.shapes_of_functions import CUSTOM
from nnviz.engine.activations import ACTIVATIONS, Activation
from nnviz.engine.arrays import Array
from nnviz.engine.losses import LOSSES
from nnviz.engine.network import Network


def activation_of(layer: Layer) -> Activation:
    """The engine's activation; of one that is not known, only that it is there."""
    if layer.activation in ACTIVATIONS:
        return ACTIVATIONS[layer.activation](**layer.parameters)
    return Activation(CUSTOM, _unknown, _unknown, formula="f(z)", slope_formula="f'(z)")


def _unknown(x: Array, out: Array | None = None) -> Array:
    """What an unknown function gives: nothing that could be taken for a number."""
    return np.full_like(x, np.nan)


def why_not_the_engine(found: Recognition) -> str:
    """Why the engine can't do what a program does, "" where it can."""
    for number, layer in enumerate(found.layers, start=1):
        if layer.activation == CUSTOM:
            return f"L{number} has an activation function that the engine does not know"
    for number, (before, layer) in enumerate(pairwise(found.layers), start=2):
        if layer.fan_in != before.units:
            return (
                f"W{number} has {layer.fan_in} inputs and L{number - 1} has {before.units} units: "
                "biases that are kept among the weights are not the engine's way"
            )
    return ""


def network_of(recognition: Recognition) -> Network:
    """The network with the program's own pairing of outputs and loss, whether it fits or not."""
    activations = [activation_of(layer) for layer in recognition.layers]
    # only an output layer may look at other units: a hidden one that does is like an unknown one
    hidden = [a if a.elementwise else replace(a, elementwise=True) for a in activations[:-1]]
    loss = replace(LOSSES[recognition.loss.family], partners=(activations[-1].name,))
    sizes = (recognition.layers[0].fan_in, *(layer.units for layer in recognition.layers))
    biases = any(layer.bias for layer in recognition.layers)
    return Network(sizes, (*hidden, activations[-1]), loss, biases)
