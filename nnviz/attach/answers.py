"""Which arrays say what the answers should be: targets, labels, and whether they name classes."""

import numpy as np

from nnviz.attach.reading import FoundLayer, Reading
from nnviz.attach.trace import Vertex, descendants
from nnviz.debugger.model import HALFWAY


class Answers:
    """What the outputs of the last layer are held against."""

    def __init__(self, reading: Reading, last: FoundLayer) -> None:
        self.reading, self.vertices, self.last = reading, reading.vertices, last

    def targets(self) -> tuple[int | None, int | None]:
        """T (of the outputs' shape) and labels (one whole number a sample), as far as found."""
        last, a = self.last, self.vertices[self.last.a]
        after = descendants(self.vertices, [last.a, last.z])
        weights = descendants(self.vertices, self.reading.changed)
        targets, labels = (
            self.reading.named(name)
            for name in (self.reading.corrections.targets, self.reading.corrections.labels)
        )
        possible: list[Vertex] = []
        for vertex in self.vertices:
            if not after & set(vertex.operands):
                continue
            for operand in vertex.operands:
                other = self.vertices[self.reading.root(operand)]
                if other.number in weights:
                    continue
                if other.shape == a.shape and other.dtype in "fiub":
                    possible.append(other)
                if labels is None and self._is_labels(other, a, last.columns):
                    labels = other.number
        if targets is None and possible:
            # an array that is there, rather than one that is made of it on the way
            given = [other for other in possible if other.kind == "source" and other.path]
            targets = (given or possible)[0].number
        return targets, labels

    def name_classes(self, targets: int) -> bool:
        """Whether there are two values only, the larger one once in each sample.

        Of a single output they lie on either side of where its activation is neither no nor yes.
        """
        T = self.vertices[targets].values
        T = T.reshape(1, -1) if T.ndim < 2 else T if self.last.columns else T.T
        lowest, highest = float(T.min(initial=np.inf)), float(T.max(initial=-np.inf))
        high = np.equal(T, highest)
        if not (high | np.equal(T, lowest)).all():
            return False
        if len(T) > 1:
            return bool((high.sum(axis=0) == 1).all())
        halfway = HALFWAY.get(self.last.curve.name, np.nan)
        return (lowest + highest) / 2 == halfway or lowest == highest != halfway

    def _is_labels(self, vertex: Vertex, a: Vertex, columns: bool) -> bool:
        if vertex.dtype not in "iu" or len(a.shape) != 2:
            return False
        samples, classes = a.shape[::-1] if columns else a.shape
        flat = vertex.values.ravel()
        if int(np.prod(vertex.shape)) != samples or not len(flat):
            return False
        if len(flat) > 1 and np.array_equal(flat, np.arange(len(flat))):
            return False  # it numbers the samples, as np.arange(N) does
        return bool(flat.min() >= 0 and flat.max() < classes)
