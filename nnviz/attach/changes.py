"""What a fork of a program can be given: other numbers, other weights; by path, checked before."""

from typing import Any

from nnviz.attach.namespace import Path, path_text
from nnviz.attach.recognition import Recognition
from nnviz.attach.wire import Message, packed
from nnviz.engine.arrays import Array
from nnviz.errors import InputError, nearest


def number_change(found: Recognition, key: str, value: Any) -> tuple[Path, float]:
    """Where a number lies that is to be set. Raises InputError: there is none, or it is none."""
    paths = {path_text(path): path for path, _ in found.numbers}
    if found.rate.path:
        paths.setdefault("learning_rate", found.rate.path)
    if key not in paths:
        raise InputError(f"{key}: the program has no number of that name{nearest(key, paths)}")
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise InputError(f"{key} = {value}: expected a number")
    return paths[key], value


def weights_change(found: Recognition, name: str, array: Array) -> tuple[Path, Message, bool]:
    """Where weights lie, what they are to be, and whether the program has them transposed.

    Raises InputError where there are none of that name, or of another shape.
    """
    number = int(name[1:]) if name[1:].isdigit() else 0
    if name not in parameter_names(found):
        raise InputError(f"{name}: expected one of {', '.join(parameter_names(found))}")
    layer = found.layers[number - 1]
    if name[0] == "b":
        return layer.bias, packed(array), False
    if array.shape != (layer.units, layer.fan_in):
        raise InputError(f"{name} has the shape {layer.units} x {layer.fan_in}")
    return layer.weights, packed(array), layer.transposed


def parameter_names(found: Recognition) -> list[str]:
    """W1, W2, ..., and b1, ... where there are biases."""
    numbered = list(enumerate(found.layers, start=1))
    return [f"W{i}" for i, _ in numbered] + [f"b{i}" for i, layer in numbered if layer.bias]
