"""What the README tells a newcomer to type exists."""

import re
from pathlib import Path

import pytest

from nnviz.cli import VERBS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text()


def code_lines(text: str) -> list[str]:
    """Lines of all code blocks of a Markdown text."""
    return "\n".join(re.findall(r"^```\w*\n(.*?)^```", text, re.M | re.S)).splitlines()


def test_the_first_screen_has_the_two_commands():
    """The first block of code starts the debugger and proves that it works, within 25 lines."""
    first = [line.split("#")[0].strip() for line in code_lines(README)[:2]]
    assert first == ["make tui", "make test"]
    assert "make test" in "\n".join(README.splitlines()[:25])


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_commands_and_targets_exist(text):
    """Each `nnviz VERB` and each `make TARGET` that is shown can be typed."""
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
    shown = re.findall(r"\b(nnviz|make) ([a-z][a-z-]*)", "\n".join(code_lines(text)))
    assert shown
    assert {word for program, word in shown if program == "make"} <= targets
    assert {word for program, word in shown if program == "nnviz"} <= set(VERBS)


@pytest.mark.parametrize("text", [README, CONTRIBUTING], ids=["README", "CONTRIBUTING"])
def test_links_and_paths_lead_somewhere(text):
    """Every relative link and every path in backquotes is a file of the repository."""
    links = [link for link in re.findall(r"\]\(([^)]+)\)", text) if "://" not in link]
    paths = [path for path in re.findall(r"`([\w./]+/[\w.]+)`", text) if "NAME" not in path]
    assert links + paths
    for path in links + [path for path in paths if not path.startswith(".venv")]:
        assert (ROOT / path).exists(), path


def test_example_activation_passes_the_gradient_check():
    """The activation that CONTRIBUTING.md shows is right: its slope is that of its function."""
    import numpy as np

    import nnviz.engine.activations as activations

    (example,) = re.findall(r"```python\n(.*?)```", CONTRIBUTING, re.S)
    names = {"np": np, "Activation": activations.Activation, "Array": activations.Array}
    exec(example, names)
    softplus, z, step = names["softplus"](), np.linspace(-4, 4, 33)[None], 1e-5
    slope = softplus.derivative(softplus.function(z))
    numeric = (softplus.function(z + step) - softplus.function(z - step)) / (2 * step)
    np.testing.assert_allclose(slope, numeric, rtol=1e-8)
