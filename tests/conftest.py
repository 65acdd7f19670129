"""What tests share: where the real MNIST is, and that every run tries the same examples."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# Examples are the same in every run, and none has to be quick: the machine may be busy.
settings.register_profile("nnviz", derandomize=True, deadline=None)
settings.load_profile("nnviz")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three processes for two cores: the tests of the screen wait half of their time."""
    return round(1.5 * (os.cpu_count() or 1))


LONGEST = (
    "test_golden.py",
    "test_self_test.py",
    "test_faults.py",
    "test_clone.py",
    "test_wheel.py",
    "test_hostile_class.py",
    "test_docs.py",
    "test_timeline.py",
    "test_monkey.py",
    "test_app.py",
)
"""Files that begin first: begun last, each would have one process alone at work at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest files first; the others stay in their order."""
    places = {name: place for place, name in enumerate(LONGEST)}
    items.sort(key=lambda item: places.get(item.path.name, len(LONGEST)))


@pytest.fixture
def mnist_dir() -> Path:
    """Folder with MNIST's four IDX files; where there is none, the test is skipped."""
    given = os.environ.get("NNVIZ_DATA_DIR")
    if not given:
        pytest.skip("needs full MNIST: set NNVIZ_DATA_DIR to the folder that holds mnist/")
    for folder in (Path(given) / "mnist", Path(given)):
        if any(folder.glob("train-images*")):
            return folder
    pytest.fail(f"NNVIZ_DATA_DIR is set to {given}, but neither it nor its mnist/ holds MNIST")


@pytest.fixture(autouse=True, scope="session")
def _own_cache(tmp_path_factory):
    """Runs that tests train are kept for these tests only, and not in the user's own cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NNVIZ_CACHE_DIR", str(tmp_path_factory.mktemp("runs")))
        yield
