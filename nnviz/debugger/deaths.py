"""What killed a unit: the update after which it was silent on every sample, in numbers."""

from dataclasses import dataclass

import numpy as np

from nnviz.debugger.timeline import Timeline


@dataclass(frozen=True)
class Death:
    """A unit of layer `layer` (from 1) that was silent from one iteration on, and not before.

    `update` is the norm of what iteration `by` added to the unit's weights, `weights` their norm
    before. `before` is the update ratio of the layer before, whose change reaches the unit as well
    (NaN for the first layer: its inputs stay).
    """

    layer: int
    unit: int
    by: int
    update: float
    weights: float
    before: float

    def __str__(self) -> str:
        """A sentence for people."""
        moved = f"{self.update:.2g}, their norm is {self.weights:.3g}"
        above = f"; W{self.layer - 1} before it moved by {self.before:.2g} of its norm"
        return (
            f"L{self.layer} unit {self.unit} fell silent with the update of iteration {self.by}: "
            f"its own weights moved by {moved}{above * (self.layer > 1)}"
        )


def deaths(timeline: Timeline, index: int) -> tuple[Death, ...]:
    """The units that became silent (dead, or inactive) at iteration `index`.

    Goes to the iteration before, whose update did it, and stays there: a replay, where its state
    was not kept. Raises InputError where a recorded run can't be replayed.
    """
    if index - 1 not in timeline.history:
        return ()
    fallen = [np.flatnonzero(s.died_at == index) for s in timeline.history.frame(index).layers]
    ratios = [layer.update_ratio for layer in timeline.history.frame(index - 1).layers]
    if not any(map(len, fallen)):
        return ()
    timeline.seek(index - 1)
    found = []
    for layer, units in enumerate(fallen, start=1):
        if len(units):
            W, update = timeline.source.array(f"W{layer}"), timeline.source.array(f"update{layer}")
            moves, sizes = (np.linalg.norm(array[units], axis=1) for array in (update, W))
            each = zip(units.tolist(), moves.tolist(), sizes.tolist(), strict=True)
            before = ratios[layer - 2] if layer > 1 else float("nan")
            found += [
                Death(layer, unit, index - 1, moved, size, before) for unit, moved, size in each
            ]
    return tuple(found)
