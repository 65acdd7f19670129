"""A training that keeps no losses is told so."""

import numpy as np
import pytest

from grader.checks import Answer, Wrong
from grader.improvements.training import read_training


@pytest.mark.parametrize("losses", [[], (), np.empty(0)])
def test_no_losses_are_a_wrong_shape_and_no_failure_of_the_grader(losses):
    """Whatever kind of nothing it is."""
    with pytest.raises(Wrong, match="no losses"):
        read_training(Answer(([np.zeros((10, 784))], losses)))
