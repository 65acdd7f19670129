"""A student's code as text: one module, or the cells of a notebook without what isn't Python.

A notebook is read with nbformat, as text; nothing in it runs here.
"""

import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass

from nnviz.errors import InputError

MAX_CELLS = 2_000

_SHELL = re.compile(r"^([ \t]*)(?:[\w.,\[\] \t]+=[ \t]*)?(?:!|%(?=[A-Za-z_])|\?\w)")
_HELP = re.compile(r"^([ \t]*)[\w.]+\?{1,2}[ \t]*$")
_CELL_MAGIC = re.compile(r"^\s*%%(\w*)")
_PYTHON_CELLS = ("time", "timeit", "capture", "prun", "python", "python3")
_TOKEN = re.compile(r"'''|\"\"\"|\\.|['\"#()\[\]{}\n]", re.DOTALL)


@dataclass(frozen=True)
class Unit:
    """A stretch of code that is executed as one: `name` is a file, or a file and a cell."""

    name: str
    text: str


@dataclass(frozen=True)
class Source:
    """The code of one file, and notes on what was left out of it."""

    file: str
    units: tuple[Unit, ...]
    notes: tuple[str, ...] = ()


def read_notebook(name: str, text: str) -> Source:
    """The code cells of a notebook in their order; magics and shell lines are left out, and noted.

    Raises InputError where the text is no notebook.
    """
    import nbformat

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # on cells without ids, which every older notebook has
            notebook = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
            cells = notebook.get("cells", [])
            code = [str(cell["source"]) for cell in cells if cell.get("cell_type") == "code"]
    except Exception as error:
        # nbformat raises what the content makes it raise: by its types no list would be complete.
        what = f"nbformat says {type(error).__name__}"
        raise InputError(f"{name}: can't be read as a notebook ({what})") from error
    units, notes = [], []
    for number, cell in enumerate(code[:MAX_CELLS], start=1):
        python, removed = without_magics(cell)
        units.append(Unit(f"{name} cell {number}", python))
        notes += [
            f"{name} cell {number} line {line}: not run, since it isn't Python: {_shown(was)}"
            for line, was in removed
        ]
    if len(code) > MAX_CELLS:
        notes.append(f"{name}: only the first {MAX_CELLS:,} code cells are read")
    return Source(name, tuple(units), tuple(notes))


def without_magics(cell: str) -> tuple[str, list[tuple[int, str]]]:
    """The cell with `pass` in place of magics and shell lines, and these lines with their numbers.

    A cell in another language (`%%bash`) is left out as a whole.
    """
    if magic := _CELL_MAGIC.match(cell):
        if magic[1] not in _PYTHON_CELLS:
            return "", [(1, cell)]
        first, _, rest = cell.lstrip().partition("\n")
        python, removed = without_magics(rest)
        return "\n" + python, [(1, first), *((line + 1, was) for line, was in removed)]
    lines, removed = cell.split("\n"), []
    for index in _statement_starts(cell):
        found = _SHELL.match(lines[index]) or _HELP.match(lines[index])
        if found:
            removed.append((index + 1, lines[index]))
            lines[index] = f"{found[1]}pass"
    return "\n".join(lines), removed


def _statement_starts(code: str) -> Iterator[int]:
    """The lines that are not inside of brackets, a text, or the continuation of another line."""
    depth, quote, line = 0, "", 0
    comment = continued = False
    yield 0
    for match in _TOKEN.finditer(code):
        token = match[0]
        if token.endswith("\n"):
            line += 1
            if token == "\n":
                comment = False
                quote = quote if len(quote) == 3 else ""
            continued = token != "\n" and not comment
            if not depth and not quote and not continued:
                yield line
        elif comment or token.startswith("\\"):
            continue
        elif quote:
            quote = "" if token == quote else quote
        elif token == "#":
            comment = True
        elif token[0] in "'\"":
            quote = token
        else:
            depth = max(0, depth + (1 if token in "([{" else -1))


def _shown(text: str) -> str:
    first = text.strip().split("\n", 1)[0][:80]
    return first + (" ..." if "\n" in text.strip() else "")
