"""Which number is the loss, and which the learning rate: by what the maths says, and by names."""

import re
from typing import Any

import numpy as np

from nnviz.attach.namespace import Path, ProgramArray, path_text
from nnviz.attach.reading import FoundLayer, Reading
from nnviz.attach.recognition import LossFound, RateFound
from nnviz.attach.shapes_of_functions import CUSTOM, loss_forms
from nnviz.attach.trace import Vertex, descendants

LOSS_NAME = re.compile(r"loss|cost|err|mse|xent|nll|objective|entropy|\bce\b|\bbce\b|\b[jJlLE]\b")
RATE_NAME = re.compile(r"\b(lr|eta|alpha|rate|step|step_size|gamma)\b|learn|_lr|lr_")
SAME = 2e-3
"""Up to this relative difference a number is what the maths suggests."""


class Scalars:
    """The numbers of an iteration that are the loss and the rate."""

    def __init__(self, reading: Reading) -> None:
        self.reading, self.trace, self.vertices = reading, reading.trace, reading.vertices
        self.corrections = reading.corrections

    def loss(
        self, last: FoundLayer, targets: int | None, labels: int | None, samples: int
    ) -> LossFound:
        """The likeliest number of all, or what the loss must be where none is computed."""
        outputs = self.reading.oriented(last.a, last.columns)
        one_hot = self._one_hot(outputs, targets, labels, last.columns)
        forms = list(loss_forms(outputs, one_hot, samples)) if one_hot is not None else []
        after = descendants(self.vertices, [last.a, last.z])
        best: LossFound | None = None
        chosen = self.reading.named(self.corrections.loss)
        for vertex in self.vertices if chosen is None else (self.vertices[chosen],):
            if vertex.shape not in ((), (1,), (1, 1)) or vertex.number not in after:
                continue
            if vertex.dtype != "f":
                continue
            found = self._loss_found(vertex, forms, last)
            if found is not None and (best is None or found.confidence > best.confidence):
                best = found
        if best is not None:
            return best
        return self._unspoken_loss(last, one_hot)

    def _loss_found(
        self, vertex: Vertex, forms: list[tuple[Any, float]], last: FoundLayer
    ) -> LossFound | None:
        """What speaks for a number being the loss."""
        value = float(vertex.values.reshape(-1)[0])
        known = self.corrections.loss
        named = next((n for n in vertex.names if n == known or LOSS_NAME.search(n)), "")
        fits = [
            form
            for form, expected in forms
            if abs(value - expected) <= SAME * abs(expected) and self._possible(form.family, last)
        ]
        if not fits and not named:
            return None
        place = self.reading.place(vertex.number)
        reasons = [f"it is called {named}"] * bool(named)
        if not fits:
            family = self._family_of_output(last)
            reason = f"{reasons[0]}, but its number fits no loss that is known"
            return LossFound(place, family, float("nan"), "", 0.6, reason)
        reasons.append(f"its number is {fits[0].words}")
        confidence = 0.99 if named else 0.9 if vertex.names else 0.8
        return LossFound(
            place, fits[0].family, fits[0].factor, fits[0].words, confidence, " and ".join(reasons)
        )

    def _possible(self, family: str, last: FoundLayer) -> bool:
        """Whether such a loss goes with such outputs; only softmax and sigmoid are shares."""
        if family == "cross_entropy":
            return last.curve.name in ("softmax", CUSTOM, "sigmoid")
        return family == "squared_error" or last.curve.name in ("sigmoid", CUSTOM, "softmax")

    def _family_of_output(self, last: FoundLayer) -> str:
        return "cross_entropy" if last.curve.name == "softmax" else "squared_error"

    def _unspoken_loss(self, last: FoundLayer, one_hot: ProgramArray | None) -> LossFound:
        """The loss of a program that computes none, from its delta."""
        family, reason = self._family_of_output(last), "by the outputs alone"
        if last.delta >= 0 and one_hot is not None:
            delta = self.reading.oriented(last.delta, last.columns).astype(float)
            a = self.reading.oriented(last.a, last.columns).astype(float)
            if delta.shape == a.shape == one_hot.shape and _proportional(delta, a - one_hot):
                reason = "the delta of the outputs is L - T"
                family = {"softmax": "cross_entropy", "sigmoid": "binary_cross_entropy"}.get(
                    last.curve.name, "squared_error"
                )
            else:
                family, reason = "squared_error", "the delta of the outputs is not L - T alone"
        N = 1 if one_hot is None else one_hot.shape[1]
        factor = (2.0 if family == "squared_error" else 1.0) / N
        said = f"the program computes no loss at every iteration; {reason}, so nnviz computes it"
        return LossFound(None, family, factor, "", 0.5, said)

    def _one_hot(
        self, outputs: ProgramArray, targets: int | None, labels: int | None, columns: bool
    ) -> ProgramArray | None:
        if targets is not None:
            found = self.reading.oriented(targets, columns)
            return found if found.shape == outputs.shape else None
        if labels is None or outputs.ndim != 2:
            return None
        numbers = self.vertices[labels].values.ravel()
        if len(numbers) != outputs.shape[1]:
            return None
        return (np.arange(len(outputs))[:, None] == numbers).astype(float)

    def rate(self, layers: list[FoundLayer], samples: int) -> RateFound:
        """By what each gradient was multiplied, and which variable that number is."""
        values = tuple(self._ratio(layer) for layer in layers)
        known = [value for value in values if np.isfinite(value)]
        if not known:
            reason = "the update is no multiple of a gradient that was found"
            return RateFound(values, self._rate_by_name(), 1.0, 0.2, reason)
        rate = float(np.median(known))
        best: tuple[float, Path, float] | None = None
        wanted = self.corrections.learning_rate
        for path, number in self.trace.numbers.items():
            for factor in (1.0, 1 / samples, float(samples)):
                if wanted and path_text(path) != wanted:
                    continue
                if number and abs(rate - number * factor) <= SAME * abs(rate):
                    named = bool(RATE_NAME.search(path_text(path).lower()))
                    score = (0.99 if named else 0.6) - 0.1 * (factor != 1)
                    if best is None or score > best[0]:
                        best = score, path, factor
        if best is None:
            path = self._rate_by_name()
            reason = f"each update is {rate:.4g} times the gradient; no variable has that number"
            return RateFound(values, path, 1.0, 0.4 if path else 0.3, reason)
        return RateFound(
            values, best[1], best[2], best[0], f"each update is {rate:.4g} times the gradient"
        )

    def _rate_by_name(self) -> Path:
        wanted = self.corrections.learning_rate
        if wanted:
            return next((p for p in self.trace.numbers if path_text(p) == wanted), ())
        named = [p for p in self.trace.numbers if RATE_NAME.search(path_text(p).lower())]
        return named[0] if len(named) == 1 else ()

    def _ratio(self, layer: FoundLayer) -> float:
        """(W - W_new) / dW where that is one number, else NaN."""
        if layer.gradient < 0 or not self.vertices[layer.gradient].whole:
            return float("nan")
        gradient = self.vertices[layer.gradient].values.astype(float) / layer.scale
        moved = layer.parameter.before.astype(float) - layer.parameter.after
        if gradient.shape != moved.shape:
            gradient = gradient.T
        size = float(np.abs(gradient).max(initial=0.0))
        clear = np.abs(gradient) > 1e-2 * size
        if not size or not clear.any():
            return float("nan")
        ratios = moved[clear] / gradient[clear]
        middle = float(np.median(ratios))
        # the difference of float32 weights has only a few digits where steps are small
        spread = float(np.median(np.abs(ratios - middle)))
        return middle if middle and spread <= 0.1 * abs(middle) else float("nan")


def _proportional(a: ProgramArray, b: ProgramArray) -> bool:
    """Whether one is a multiple of the other."""
    size = float(np.linalg.norm(a) * np.linalg.norm(b))
    return bool(size) and abs(float(np.vdot(a, b))) >= (1 - 1e-4) * size
