"""Serves the debugger to browsers: the same screens in a page, a process of its own for each tab.

Whoever can reach the port can use it, without a password: they may train on this machine. So it is
bound to this machine unless told otherwise, pages of other sites are refused, and what a visitor
saves goes to the browser (see `files`), not to this machine's disk.
"""

import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from urllib.parse import urlsplit

from aiohttp import web
from textual_serve.server import Server

from nnviz.errors import InputError

LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
EVERYWHERE = frozenset({"", "0.0.0.0", "::"})
BROWSER = {"TERM": "xterm-256color", "COLORTERM": "truecolor", "LC_ALL": "C.UTF-8"}
"""What a page shows, whatever the terminal is that the server was started in."""


def serve(arguments: Sequence[str], host: str, port: int) -> int:
    """Serve `nnviz ARGUMENTS` until Ctrl-C; returns the exit code.

    Raises InputError where the port can't be had.
    """
    command = [sys.executable, "-m", "nnviz", *arguments]
    joined = subprocess.list2cmdline(command) if os.name == "nt" else shlex.join(command)
    os.environ.update(BROWSER)
    try:
        DebuggerServer(joined, host, port, title="nnviz").serve()
    except OSError as error:
        raise InputError(
            f"--web: {host}:{port} can't be had: {error.strerror or error}; "
            "choose another with --port"
        ) from error
    return 0


class DebuggerServer(Server):
    """textual-serve with addresses that work from anywhere, and closed to other sites' pages."""

    def serve(self, debug: bool = False) -> None:
        """Serve until Ctrl-C; where it is, and what that means, is said once the port is had."""

        def tell(address: str) -> None:
            print("\n".join(welcome(self.host, self.port)), flush=True)

        web.run_app(self._make_app(), host=self.host, port=self.port, print=tell)

    async def on_startup(self, app: web.Application) -> None:
        """Say nothing yet: the port may be taken."""

    async def handle_index(self, request: web.Request) -> web.StreamResponse:
        """The page, whose addresses are those by which the visitor came."""
        _refuse_strangers(request, self.host)
        self.public_url = f"{request.scheme}://{request.host}"
        return await super().handle_index(request)

    async def handle_websocket(self, request: web.Request) -> web.WebSocketResponse:
        """One visitor's debugger."""
        _refuse_strangers(request, self.host)
        return await super().handle_websocket(request)


def welcome(host: str, port: int) -> list[str]:
    """Where the debugger is served, and who can use it."""
    address = "localhost" if host in LOOPBACK | EVERYWHERE else host
    lines = [
        f"nnviz: http://{address}:{port} - add ?fontsize=24 for a projector; Ctrl-C ends it",
        "nnviz: each browser tab is a run of its own, with its own process here",
    ]
    if host in LOOPBACK:
        return [*lines, "nnviz: only this machine can open it (--host opens it to others)"]
    return [
        *lines,
        f"nnviz: whoever reaches port {port} of this machine can open it, without a password and "
        "unencrypted, and train here; what they save goes to their browser",
    ]


def is_stranger(host: str, origin: str | None, asked: str) -> bool:
    """Whether a request is of another site's page, or came by a name that this host doesn't have.

    `asked` is the address that was asked for. A page elsewhere could otherwise use the browser of
    somebody on this machine as its way in (also by a name of its own that leads here).
    """
    if origin is not None and urlsplit(origin).netloc != asked:
        return True
    return host in LOOPBACK and urlsplit(f"//{asked}").hostname not in LOOPBACK


def _refuse_strangers(request: web.Request, host: str) -> None:
    if is_stranger(host, request.headers.get("Origin"), request.host):
        raise web.HTTPForbidden(text="nnviz is not open to pages of other sites")
