"""From one iteration written down to what each array is for: a pure function.

It goes forward from the weights (arrays that the iteration changed and that matrices are multiplied
with), from each product to the next, and then back from the gradients.
"""

from collections.abc import Iterable

import numpy as np

from nnviz.attach.answers import Answers
from nnviz.attach.loops import PRODUCTS
from nnviz.attach.namespace import path_text
from nnviz.attach.reading import CORRECT, VIEWS, FoundLayer, Reading, last_name
from nnviz.attach.recognition import (
    Corrections,
    Layer,
    Recognition,
)
from nnviz.attach.scalars import Scalars
from nnviz.attach.shapes_of_functions import CUSTOM, Curve, curve_of
from nnviz.attach.trace import Parameter, Trace, Vertex, descendants
from nnviz.errors import InputError

JOINS = frozenset(
    {"vstack", "hstack", "concatenate", "append", "c_", "r_", "column_stack", "insert"}
)
"""What adds a row or column of ones, the bias, to an activation."""


def recognise(trace: Trace, corrections: Corrections = CORRECT) -> Recognition:
    """What each array of an iteration is for. Raises InputError that says what is missing."""
    return _Recogniser(Reading(trace, corrections)).result()


class _Recogniser:
    def __init__(self, reading: Reading) -> None:
        self.reading, self.trace, self.vertices = reading, reading.trace, reading.vertices
        self.users, self.changed = reading.users, reading.changed
        self.corrections = reading.corrections
        self.doubts: list[str] = []

    def result(self) -> Recognition:
        """All steps, in order."""
        layers = self._forward()
        if not layers:
            raise InputError(self._why_no_layers())
        for layer in layers:
            if len(self.vertices[layer.inputs].shape) != 2:
                raise InputError(self._why_no_samples(layer))
        for number, layer in enumerate(layers):
            self._activation(layer, layers[number + 1] if number + 1 < len(layers) else None)
            if number < len(self.corrections.activations):
                name = self.corrections.activations[number]
                layer.curve = Curve(name, 1.0, "as nnviz.toml says")
        after = layers[-1].product
        for layer in layers:
            self._gradient(layer, after)
        self._refuse_one_after_another(layers[0])
        last = layers[-1]
        answers = Answers(self.reading, last)
        targets, labels = answers.targets()
        a, columns = self.vertices[last.a], last.columns
        samples = a.shape[1 if columns else 0] if len(a.shape) == 2 else 1
        scalars = Scalars(self.reading)
        loss = scalars.loss(last, targets, labels, samples)
        first = self.vertices[layers[0].inputs]
        return Recognition(
            layers=tuple(self._layer(layer) for layer in layers),
            columns=columns,
            inputs=self.reading.place(first.number),
            targets=None if targets is None else self.reading.place(targets),
            labels=None if labels is None else self.reading.place(labels),
            classes=labels is not None if targets is None else answers.name_classes(targets),
            loss=loss,
            rate=scalars.rate(layers, samples),
            samples=samples,
            all_samples=self._all_samples(first, samples, columns),
            numbers=tuple(self.trace.numbers.items()),
            momentum=self._momentum(layers),
            doubts=tuple(self.doubts),
        )

    def _why_no_layers(self) -> str:
        if not self.changed:
            return (
                "not recognised, because the loop's first iteration changes no array that it uses"
            )
        names = ", ".join(path_text(p.path) for p in self.changed.values())
        return (
            f"not recognised, because none of the arrays that the loop changes ({names}) is "
            "multiplied with others as a weight matrix is"
        )

    def _why_no_samples(self, layer: FoundLayer) -> str:
        return (
            f"not recognised, because line {self.vertices[layer.product].line} passes a vector "
            f"through {path_text(layer.parameter.path)}, a single sample: put the samples side by "
            "side in one matrix, or pass a matrix with one row or column, such as X[i:i+1]"
        )

    def _refuse_one_after_another(self, first: FoundLayer) -> None:
        """Numbers of one sample would be shown where the update comes from several."""
        if first.gradient < 0:
            return
        gradient = self.vertices[first.gradient]
        alike = [
            vertex
            for vertex, _ in self._products()
            if (vertex.line, vertex.shape) == (gradient.line, gradient.shape)
        ]
        if len(alike) > 1:
            raise InputError(
                f"not recognised, because line {gradient.line} computes {len(alike)} gradients of "
                f"{path_text(first.parameter.path)} one after another before it changes: put the "
                "samples of a batch side by side in one matrix"
            )

    def _is_product(self, vertex: Vertex) -> bool:
        if len(vertex.shape) not in (1, 2):
            return False
        if vertex.kind == "binop":
            return vertex.what == "MatMult"
        return vertex.kind == "call" and last_name(vertex.what) in PRODUCTS

    def _products(self) -> Iterable[tuple[Vertex, list[int]]]:
        for vertex in self.vertices:
            arrays = [o for o in vertex.operands if len(self.vertices[o].shape) in (1, 2)]
            if self._is_product(vertex) and len(arrays) == 2:
                yield vertex, arrays

    def _forward(self) -> list[FoundLayer]:
        """The layers, by the first product of each weight matrix.

        One that an update is made of goes first: others may only see how the net is doing.
        """
        found: dict[int, FoundLayer] = {}
        wanted = self.corrections.weights
        used = self._used_by_updates()
        for vertex, (left, right) in sorted(
            self._products(), key=lambda p: p[0].number not in used
        ):
            for weight, other, columns in ((left, right, True), (right, left, False)):
                root, inputs = self.reading.root(weight), self.reading.root(other)
                parameter = self.changed.get(root)
                if parameter is None or root in found or len(parameter.before.shape) != 2:
                    continue
                if self.changed.get(inputs) is not None:
                    continue
                if wanted and path_text(parameter.path) not in wanted:
                    continue
                if last_name(vertex.what) == "einsum":
                    columns = self._einsum_columns(vertex, weight)
                found[root] = FoundLayer(parameter, vertex.number, inputs, columns)
                break
        return self._untrained(list(found.values())) + list(found.values())

    def _untrained(self, trained: list[FoundLayer]) -> list[FoundLayer]:
        """Layers before the first one that is trained, whose weights never change."""
        if not trained:
            return []
        first, found = trained[0], dict[int, FoundLayer]()
        needed = self.trace.ancestors(first.inputs)
        for vertex, (left, right) in self._products():
            if vertex.number not in needed or vertex.number >= first.product:
                continue
            weight, other = (left, right) if first.columns else (right, left)
            root = self.vertices[self.reading.root(weight)]
            if root.kind != "source" or not root.path or root.number in found or not root.whole:
                continue
            parameter = Parameter(root.number, root.path, root.values, root.values)
            inputs = self.reading.root(other)
            found[root.number] = FoundLayer(parameter, vertex.number, inputs, first.columns)
            self.doubts.append(f"the loop's first iteration does not change {root.name}")
        return list(found.values())

    def _einsum_columns(self, vertex: Vertex, weight: int) -> bool:
        """Whether the axis that comes from the weights is the result's first one."""
        result, W = vertex.shape, self.vertices[weight].shape
        return result[0] in W and not (result[1] in W and result[0] != W[0])

    def _activation(self, layer: FoundLayer, following: FoundLayer | None) -> None:
        """Where z is, bias added, and where a, what goes into the next layer, and which f it is."""
        layer.z = layer.product
        shape = self.vertices[layer.product].shape
        for user in self.users.get(layer.z, ()):
            if user.what not in ("Add", "np.add", "numpy.add") or user.shape != shape:
                continue
            others = [self.reading.root(o) for o in user.operands if o != layer.z]
            biases = [self.changed[o] for o in others if o in self.changed]
            if biases:
                layer.z, layer.bias = user.number, biases[0].path
                break
        if following is not None:
            layer.a = self._unjoined(following.inputs, shape)
            if layer.a not in descendants(self.vertices, [layer.z]):
                self.doubts.append(
                    f"what goes into {path_text(following.parameter.path)} does not come from "
                    f"{path_text(layer.parameter.path)}"
                )
        else:
            layer.a = self._output(layer)
        z, a = self.vertices[layer.z], self.vertices[layer.a]
        if z.values.shape == a.values.shape:
            layer.curve = curve_of(z.values, a.values, 0 if layer.columns else 1)

    def _unjoined(self, number: int, shape: tuple[int, ...]) -> int:
        """An activation without the row of ones that a bias trick adds."""
        vertex = self.vertices[number]
        if vertex.shape != shape and vertex.kind == "call" and last_name(vertex.what) in JOINS:
            for operand in vertex.operands:
                if self.vertices[operand].shape == shape:
                    return self.reading.root(operand)
        return number

    def _output(self, layer: FoundLayer) -> int:
        """The activation of the last layer: the first value after z that is a known function."""
        z = self.vertices[layer.z]
        after = descendants(self.vertices, [layer.z])
        axis = 0 if layer.columns else 1
        for vertex in self.vertices:
            if vertex.number in after and vertex.shape == z.shape and vertex.number != layer.z:
                curve = curve_of(z.values, vertex.values, axis)
                if curve.name not in (CUSTOM, "identity"):
                    return vertex.number
        return layer.z

    def _gradient(self, layer: FoundLayer, after: int) -> None:
        """The product of a delta with what went into the layer, of the shape of the weights."""
        shape = layer.parameter.before.shape
        z = self.vertices[layer.z].shape
        fallback = None
        for vertex, operands in self._products():
            if vertex.number <= after or vertex.shape not in (shape, shape[::-1]):
                continue
            unscaled = [self.reading.unscaled(o) for o in operands]
            roots = [root for root, _ in unscaled]
            others = [r for r in roots if r != layer.inputs]
            if layer.inputs in roots and others and self.vertices[others[0]].shape == z:
                layer.delta, layer.gradient = others[0], self._named_multiple(vertex)
                layer.scale = float(np.prod([scale for _, scale in unscaled]))
                return
            reached = descendants(self.vertices, [vertex.number])
            if fallback is None and self._updated_by(layer) & reached:
                fallback = vertex.number, [r for r in roots if self.vertices[r].shape == z]
        if fallback is not None:
            layer.gradient = fallback[0]
            layer.delta = fallback[1][0] if fallback[1] else -1
            layer.guessed = True

    def _named_multiple(self, product: Vertex) -> int:
        """What the program calls its gradient: the product, or the product divided by N."""
        if not product.names:
            for user in self.users.get(product.number, ()):
                scaled = user.kind == "binop" and user.what in ("Mult", "Div") and user.names
                if scaled and self.reading.divides(user, product):
                    return user.number
        return product.number

    def _used_by_updates(self) -> set[int]:
        """All that the new numbers of what the loop changes are made of."""
        new = [
            vertex.number
            for vertex in self.vertices
            if vertex.kind != "source"
            for parameter in self.changed.values()
            if vertex.shape == parameter.after.shape
            and np.array_equal(vertex.values, parameter.after)
        ]
        return set[int]().union(*map(self.trace.ancestors, new))

    def _updated_by(self, layer: FoundLayer) -> set[int]:
        """The vertices that carry the new weights."""
        name = path_text(layer.parameter.path)
        return {v.number for v in self.vertices if v.kind != "source" and name in v.names}

    def _momentum(self, layers: list[FoundLayer]) -> tuple[str, ...]:
        shapes = {layer.parameter.before.shape for layer in layers}
        taken = {layer.parameter.path for layer in layers} | {layer.bias for layer in layers}
        return tuple(
            path_text(p.path)
            for p in self.trace.parameters
            if p.path not in taken and p.before.shape in shapes and not p.before.any()
        )

    def _all_samples(self, first: Vertex, samples: int, columns: bool) -> int:
        """How many samples there are in all: a batch is cut out of them."""
        features = first.shape[0 if columns else 1]
        vertex = first
        while vertex.kind == "item" or (last_name(vertex.what) in VIEWS and vertex.operands):
            vertex = self.vertices[vertex.operands[0]]
        sizes = [n for n in vertex.shape if n != features]
        return max([samples, *sizes]) if vertex is not first and len(vertex.shape) == 2 else samples

    def _layer(self, layer: FoundLayer) -> Layer:
        z = self.vertices[layer.z]
        units = z.shape[0 if layer.columns else 1] if len(z.shape) == 2 else z.shape[0]
        before = layer.parameter.before.shape
        transposed = self._transposed(layer, units)
        fan_in = before[0] if transposed else before[1]
        numbers = {"z": layer.z, "L": layer.a, "d": layer.delta, "dW": layer.gradient}
        places = {letter: self.reading.place(n) for letter, n in numbers.items() if n >= 0}
        sure = [layer.curve.confidence, 0.99 if layer.gradient >= 0 else 0.5]
        name = path_text(layer.parameter.path)
        line = self.vertices[layer.product].line
        reasons = {
            "weights": f"the loop changes it, and line {line} multiplies it with the inputs",
            "activation": layer.curve.reason,
            "gradient": self._gradient_reason(layer),
        }
        if layer.guessed:
            sure.append(0.6)
        if layer.gradient < 0:
            self.doubts.append(f"no gradient was found for {name}: no product has its shape")
        return Layer(
            units=units,
            fan_in=fan_in,
            weights=layer.parameter.path,
            transposed=transposed,
            bias=layer.bias,
            activation=layer.curve.name,
            parameters=layer.curve.parameters,
            places=places,
            scale=layer.scale,
            confidence=min(sure),
            reasons=reasons,
        )

    def _transposed(self, layer: FoundLayer, units: int) -> bool:
        """Whether the program keeps the weights as fan_in x fan_out."""
        rows, columns = layer.parameter.before.shape
        if rows != columns:
            return rows != units
        turned = sum(
            1 for v in self._views_between(layer) if last_name(v.what) in ("T", "transpose")
        )
        return layer.columns == (turned % 2 == 1)

    def _views_between(self, layer: FoundLayer) -> list[Vertex]:
        """The views on the way from the weights to their first product."""
        found = []
        for operand in self.vertices[layer.product].operands:
            if self.reading.root(operand) == layer.parameter.vertex:
                vertex = self.vertices[operand]
                while vertex.number != layer.parameter.vertex and vertex.operands:
                    found.append(vertex)
                    vertex = self.vertices[vertex.operands[0]]
        return found

    def _gradient_reason(self, layer: FoundLayer) -> str:
        if layer.gradient < 0:
            return "not found"
        vertex = self.vertices[layer.gradient]
        if layer.guessed:
            return f"line {vertex.line}: a product of the weights' shape that goes into the update"
        return f"line {vertex.line}: the product of a delta with what went into the layer"
