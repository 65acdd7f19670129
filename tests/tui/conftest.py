"""Small runs for the screen's tests."""

import pytest

from nnviz.build import load_data
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.timeline import Timeline
from nnviz.presets import PRESETS


@pytest.fixture(scope="session")
def digits():
    return load_data(PRESETS["course"].with_changes({"data": "digits"}))


@pytest.fixture
def open_debugger(digits):
    """Opens a small run on digits; takes changes of the experiment."""

    def make(preset="course", **changes):
        experiment = PRESETS[preset].with_changes({"data": "digits", "hidden": (32, 16), **changes})
        return Debugger(Timeline(EngineSource(experiment, digits)))

    return make
