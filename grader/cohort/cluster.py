"""Marks a class on a Dask cluster, by workers that can do it as this machine would.

A worker gets work only once it has shown that it runs the same version, sees the same files and
has the sandbox that the rubric demands. That is asked of every worker as it joins, so one that
comes later, or comes back after it was killed, is asked, too.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from grader.cohort.pool import Pool
from grader.cohort.work import Work, rubric_hash
from nnviz import __version__
from nnviz.errors import InputError

LOCAL = "local"
RESOURCE = "nnviz-may-grade"
SECONDS_TO_CONNECT = 10


@dataclass(frozen=True)
class Demands:
    """What a worker has to have, to mark as the machine does that asks it."""

    version: str
    python: str
    numpy: str
    folder: Path
    work: Work
    rubric: str

    def obstacle(self) -> str:
        """Why the work can't be done here, "" where it can."""
        own = _versions()
        wanted = (self.version, self.python, self.numpy)
        names = ("nnviz", "Python", "numpy")
        for name, there, here in zip(names, wanted, own, strict=True):
            if there != here:
                return f"has {name} {here}, not {there}"
        if not self.folder.is_dir():
            return f"does not see the folder {self.folder}"
        try:
            if rubric_hash(self.work.assignment) != self.rubric:
                return f"sees another rubric in {self.work.assignment}"
            return self.work.obstacle()
        except OSError as error:
            return f"can't read {self.work.assignment}: {error.strerror}"


def demands(folder: Path, work: Work) -> Demands:
    """What this machine demands of others."""
    return Demands(*_versions(), folder.resolve(), work, rubric_hash(work.assignment))


def _versions() -> tuple[str, str, str]:
    import platform

    import numpy as np

    return __version__, platform.python_version(), np.__version__


@contextmanager
def cluster_pool(
    address: str, jobs: int, wanted: Demands, tell: Callable[[str], None]
) -> Iterator[Pool]:
    """The workers at that address, or `jobs` of this machine for `local`; `tell` gets refusals.

    Raises InputError where Dask is not installed, nobody answers, or no worker can do the work.
    """
    try:
        from distributed import Client, KilledWorker, LocalCluster
    except ModuleNotFoundError as error:
        raise InputError(
            f"--cluster needs Dask ({error.name} is missing): "
            "python -m pip install 'nnviz-classroom[cluster]'"
        ) from error
    from joblib import parallel_config

    with _quiet_dask(), _connected(address, jobs, Client, LocalCluster) as client:
        refusals = _ask_workers(client, wanted)
        for worker, reason in sorted(refusals.items()):
            if reason:
                tell(f"{worker} gets no work: it {reason}")
        able = sum(not reason for reason in refusals.values())
        if not able:
            raise InputError(
                f"--cluster {address}: none of {len(refusals)} workers can do the work"
                if refusals
                else f"--cluster {address}: there are no workers"
            )
        setting = partial(parallel_config, backend="dask", client=client, resources={RESOURCE: 1})
        yield Pool(-1, setting, (KilledWorker,))


@contextmanager
def _connected(address: str, jobs: int, client: Any, local: Any) -> Iterator[Any]:
    """A client of the cluster, closed at the end with the workers that were started for it."""
    try:
        if address == LOCAL:
            with (
                local(
                    n_workers=jobs,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    memory_limit=0,
                ) as cluster,
                client(cluster, set_as_default=False) as connected,
            ):
                yield connected
        else:
            with client(address, timeout=SECONDS_TO_CONNECT, set_as_default=False) as connected:
                yield connected
    except (OSError, ValueError) as error:
        raise InputError(
            f"--cluster {address}: can't be reached: {error}; expected {LOCAL}, or the address of "
            "a Dask scheduler, such as tcp://10.0.0.5:8786"
        ) from error


def _ask_workers(client: Any, wanted: Demands) -> dict[str, str]:
    """Ask every worker, now and whenever one joins; address -> why it can't, "" where it can."""
    from distributed import WorkerPlugin

    class MayGrade(WorkerPlugin):
        """Lets a worker have work where it meets the demands."""

        name = RESOURCE

        async def setup(self, worker: Any) -> None:
            """Ask when the worker starts."""
            import asyncio

            obstacle = await asyncio.to_thread(wanted.obstacle)
            slots = 0 if obstacle else worker.state.nthreads
            await worker.set_resources(**{RESOURCE: slots})

    client.register_plugin(MayGrade())
    return dict(client.run(wanted.obstacle))


@contextmanager
def _quiet_dask() -> Iterator[None]:
    """Keep Dask's own log off the screen: what matters of it is told in our words."""
    import logging

    loggers = [logging.getLogger(name) for name in ("distributed", "tornado")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
