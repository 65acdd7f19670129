"""Why a program's process can't be copied, where it can't: then it runs forward only."""

import os
import sys
import threading
from collections.abc import Callable
from typing import Any

HARMLESS = frozenset({"TMonitor"})
"""Threads by their class that a copy of a process does well without: progress bars have one."""

OWN = "nnviz_"
"""How the names of the engine's threads begin: they are idle here, and each process has its own."""

WINDOWS: dict[str, Callable[[Any], Any]] = {
    "tkinter": lambda module: module._default_root,
    "pygame": lambda module: module.display.get_init(),
    "wx": lambda module: module.GetApp(),
    **{
        f"{name}.QtWidgets": lambda module: module.QApplication.instance()
        for name in ("PyQt5", "PyQt6", "PySide2", "PySide6")
    },
}
"""Libraries of windows by module, and what says that one is open: its server knows one process."""


def busy_threads() -> list[threading.Thread]:
    """The program's threads besides the main one: a copied process would lack them."""
    others = [t for t in threading.enumerate() if t is not threading.main_thread()]
    return [
        thread
        for thread in others
        if type(thread).__name__ not in HARMLESS and not thread.name.startswith(OWN)
    ]


def why_not_copied() -> str:
    """Why this process can't be copied, "" where it can."""
    if not hasattr(os, "fork"):
        return "this system can't copy processes"
    if busy := busy_threads():
        names = ", ".join(thread.name for thread in busy)
        return f"the program runs threads ({names}), which a copy would lack"
    for name, opened in WINDOWS.items():
        module = sys.modules.get(name)
        if module is not None and opened(module):
            return f"the program has a window open ({name.partition('.')[0]})"
    return ""
