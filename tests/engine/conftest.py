"""What tests of the engine share: how many threads numpy's products may use just now."""

import pytest

from nnviz.engine import threads


@pytest.fixture
def blas_threads():
    """A function that gives the number for each BLAS library the engine knows.

    Not threadpoolctl's list: that has no order, and holds libraries that another test has loaded
    since the engine looked, such as scipy's own BLAS, which no product of the engine uses.
    """
    return lambda: [library.get_threads() for library in threads._blas_libraries()]
