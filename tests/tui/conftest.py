"""Small runs for the screen's tests."""

from functools import partial

import pytest

from nnviz.build import load_data
from nnviz.presets import PRESETS

from .helpers import small_run


@pytest.fixture(scope="session")
def digits():
    return load_data(PRESETS["course"].with_changes({"data": "digits"}))


@pytest.fixture
def open_debugger(digits):
    """Opens a small run on digits; takes changes of the experiment."""

    return partial(small_run, digits)
