"""Promises of the start: the first numbers don't wait for what they don't need."""

import subprocess
import sys

FIRST_VIEW = """
import sys

import nnviz.commands.tui
import nnviz.tui.app
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.presets import COURSE
from nnviz.tui.view import make_view

make_view(Debugger(Timeline(EngineSource(COURSE))))
print(*sys.modules)
"""
NOT_YET = {
    "numpy.ma",  # np.unique and what is built on it import it
    "nnviz.debugger.predicates",
    "nnviz.debugger.proof",
    "nnviz.tui.details.layer",
    "nnviz.tui.screens.layer",
    "matplotlib",
}


def test_the_first_view_imports_nothing_that_is_needed_later():
    asked = [sys.executable, "-c", FIRST_VIEW]
    done = subprocess.run(asked, capture_output=True, text=True, check=True)
    assert not NOT_YET & set(done.stdout.split())
