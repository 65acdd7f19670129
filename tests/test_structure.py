"""The shape of the code is a promise too: who may import what, and how long a file gets."""

import ast
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = sorted(
    path.relative_to(ROOT)
    for package in ("nnviz", "grader")
    for path in (ROOT / package).rglob("*.py")
)
PYTHON_FILES = MODULES + sorted(
    path.relative_to(ROOT)
    for folder in ("tests", "scripts", "benchmarks", "assignments")
    for path in (ROOT / folder).rglob("*.py")
)
ENGINE_MAY_IMPORT = sys.stdlib_module_names | {"numpy", "threadpoolctl"}

ONLY_THERE = {
    "matplotlib": ("nnviz/figures",),
    "textual": ("nnviz/tui/", "nnviz/commands/", "grader/"),
}
"""Packages that are slow to import, and the paths that may name them."""


def imports(path: Path) -> set[str]:
    """Dotted names that a file imports anywhere, inside functions too."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_there_is_something_to_look_at():
    """The tests below would pass on an empty list."""
    assert Path("nnviz/cli.py") in MODULES
    assert Path("nnviz/engine/network.py") in MODULES


@pytest.mark.parametrize("path", PYTHON_FILES, ids=str)
def test_file_is_short_and_says_why_it_exists(path):
    """At most 400 lines; a longer file holds two ideas. The first statement is a docstring."""
    text = (ROOT / path).read_text()
    assert len(text.splitlines()) <= 400
    assert ast.get_docstring(ast.parse(text)) or not text


@pytest.mark.parametrize("path", [path for path in MODULES if "engine" in path.parts], ids=str)
def test_engine_stands_alone(path):
    """The engine imports numpy, threadpoolctl, the standard library and itself."""
    foreign = {
        name
        for name in imports(path)
        if not name.startswith("nnviz.engine") and name.split(".")[0] not in ENGINE_MAY_IMPORT
    }
    assert not foreign


@pytest.mark.parametrize("package", ONLY_THERE)
def test_slow_package_is_imported_in_its_own_place_only(package):
    """matplotlib is for figures, textual for screens: the rest starts without them."""
    users = [
        path.as_posix()
        for path in MODULES
        if any(name.split(".")[0] == package for name in imports(path))
    ]
    assert [path for path in users if not path.startswith(ONLY_THERE[package])] == []


@pytest.mark.parametrize("path", MODULES, ids=str)
def test_no_relative_or_star_imports(path):
    """A reader sees where a name comes from."""
    nodes = [
        n for n in ast.walk(ast.parse((ROOT / path).read_text())) if isinstance(n, ast.ImportFrom)
    ]
    assert all(node.level == 0 for node in nodes)
    assert all(alias.name != "*" for node in nodes for alias in node.names)
