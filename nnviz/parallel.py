"""Trains several runs side by side: on this machine's processes, or on a Dask cluster."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import partial
from typing import Any

from nnviz.errors import InputError
from nnviz.experiment import Experiment
from nnviz.trained import RunCache, TrainedRun, Watch, trained

LOCAL = "local"
"""As the address of a cluster: one that is started here, to try it."""

ANY_PORT = {"dashboard": False, "dashboard_address": "127.0.0.1:0"}
"""For the scheduler of such a cluster. It opens a port for pages of its own in any case: a fixed
one if nothing is said, which that of another cluster on this machine may have."""

SECONDS_TO_CONNECT = 10

Tell = Callable[[int, TrainedRun], None]
"""Is told the place of a run among the experiments, and the run, as each is done."""

Watching = Callable[[Experiment], AbstractContextManager[Watch]]
"""Opens something that is shown each iteration of a run, where the runs are done one by one."""


def unwatched(experiment: Experiment) -> AbstractContextManager[Watch]:
    """Nothing is shown."""
    return nullcontext(lambda frame: None)


def train_all(
    experiments: Sequence[Experiment],
    cache: RunCache,
    tell: Tell,
    *,
    jobs: int = 1,
    cluster: str = "",
    watching: Watching = unwatched,
) -> list[TrainedRun]:
    """The runs of all experiments, in their order, whatever the order in which they are done.

    With `cluster` (the address of a Dask scheduler, or "local") its workers train, else `jobs`
    processes of this machine. Raises InputError where an experiment can't be run, or the cluster
    can't be used.
    """
    found: dict[int, TrainedRun] = {}
    for place, run in _as_done(experiments, cache, jobs, cluster, watching):
        found[place] = run
        tell(place, run)
    return [found[place] for place in range(len(experiments))]


def _as_done(
    experiments: Sequence[Experiment],
    cache: RunCache,
    jobs: int,
    cluster: str,
    watching: Watching,
) -> Iterator[tuple[int, TrainedRun]]:
    if jobs == 1 and not cluster:
        for place, experiment in enumerate(experiments):
            with watching(experiment) as watch:
                run = trained(experiment, cache, watch)
            yield place, run
        return
    if cluster:
        with _connected(cluster, jobs) as (client, as_completed):
            futures = [
                client.submit(_one, place, experiment, cache, pure=False)
                for place, experiment in enumerate(experiments)
            ]
            for future in as_completed(futures):
                yield future.result()
        return
    from joblib import Parallel, delayed

    work = [delayed(_one)(place, experiment, cache) for place, experiment in enumerate(experiments)]
    yield from Parallel(n_jobs=jobs, return_as="generator_unordered")(work)


def _one(place: int, experiment: Experiment, cache: RunCache) -> tuple[int, TrainedRun]:
    return place, trained(experiment, cache)


@contextmanager
def _connected(address: str, jobs: int) -> Iterator[tuple[Any, Callable[..., Iterator[Any]]]]:
    """A client of the cluster, closed again at the end, and what yields its work as it is done."""
    try:
        import distributed
    except ModuleNotFoundError as error:
        raise InputError(
            f"--cluster needs Dask ({error.name} is missing): "
            "python -m pip install 'nnviz-classroom[cluster]'"
        ) from error
    dask: Any = distributed  # it has no types
    try:
        if address == LOCAL:
            cluster = dask.LocalCluster(
                n_workers=jobs,
                threads_per_worker=1,
                processes=True,
                dashboard_address=None,
                scheduler_kwargs=ANY_PORT,
            )
            with cluster, dask.Client(cluster, set_as_default=False) as client:
                yield client, partial(dask.as_completed, loop=client.loop)
        else:
            with dask.Client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False) as client:
                yield client, partial(dask.as_completed, loop=client.loop)
    except (OSError, ValueError) as error:
        raise InputError(
            f"--cluster {address}: can't be reached: {error}; expected {LOCAL}, or the address of "
            "a Dask scheduler, such as tcp://10.0.0.5:8786"
        ) from error
