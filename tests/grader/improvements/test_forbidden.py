"""What may not be imported is found in the source however it is spelled, and nothing else is."""

import pytest

from grader.improvements.forbidden import forbidden_imports


@pytest.mark.parametrize(
    ("source", "module"),
    [
        ("import torch", "torch"),
        ("import numpy\nimport numpy as np, jax.numpy as jnp", "jax.numpy"),
        ("from sklearn . neural_network import MLPClassifier", "sklearn.neural_network"),
        ("from sklearn import neural_network", "sklearn.neural_network"),
        ("def f():\n    return __import__('to' 'rch')", "torch"),
        ("import importlib\nimportlib.import_module('\\x74orch')", "torch"),
        ("import \uff54orch", "torch"),
    ],
)
def test_every_spelling_is_found(source, module):
    """Also in pieces, with escapes, and in letters that Python takes for the same."""
    assert [name for name, _ in forbidden_imports(source)] == [module]


@pytest.mark.parametrize(
    "source",
    ["import numpy", "# not torch\nx = 'import torch'", "import (", "from .torch import x"],
)
def test_nothing_else_is(source):
    """Words in texts and comments, source that is no Python, and files of the student's own."""
    assert list(forbidden_imports(source)) == []
