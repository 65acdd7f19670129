"""Promises of --web: who may come in, what is said about it, and that tabs are independent."""

import asyncio
import base64
import os
import re
import shutil
import signal
import socket
import subprocess
import sys

import pytest

from nnviz.cli import main

aiohttp = pytest.importorskip("aiohttp", reason="--web needs textual-serve: the extra `web`")
web = pytest.importorskip("nnviz.tui.web", reason="--web needs textual-serve: the extra `web`")

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
QUIET = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run "
    "--disable-background-networking --disable-component-update --disable-sync "
    "--remote-debugging-port=0 --window-size=900,600 about:blank"
).split()


@pytest.mark.parametrize(
    ("host", "origin", "asked", "stranger"),
    [
        ("localhost", None, "localhost:8000", False),
        ("localhost", "http://localhost:8000", "localhost:8000", False),
        ("localhost", "http://127.0.0.1:8000", "127.0.0.1:8000", False),
        ("localhost", "http://[::1]:8000", "[::1]:8000", False),
        ("localhost", "http://localhost:9000", "localhost:9000", False),  # a forwarded port
        ("localhost", "http://elsewhere.example", "localhost:8000", True),
        ("localhost", "http://elsewhere.example:8000", "elsewhere.example:8000", True),
        ("localhost", None, "elsewhere.example:8000", True),
        ("localhost", "null", "localhost:8000", True),
        ("0.0.0.0", "http://lab7:8000", "lab7:8000", False),
        ("0.0.0.0", "http://elsewhere.example", "lab7:8000", True),
    ],
)
def test_pages_of_other_sites_are_refused_also_under_a_name_that_leads_here(
    host, origin, asked, stranger
):
    assert web.is_stranger(host, origin, asked) is stranger


def test_it_says_who_can_open_it():
    said = "\n".join(web.welcome("localhost", 8000))
    assert "http://localhost:8000" in said
    assert "only this machine" in said
    said = "\n".join(web.welcome("0.0.0.0", 80))
    assert "without a password" in said


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("--web --plain", "give one of them"),
        ("--port 8000", "need --web"),
        ("--host 0.0.0.0", "need --web"),
        ("--web --port 0", "expected a number from 1 to 65535"),
        ("nosuch --web", "neither a preset nor a file"),
        ("--web --at -1", "expected an iteration"),
    ],
)
def test_options_that_make_no_sense_are_refused(capsys, line, says):
    assert main(["tui", *line.split()]) == 2
    assert says in capsys.readouterr().err


def test_a_missing_package_is_named_with_the_line_that_installs_it(capsys, monkeypatch):
    monkeypatch.delitem(sys.modules, "nnviz.tui.web")
    monkeypatch.setitem(sys.modules, "textual_serve.server", None)
    monkeypatch.setitem(sys.modules, "textual_serve", None)
    assert main(["tui", "--web", "--data", "digits"]) == 2
    assert "pip install 'nnviz-classroom[web]'" in capsys.readouterr().err


def test_a_port_that_is_taken_is_an_error(capsys, monkeypatch):
    monkeypatch.setattr(web.os, "environ", dict(os.environ))
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        words = f"tui --web --data digits --host 127.0.0.1 --port {port}"
        before = signal.getsignal(signal.SIGINT)
        try:
            assert main(words.split()) == 2
        finally:
            signal.signal(signal.SIGINT, before)
    assert f"127.0.0.1:{port} can't be had" in capsys.readouterr().err


@pytest.fixture
def address():
    """A server of the debugger of a small run, at this address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    words = f"tui --web --data digits --set hidden=16,8 --host 127.0.0.1 --port {port}"
    server = subprocess.Popen(
        [sys.executable, "-m", "nnviz", *words.split()], stdout=subprocess.PIPE, text=True
    )
    assert server.stdout is not None
    assert str(port) in server.stdout.readline()
    yield f"127.0.0.1:{port}"
    server.send_signal(signal.SIGINT)
    assert server.wait(timeout=120) == 0
    server.stdout.close()


@pytest.mark.slow
async def test_a_page_of_another_site_gets_neither_page_nor_socket(address):
    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://{address}/") as answer:
            assert answer.status == 200
            assert f"ws://{address}/ws" in await answer.text()
        strange = {"Origin": "http://elsewhere.example"}
        async with session.get(f"http://{address}/", headers=strange) as answer:
            assert answer.status == 403
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(f"ws://{address}/ws", headers=strange)


class Tab:
    """One tab of a browser, driven through its DevTools socket; keeps what the page was sent."""

    def __init__(self, socket):
        self.socket = socket
        self.sent = ""
        self._number = 0

    async def do(self, method, **parameters):
        """Let the browser do something; its answer."""
        self._number += 1
        await self.socket.send_json({"id": self._number, "method": method, "params": parameters})
        while (message := await self.socket.receive_json()).get("id") != self._number:
            self._note(message)
        return message.get("result", {})

    async def press(self, key):
        code = {"code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper())}
        await self.do("Input.dispatchKeyEvent", type="keyDown", key=key, text=key, **code)
        await self.do("Input.dispatchKeyEvent", type="keyUp", key=key, **code)

    async def until(self, text):
        """Wait for a text that the page is sent."""
        async with asyncio.timeout(60):
            while text not in self.sent:
                self._note(await self.socket.receive_json())

    def _note(self, message):
        if message.get("method") == "Network.webSocketFrameReceived":
            frame = message["params"]["response"]
            if frame["opcode"] == 2:
                text = base64.b64decode(frame["payloadData"]).decode("utf-8", "replace")
                self.sent += re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


@pytest.fixture
def browser(tmp_path):
    """A new headless browser; the address of its DevTools."""
    if CHROMIUM is None:
        pytest.skip("needs Chromium")
    process = subprocess.Popen(
        [CHROMIUM, f"--user-data-dir={tmp_path}", *QUIET], stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"DevTools listening on ws://([^/]+)/", line):
            break
    else:
        pytest.skip("this Chromium doesn't start")
    yield found[1]
    process.terminate()
    process.communicate()


@pytest.mark.slow
async def test_two_tabs_of_a_browser_step_independently(address, browser):
    async with aiohttp.ClientSession() as session:

        async def open_tab():
            async with session.put(f"http://{browser}/json/new?about:blank") as answer:
                target = await answer.json()
            tab = Tab(await session.ws_connect(target["webSocketDebuggerUrl"], max_msg_size=0))
            await tab.do("Network.enable")
            await tab.do("Page.enable")
            await tab.do("Emulation.setFocusEmulationEnabled", enabled=True)
            await tab.do("Page.navigate", url=f"http://{address}/?fontsize=12")
            await tab.until("0/200")
            focus = "document.querySelector('textarea').focus()"
            await tab.do("Runtime.evaluate", expression=focus)
            return tab

        first, second = await open_tab(), await open_tab()
        for index in (1, 2, 3):
            await first.press("n")
            await first.until(f"{index}/200")
        await second.press("n")
        await second.until("1/200")
        await first.press("N")
        await first.until("HISTORY")
        assert "2/200" not in second.sent
        assert "HISTORY" not in second.sent
        await first.do("Page.bringToFront")
        picture = await first.do("Page.captureScreenshot", format="png")
        assert base64.b64decode(picture["data"]).startswith(b"\x89PNG")
