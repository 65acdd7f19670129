"""What whole runs reached, as plain numbers kept on disk: nobody trains the same run twice.

A kept run is found by a hash of what decides it: experiment, samples, and the engine's own source.
"""

import hashlib
import os
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from itertools import chain
from pathlib import Path

import numpy as np

from nnviz.build import load_data
from nnviz.datafiles import read_npz, write_npz
from nnviz.datasets import Dataset
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.history import History
from nnviz.debugger.source import Frame
from nnviz.engine.activations import ACTIVATIONS
from nnviz.engine.arrays import Array
from nnviz.errors import InputError
from nnviz.experiment import Experiment, to_toml

CACHE_VARIABLE = "NNVIZ_CACHE_DIR"
_ENGINE = ("engine/*.py", "faults/*.py", "build.py", "debugger/statistics.py")
"""The source files, below the package, that a run's numbers come from."""

Watch = Callable[[Frame], None]
"""Is shown each iteration as it is done."""


@dataclass(frozen=True, eq=False)
class TrainedRun:
    """A run from iteration 0 to `last`, mostly the experiment's last one.

    `columns` holds one number per iteration under the names of `nnviz.debugger.history`: shares
    from 0 to 1, NaN where a thing was not evaluated; test samples at every tenth and at the last.
    """

    experiment: Experiment
    columns: Mapping[str, Array]
    units: tuple[int, ...]

    @property
    def last(self) -> int:
        """The last iteration."""
        return len(self.columns["loss"]) - 1

    @cached_property
    def accuracy(self) -> Array:
        """Training accuracy in percent, by iteration."""
        return 100 * self.columns["accuracy"]

    def until(self, iteration: int) -> "TrainedRun":
        """The run as it would be, had it ended at that iteration."""
        columns = {name: column[: iteration + 1] for name, column in self.columns.items()}
        return replace(self, columns=columns)

    def first_reaching(self, percent: float) -> int | None:
        """The first iteration with this training accuracy, None where there is none."""
        reached = np.flatnonzero(self.accuracy >= percent)
        return int(reached[0]) if reached.size else None

    def count(self, what: str, iteration: int) -> dict[str, int]:
        """Units by layer that are "dead", "inactive" or "saturated_units" at an iteration.

        Only the layers to whose activation this applies are in it.
        """
        names = self.experiment.activation_names
        records = [ACTIVATIONS[name]() for name in names]
        applies = {
            "dead": [record.silent == "dead" for record in records],
            "inactive": [record.silent == "inactive" for record in records],
            "saturated_units": [record.saturation is not None for record in records],
        }[what]
        return {
            f"L{i}": round(float(self.columns[f"L{i}.{what}"][iteration]) * units)
            for i, (units, yes) in enumerate(zip(self.units, applies, strict=True), start=1)
            if yes
        }

    @property
    def largest_update_ratio(self) -> tuple[float, str, int]:
        """The largest norm of an update over that of its weights: value, layer, iteration."""
        found = (0.0, "W1", 0)
        for i in range(1, len(self.units) + 1):
            ratios = np.nan_to_num(self.columns[f"W{i}.update_ratio"], nan=0.0, posinf=np.inf)
            at = int(ratios.argmax())
            found = max(found, (float(ratios[at]), f"W{i}", at))
        return found


class RunCache:
    """A folder of finished runs; with None nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self.folder = folder

    def find(self, experiment: Experiment, dataset: Dataset, last: int) -> TrainedRun | None:
        """The run to iteration `last`, where there is one; a file that can't be read is none."""
        if self.folder is None:
            return None
        path = self.folder / f"{run_key(experiment, dataset, last)}.npz"
        with suppress(InputError, OSError):
            units, columns = _kept(path, path.stat().st_mtime_ns)
            run = TrainedRun(experiment, columns, units)
            if len(units) == experiment.layers and run.last == last:
                return run
        return None

    def keep(self, run: TrainedRun, dataset: Dataset) -> None:
        """Write a finished run; where there is no room for it, it is not kept."""
        if self.folder is None:
            return
        path = self.folder / f"{run_key(run.experiment, dataset, run.last)}.npz"
        columns = {name.replace(".", "_of_"): column for name, column in run.columns.items()}
        with suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True)
            write_npz(path, {**columns, "units": np.array(run.units)})


@lru_cache(maxsize=64)  # a class of submissions asks for the same references again and again
def _kept(path: Path, changed: int) -> tuple[tuple[int, ...], Mapping[str, Array]]:
    """Units by layer, and the columns, of a kept run. Raises InputError, OSError."""
    arrays = read_npz(path)
    for array in arrays.values():
        array.flags.writeable = False
    units = tuple(map(int, arrays.pop("units", np.empty(0))))
    return units, {name.replace("_of_", "."): column for name, column in arrays.items()}


NO_CACHE = RunCache(None)
"""Nothing is kept."""


def default_cache() -> RunCache:
    """The folder that NNVIZ_CACHE_DIR names, or the user's own for caches."""
    own = os.environ.get(CACHE_VARIABLE)
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return RunCache(Path(own) if own else Path(base).expanduser() / "nnviz" / "runs")


def trained(
    experiment: Experiment,
    cache: RunCache,
    watch: Watch = lambda frame: None,
    last: int | None = None,
) -> TrainedRun:
    """The run of an experiment to iteration `last`, from the cache or by training now.

    Without `last` it is the experiment's own last one. `watch` is shown each iteration as it is
    trained, none of a kept run. Raises InputError where data or experiment can't be used.
    """
    dataset = load_data(experiment)
    last = experiment.iterations if last is None else last
    known = cache.find(experiment, dataset, last)
    if known is not None:
        return known
    run = _train(EngineSource(experiment, dataset), watch, last)
    cache.keep(run, dataset)
    return run


def _train(source: EngineSource, watch: Watch, last: int) -> TrainedRun:
    history = History(source.info.depth)
    with np.errstate(all="ignore"):  # a run that diverges has numbers too
        while source.index <= last:
            frame = source.advance()
            if frame.index == last:
                test_loss, test_accuracy = source.evaluate()
                frame = replace(frame, test_loss=test_loss, test_accuracy=test_accuracy)
            history.append(frame)
            watch(frame)
    columns = {name: history.column(name).copy() for name in history.names}
    return TrainedRun(source.experiment, columns, source.setup.network.sizes[1:])


def run_key(experiment: Experiment, dataset: Dataset, last: int) -> str:
    """The same for runs that give the same numbers: names and descriptions don't matter."""
    digest = hashlib.sha256(engine_version().encode())
    digest.update(to_toml(replace(experiment, name="", description=""), full=True).encode())
    if last != experiment.iterations:
        digest.update(f"until {last}".encode())
    arrays = (dataset.X, dataset.T, dataset.labels, dataset.X_test, dataset.labels_test)
    for array in arrays:
        digest.update(f"{array.shape} {array.dtype}".encode())
        digest.update(np.ascontiguousarray(array.T).data)
    return digest.hexdigest()[:32]


@cache
def engine_version() -> str:
    """A hash of the source that a run's numbers come from, and of numpy's version."""
    package = Path(__file__).parent
    digest = hashlib.sha256(np.__version__.encode())
    for path in sorted(chain.from_iterable(package.glob(pattern) for pattern in _ENGINE)):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]
