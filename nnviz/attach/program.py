"""A student's program as it is read: a script or a notebook, never written, as one tree."""

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nnviz.errors import InputError

SUFFIXES = (".py", ".ipynb")
LARGEST = 20 * 2**20
"""Bytes of a file above which it is no program that somebody wrote."""

FRAMEWORKS = {
    "torch": "PyTorch",
    "tensorflow": "TensorFlow",
    "keras": "Keras",
    "jax": "JAX",
    "sklearn": "scikit-learn",
}
"""Libraries that train inside of themselves, where nothing can be seen."""

BESIDE_TRAINING = tuple(
    f"sklearn.{part}" for part in ("datasets", "metrics", "model_selection", "preprocessing")
)
"""Their parts that numpy programs use, too."""


@dataclass(frozen=True, eq=False)
class Program:
    """A program: its text as Python runs it, the tree of it, and where each line comes from.

    `places` names a line of a notebook as `cell 3, line 2`; it is empty for a script. `skipped`
    says what was left out, such as the magic commands of a notebook.
    """

    path: Path
    text: str
    tree: ast.Module
    places: Mapping[int, str] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        """Where its own modules and data lie."""
        return self.path.resolve().parent

    def place(self, line: int) -> str:
        """A line for people, such as `line 12`."""
        return self.places.get(line, f"line {line}")

    def line(self, number: int) -> str:
        """What stands in a line, without its indentation."""
        lines = self.text.splitlines()
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""

    @property
    def imported(self) -> frozenset[str]:
        """The top-level names of all modules that it imports."""
        return frozenset(name.partition(".")[0] for name in self._modules())

    @property
    def trains_with(self) -> tuple[str, ...]:
        """The libraries that may do its training; to load data with one is no training."""
        names = {name for name in self._modules() if not name.startswith(BESIDE_TRAINING)}
        used = {name.partition(".")[0] for name in names}
        return tuple(text for name, text in FRAMEWORKS.items() if name in used)

    def _modules(self) -> set[str]:
        """What it imports, with dots: of `from a import b` both `a.b` and not `a` alone."""
        names = set()
        for node in ast.walk(self.tree):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
                names |= {f"{node.module}.{alias.name}" for alias in node.names}
        return names


def is_program(run: str | Path) -> bool:
    """Whether a RUN is a student's own program, by its name."""
    return Path(run).suffix in SUFFIXES


def read_program(path: Path) -> Program:
    """Read a script or a notebook. Raises InputError: not there, not readable, a syntax error."""
    try:
        if path.stat().st_size > LARGEST:
            raise InputError(f"{path}: is larger than {LARGEST >> 20} MB, which no program is")
        content = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror}") from error
    if path.suffix == ".ipynb":
        text, places, skipped = _notebook(path, content)
    else:
        text, places, skipped = _decoded(path, content), {}, ()
    try:
        tree = ast.parse(text, str(path))
    except SyntaxError as error:
        place = places.get(error.lineno or 0, f"line {error.lineno}")
        shown = f"\n  {error.text.rstrip()}" if error.text else ""
        raise InputError(f"{path}: {place}: {error.msg}{shown}") from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"{path}: can't be read as Python: {error}") from error
    return Program(path, text, tree, places, skipped)


def _decoded(path: Path, content: bytes) -> str:
    import io
    import tokenize

    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(content).readline)
        return io.TextIOWrapper(io.BytesIO(content), encoding).read()
    except (SyntaxError, UnicodeDecodeError, LookupError) as error:
        raise InputError(f"{path}: is no text that Python reads: {error}") from error


def _notebook(path: Path, content: bytes) -> tuple[str, dict[int, str], tuple[str, ...]]:
    """The code cells of a notebook as one text; magic commands become comments."""
    import nbformat

    try:
        read: Any = nbformat.reads  # it says nothing of its types
        notebook = read(content.decode("utf-8"), as_version=4)
        cells = [(number, cell) for number, cell in enumerate(notebook.cells, start=1)]
        sources = [(number, cell.source) for number, cell in cells if cell.cell_type == "code"]
    except (ValueError, AttributeError, KeyError, TypeError) as error:
        raise InputError(f"{path}: is no notebook that can be read: {error}") from error
    except nbformat.validator.NotebookValidationError as error:
        raise InputError(f"{path}: is no valid notebook: {error.message}") from error
    lines: list[str] = []
    places: dict[int, str] = {}
    skipped: list[str] = []
    for number, source in sources:
        whole = source.lstrip().startswith("%%")
        for row, line in enumerate(source.splitlines(), start=1):
            if whole or line.lstrip().startswith(("%", "!", "?")) or line.rstrip().endswith("?"):
                skipped.append(f"cell {number}, line {row}: {line.strip()}")
                indent = line[: len(line) - len(line.lstrip())]
                line = f"{indent}pass  # {line.strip()}"
            lines.append(line)
            places[len(lines)] = f"cell {number}, line {row}"
    return "\n".join(lines) + "\n", places, tuple(skipped)
