"""A program under the debugger, shut in by those of the grader's layers that going back permits.

Started by the debugger as `python -m grader.sandbox.debugged CONTROL TEXT LIFELINE FOLDER`: the
process takes the layers upon itself, for good, and then runs the program of that folder. Every
state that is kept is a fork of it, so that new processes have to be permitted, and bubblewrap, in
which their memory can't be seen from outside, is not used.
"""

import os
import resource
import sys
import sysconfig
from pathlib import Path

from grader.sandbox import places
from grader.sandbox.backends import ENVIRONMENT, LANDLOCK
from grader.sandbox.inside import landlock, seccomp
from grader.sandbox.probing import impossible
from grader.sandbox.records import MEGABYTE
from nnviz.attach.family import Enclosure
from nnviz.errors import InputError

LIMITS = {
    "RLIMIT_AS": 4096 * MEGABYTE,
    "RLIMIT_FSIZE": 256 * MEGABYTE,
    "RLIMIT_NOFILE": 256,
    "RLIMIT_CORE": 0,
    "RLIMIT_MEMLOCK": 0,
}
"""What each of its processes may use; a file may be as large as an array that is looked at."""

LAYERS = (
    "Landlock: reads its folder, Python's and NNVIZ_DATA_DIR; writes what nnviz keeps only",
    "seccomp: starts no programs, no network, no signals, no privileges",
    "limits: 4 GiB of memory a process, 256 MiB a file, 256 open files",
    "not held: how many processes it forks, because going back does that; how long it takes",
)
"""What holds, and what doesn't, in words."""

_KEPT = (
    *("MPLBACKEND", "NNVIZ_FIGURES", "NNVIZ_DATA_DIR", "PYTHONPATH"),
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
)


_LARGE_PAGES = "GLIBC_TUNABLES"
"""The debugger asks for them itself, unseen by the program."""


def enclosure() -> Enclosure:
    """How the debugger starts a program shut in. Raises InputError where that is impossible."""
    if reason := impossible(LANDLOCK):
        raise InputError(
            f"--sandbox: {reason}; without it the program has your rights, as with python FILE"
        )
    return Enclosure("grader.sandbox.debugged", LAYERS, _environment)


def _environment(variables: dict[str, str]) -> dict[str, str]:
    """The grader's few variables instead of the user's own, and what the debugger needs."""
    folder = variables["NNVIZ_FIGURES"]
    own = {name: variables[name] for name in _KEPT if name in variables}
    few = {name: value for name, value in ENVIRONMENT.items() if name != _LARGE_PAGES}
    return {**few, **own, "HOME": folder, "TMPDIR": folder, "MPLCONFIGDIR": folder}


def enter(folder: str) -> None:
    """Take the layers upon this process. Raises OSError where the kernel won't."""
    found = places.places()
    packages = [sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")]
    ours = str(Path(__file__).resolve().parents[2])
    data = [os.environ["NNVIZ_DATA_DIR"]] if "NNVIZ_DATA_DIR" in os.environ else []
    devices = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
    readable = [*found.readable, sys.prefix, found.site, *packages, ours, folder, *data, *devices]
    for name, most in LIMITS.items():
        hard = resource.getrlimit(getattr(resource, name))[1]
        limit = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(getattr(resource, name), (limit, limit))
    landlock.restrict(readable, ["/dev/null", os.environ["NNVIZ_FIGURES"]])
    seccomp.deny_new_programs()


def main() -> None:
    """Shut this process in, and run the program in it."""
    from nnviz.attach import child
    from nnviz.engine.threads import single_threaded_blas

    with single_threaded_blas:
        pass  # it looks BLAS up now: from inside, the list of what is loaded can't be read
    enter(sys.argv[4])
    child.main()


if __name__ == "__main__":
    main()
