"""Drops root before anything else starts, where the interpreter lies in a folder only root enters.

Run by root: in mounts of its own it puts an empty folder over each such folder, binds back what is
needed at the same paths, becomes the given user, and starts the command.
"""

import ctypes
import json
import os
import sys

_CLONE_NEWNS = 0x00020000
_MS_BIND, _MS_REC, _MS_PRIVATE, _MS_NOSUID, _MS_NODEV = 4096, 16384, 1 << 18, 2, 4


def launch(command: list[str], uid: int | None, covered: list[str], needed: list[str]) -> None:
    """Cover, bind, drop (where there is a user to become), start; raises OSError: not permitted."""
    libc = ctypes.CDLL(None, use_errno=True)

    def check(result: int, what: str) -> None:
        if result:
            raise OSError(ctypes.get_errno(), what)

    def mount(source: str, target: str, kind: str | None, flags: int, data: str | None) -> None:
        encoded = [None if text is None else os.fsencode(text) for text in (kind, data)]
        check(
            libc.mount(
                os.fsencode(source),
                os.fsencode(target),
                encoded[0],
                ctypes.c_ulong(flags),
                encoded[1],
            ),
            f"mounting {target}",
        )

    if covered:
        if libc.unshare(_CLONE_NEWNS):
            sys.exit(
                f"Python lies in {covered[0]}, which only root can enter, and here root can't show "
                "it to another user (CAP_SYS_ADMIN is missing): run the grader with a Python that "
                "everybody can read, such as /usr/bin/python3"
            )
        mount("none", "/", None, _MS_REC | _MS_PRIVATE, None)
        kept = [(path, os.open(path, os.O_PATH)) for path in needed]
        for path in covered:
            mount("tmpfs", path, "tmpfs", _MS_NOSUID | _MS_NODEV, "mode=755,size=1m")
        for path, place in kept:
            if os.path.isdir(f"/proc/self/fd/{place}"):  # noqa: PTH112
                os.makedirs(path, exist_ok=True)  # noqa: PTH103
            else:
                os.makedirs(os.path.dirname(path), exist_ok=True)  # noqa: PTH103, PTH120
                os.close(os.open(path, os.O_CREAT | os.O_WRONLY))
            mount(f"/proc/self/fd/{place}", path, None, _MS_BIND | _MS_REC, None)
            os.close(place)
    if uid is not None:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    os.execvp(command[0], command)


if __name__ == "__main__":
    launch(**json.loads(sys.argv[1]))
