"""What has to be known of a run beyond its numbers: from its arrays, by name, looked at once.

Whoever runs it gives what it can; a rule is silent about what isn't there.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol, TypeVar, runtime_checkable

import numpy as np

from nnviz.debugger.source import RunInfo, RunSource
from nnviz.engine.arrays import Array, Labels
from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.debugger.findings.slips import Slip
    from nnviz.debugger.training_check import TrainingCheck

FEWEST_SAMPLES = 100
"""With fewer samples, nothing can be said about labels and inputs."""

MOST_SAMPLES = 600
"""More samples don't make the answer clearer."""

T = TypeVar("T")


@runtime_checkable
class ChecksGradients(Protocol):
    """A source of runs that can hold what it trains by against differences of its loss."""

    def check_training(self) -> "TrainingCheck":
        """Compare the first updates with differences of the objective.

        Raises InputError where that can't be done here, as for a run recorded on other data.
        """


@dataclass(frozen=True)
class InputFacts:
    """The inputs of the first batch: largest |x|, root mean square, and how many aren't numbers."""

    largest: float
    rms: float
    not_finite: int


@dataclass(frozen=True)
class EqualUnits:
    """How many units of a layer repeat another's weights, and of those the weights after, too."""

    rows: int
    rows_and_columns: int


@dataclass(frozen=True)
class LabelFacts:
    """How the labels go with the inputs.

    `agreement` is the share of samples whose nearest neighbour has the same label, `chance` the
    share that would agree if labels had nothing to do with inputs, `deviation` its standard
    deviation. `mistargeted` is the share of samples whose target is largest at another class than
    that of the label.
    """

    agreement: float
    chance: float
    deviation: float
    mistargeted: float


@dataclass(frozen=True)
class Facts:
    """All of it; None, or nothing in the tuple, where the source didn't say."""

    inputs: InputFacts | None = None
    labels: LabelFacts | None = None
    equal_units: tuple[EqualUnits, ...] = ()
    check: "TrainingCheck | None" = None
    slip: "Slip | None" = None


NO_FACTS = Facts()


def gather(source: RunSource) -> Facts:
    """Look at the arrays of a run at the iteration that it shows; any one will do.

    Units that are equal at the start and stay so are equal later, too.
    """
    from nnviz.debugger.findings.slips import WRONG, name_slip  # not before the first numbers

    info, array = source.info, source.array
    check = _known(source.check_training) if isinstance(source, ChecksGradients) else None
    wrong = check is not None and check.error > WRONG
    with np.errstate(all="ignore"):
        return Facts(
            inputs=_known(lambda: input_facts(array("X"))),
            labels=_known(lambda: label_facts(array("X"), array("T"), source.labels())),
            equal_units=_known(lambda: _equal_units(info, array)) or (),
            check=check,
            slip=_known(lambda: name_slip(check, info, array)) if check and wrong else None,
        )


def _known(look: Callable[[], T]) -> T | None:
    try:
        return look()
    except (KeyError, InputError):  # there is no array of that name; or it can't be computed here
        return None


def input_facts(X: Array) -> InputFacts:
    """How large the inputs are; X is features x samples."""
    low, high = float(X.min(initial=0.0)), float(X.max(initial=0.0))
    if not np.isfinite([low, high]).all():  # only then is a copy of the finite ones worth it
        finite = X[np.isfinite(X)]
        return replace(input_facts(finite), not_finite=X.size - finite.size)
    flat = X.ravel(order="K")
    squares = float(np.einsum("i,i->", flat, flat, dtype=np.float64))
    rms = float(np.sqrt(squares / X.size)) if X.size else 0.0
    return InputFacts(largest=max(-low, high), rms=rms, not_finite=0)


def label_facts(X: Array, T: Array, labels: Labels) -> LabelFacts | None:
    """How labels go with inputs; None for too few samples to tell.

    Whatever the task, a sample's nearest neighbour (Euclidean distance) has its label more often
    than chance has it, or, in a parity, less often.
    """
    if X.shape[1] < FEWEST_SAMPLES:
        return None
    rows = np.nan_to_num(X[:, :MOST_SAMPLES].T.astype(np.float64))
    targets = T[:, :MOST_SAMPLES].argmax(axis=0)
    squares = (rows**2).sum(axis=1)
    distances = squares[:, None] + squares - 2 * rows @ rows.T
    np.fill_diagonal(distances, np.inf)
    shares = np.bincount(targets) / len(targets)
    chance = float((shares**2).sum())
    right = (T.argmax(axis=0) == labels) & (T.max(axis=0) > T.min(axis=0))
    return LabelFacts(
        agreement=float(np.mean(targets[distances.argmin(axis=1)] == targets)),
        chance=chance,
        deviation=float(np.sqrt(chance * (1 - chance) / len(targets))),
        mistargeted=float(np.mean(~right)),
    )


def _equal_units(info: RunInfo, array: Callable[[str], Array]) -> tuple[EqualUnits, ...]:
    """For each hidden layer how many of its units are the same as another."""
    found = []
    for number in range(1, info.depth):
        rows, columns = array(f"W{number}"), array(f"W{number + 1}").T
        found.append(EqualUnits(repeated(rows), repeated(np.hstack([rows, columns]))))
    return tuple(found)


def repeated(rows: Array) -> int:
    """How many rows are the same as an earlier one. Rows that hold NaN or infinity don't count."""
    rows = rows[np.isfinite(rows).all(axis=1)]
    return len(rows) - len({row.tobytes() for row in np.ascontiguousarray(rows)})
