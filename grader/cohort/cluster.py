"""Marks a class on a Dask cluster, by workers that can do it as this machine would.

A worker gets work only once its host has shown that it runs the same version, sees the same files
and has the sandbox that the rubric demands. Hosts that join later get none.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from grader.cohort.pool import Pool
from grader.cohort.work import Work, rubric_hash
from nnviz import __version__
from nnviz.errors import InputError
from nnviz.parallel import ANY_PORT, LOCAL

SECONDS_TO_CONNECT = 10
SECONDS_TO_JOIN = 60
SECONDS_TO_COME_BACK = 120


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
        from distributed import KilledWorker
    except ModuleNotFoundError as error:
        raise InputError(
            f"--cluster needs Dask ({error.name} is missing): "
            "python -m pip install 'nnviz-classroom[cluster]'"
        ) from error
    with _quiet_dask(), _connected(address, jobs) as client:
        _wait_for_a_worker(client, address)
        hosts = _able_hosts(client, wanted, tell)
        if not hosts:
            raise InputError(f"--cluster {address}: none of its workers can do the work")
        try:
            yield Pool(
                -1,
                partial(_on_dask, client, hosts),
                (KilledWorker,),
                on_each_host=partial(_on_each_host, client, hosts),
            )
        except TimeoutError as error:
            raise InputError(
                f"--cluster {address}: its workers are gone, and none came back within "
                f"{SECONDS_TO_COME_BACK} s; go on with --resume"
            ) from error


def _wait_for_a_worker(client: Any, address: str) -> None:
    """Workers that were started a moment ago take seconds to join."""
    try:
        client.wait_for_workers(1, timeout=SECONDS_TO_JOIN)
    except TimeoutError as error:
        raise InputError(
            f"--cluster {address}: no worker has joined within {SECONDS_TO_JOIN} s; start one: "
            f"dask worker {address} --nworkers auto --nthreads 1"
        ) from error


def _able_hosts(client: Any, wanted: Demands, tell: Callable[[str], None]) -> list[str]:
    """The hosts all of whose workers can do the work; whoever can't is told of.

    Hosts rather than workers: one that is started again after a kill has another address.
    """
    from distributed.comm.addressing import get_address_host

    obstacles = dict(client.run(wanted.obstacle))
    unable = set()
    for worker, obstacle in sorted(obstacles.items()):
        if obstacle:
            tell(f"{worker} gets no work, nor do others of its host: it {obstacle}")
            unable.add(get_address_host(worker))
    return sorted({get_address_host(worker) for worker in obstacles} - unable)


def _on_each_host(client: Any, hosts: list[str], do: Callable[[], object]) -> None:
    """Let one worker of each host do it, all at once; what a dying one leaves undone is no loss."""
    from distributed.comm.addressing import get_address_host

    one = {get_address_host(worker): worker for worker in client.scheduler_info(-1)["workers"]}
    client.run(do, workers=[one[host] for host in hosts if host in one], on_error="ignore")


def _on_dask(client: Any, hosts: list[str]) -> AbstractContextManager[Any]:
    """joblib's setting for its Dask backend, mended where that never learns of a death.

    As it comes, it waits for ever for a task that Dask gave up after killing several workers.
    """
    from concurrent.futures import Future

    from joblib import parallel_config
    from joblib._dask import DaskDistributedBackend

    class Backend(DaskDistributedBackend):  # type: ignore[misc]
        def effective_n_jobs(self, n_jobs: int) -> Any:
            # for a single one joblib would do the work here
            return max(2, super().effective_n_jobs(n_jobs))

        def submit(self, func: Any, callback: Any = None) -> Any:
            future = super().submit(func, callback)
            future.add_done_callback(lambda done: callback(done) if done.exception() else None)
            return future

        def retrieve_result_callback(self, out: Any) -> Any:
            return super().retrieve_result_callback(
                out.result() if isinstance(out, Future) else out
            )

        def abort_everything(self, ensure_ready: bool = True) -> None:
            # in Dask's own thread, which may be waiting for the one that is here
            begun = list(self._results)
            self.client.loop.add_callback(self.client.cancel, begun, asynchronous=True, force=True)
            super().abort_everything(ensure_ready)

    backend = Backend(client=client, wait_for_workers_timeout=SECONDS_TO_COME_BACK, workers=hosts)
    return parallel_config(backend=backend)


@contextmanager
def _connected(address: str, jobs: int) -> Iterator[Any]:
    """A client of the cluster, closed at the end with the workers that were started for it."""
    from distributed import Client, LocalCluster

    with ExitStack() as stack:
        try:
            scheduler: Any = address
            if address == LOCAL:
                scheduler = stack.enter_context(
                    LocalCluster(
                        n_workers=jobs,
                        threads_per_worker=1,
                        processes=True,
                        dashboard_address=None,
                        memory_limit=0,
                        scheduler_kwargs=ANY_PORT | {"allowed_failures": 0},  # we try again
                        silence_logs=logging.CRITICAL,
                    )
                )
            client = Client(scheduler, timeout=SECONDS_TO_CONNECT, set_as_default=False)
            stack.enter_context(client)
        except (OSError, ValueError) as error:
            raise InputError(
                f"--cluster {address}: can't be reached: {error}; expected {LOCAL}, or the address "
                "of a Dask scheduler, such as tcp://10.0.0.5:8786"
            ) from error
        yield client


@contextmanager
def _quiet_dask() -> Iterator[None]:
    """Keep logs off the screen: what matters of Dask's is told in our words."""
    before = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(before)
