"""Executes a student's module or cells statement by statement, so that one failure loses one thing.

A statement that fails is told with its line, and the later ones still define what they define. In
text that doesn't parse, every stretch that begins at a line's start is tried on its own.
"""

import __future__

import ast
import builtins
import sys
import traceback
import types
from collections.abc import Iterator
from typing import Any

MODULE = "improvements"
MAX_PROBLEMS = 20
MAX_MESSAGE = 300

_EMPTY = ("pass", "raise NotImplementedError", "raise NotImplementedError()", "...")


class Inert(types.ModuleType):
    """What stands for a package that only draws: all of it can be called, and does nothing."""

    def __getattr__(self, name: str) -> Any:
        """One more thing that does nothing."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Inert(name)

    def __call__(self, *_: Any, **__: Any) -> "Inert":
        """Do nothing."""
        return self

    def __iter__(self) -> Iterator["Inert"]:
        return iter((self, self))

    def __getitem__(self, _: Any) -> "Inert":
        return self

    def __setitem__(self, *_: Any) -> None:
        pass

    def __enter__(self) -> "Inert":
        return self

    def __exit__(self, *_: Any) -> None:
        pass


INERT = (
    *("matplotlib", "matplotlib.pyplot", "matplotlib.cm", "matplotlib.colors"),
    *("matplotlib.ticker", "matplotlib.gridspec", "matplotlib.animation"),
    *("mpl_toolkits", "mpl_toolkits.mplot3d", "IPython", "IPython.display"),
)
"""Modules that are replaced, since a check looks at no picture and each would take a second."""


class Loaded:
    """A student's definitions: `names` -> what they are bound to, and what went wrong."""

    def __init__(self, folder: str) -> None:
        self.module = types.ModuleType(MODULE)
        self.names: dict[str, Any] = self.module.__dict__
        self.names["__file__"] = f"{folder}/{MODULE}.py"
        self.problems: list[str] = []
        self.files: set[str] = set()
        sys.modules[MODULE] = self.module
        for name in INERT:
            sys.modules[name] = Inert(name)
            if "." in name:
                parent, child = name.rsplit(".", 1)
                setattr(sys.modules[parent], child, sys.modules[name])
        self.names["display"] = Inert("display")

    def callables(self) -> list[str]:
        """The names of functions and classes, in the order of their definition."""
        return [
            name
            for name, value in list(self.names.items())
            if type(name) is str
            and not name.startswith("__")
            and callable(value)
            and not isinstance(value, Inert)
        ]

    def execute(self, file: str, source: str, keep_stubs: bool) -> None:
        """Run one file or cell; without `keep_stubs` an empty function hides no earlier one."""
        self.files.add(file)
        flags = 0
        for statement in self._statements(file, source):
            if isinstance(statement, ast.ImportFrom) and statement.module == "__future__":
                for alias in statement.names:
                    flags |= getattr(getattr(__future__, alias.name, None), "compiler_flag", 0)
            if not keep_stubs and _is_stub(statement) and statement.name in self.names:  # type: ignore[attr-defined]
                continue
            self._attempt(file, statement, flags)

    def _statements(self, file: str, source: str) -> list[ast.stmt]:
        try:
            return ast.parse(source, file).body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            self._problem(file, error)
        found = []
        for first, piece in _stretches(source):
            try:
                tree = ast.parse(piece, file)
                found += ast.increment_lineno(tree, first).body
            except (SyntaxError, ValueError, RecursionError, MemoryError):
                continue
        return found

    def _attempt(self, file: str, statement: ast.stmt, flags: int) -> None:
        try:
            code = compile(ast.Module([statement], []), file, "exec", flags, dont_inherit=True)
            exec(code, self.names)
        except BaseException as error:
            self._problem(file, error)

    def _problem(self, file: str, error: BaseException) -> None:
        if len(self.problems) < MAX_PROBLEMS:
            self.problems.append(told(error, self.files, file))


def told(error: BaseException, files: set[str], file: str) -> str:
    """An error in one line: where, what, and for a syntax error the line itself."""
    if isinstance(error, SyntaxError) and error.filename in (file, None):
        line = (error.text or "").strip()
        shown = f": {line}" if line else ""
        return f"{file}:{error.lineno or 1}: {one_line(error.msg)}{shown}"[:MAX_MESSAGE]
    number, place = where(error, files)
    at = f"{place or file}:{number}" if number else file
    if isinstance(error, ModuleNotFoundError) and error.name:
        return f"{at}: the package {one_line(error.name)} is not available here"[:MAX_MESSAGE]
    return f"{at}: {described(error)}"[:MAX_MESSAGE]


def where(error: BaseException, files: set[str]) -> tuple[int, str]:
    """The innermost line of the student's own files that an error came through; 0 for none."""
    number, place = 0, ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if frame.f_code.co_filename in files:
            number, place = line, frame.f_code.co_filename
    return number, place


def described(error: BaseException) -> str:
    """The type of an error and its text, which is the student's code's own, in one line."""
    try:
        text = one_line(str(error))
    except BaseException:
        text = "(its message can't be had)"
    return f"{type(error).__name__}: {text}" if text else str(type(error).__name__)


def one_line(text: str) -> str:
    """Text of any length as one line of a message."""
    return " ".join(text[: 4 * MAX_MESSAGE].split())[:MAX_MESSAGE]


def _is_stub(statement: ast.stmt) -> bool:
    """Whether this is a function in which nothing stands but a docstring and `raise`."""
    if not isinstance(statement, ast.FunctionDef):
        return False
    body = statement.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:]
    return not body or (len(body) == 1 and ast.unparse(body[0]) in _EMPTY)


def _stretches(source: str) -> Iterator[tuple[int, str]]:
    """The pieces of a text that begin at a line's start, each with the lines before it."""
    start, piece = 0, ""
    for number, line in enumerate(source.splitlines(keepends=True)):
        begins = line[:1] not in (" ", "\t", "\n", "\r", "#", ")", "]", "}", "")
        if begins and piece and not piece.rstrip().rsplit("\n", 1)[-1].startswith("@"):
            yield start, piece
            start, piece = number, ""
        piece += line
    yield start, piece


def quiet_builtins() -> None:
    """What a notebook or a shell would have, and a process without a person hasn't."""
    builtins.__dict__.setdefault("get_ipython", lambda: Inert("ipython"))
    builtins.__dict__.setdefault("exit", sys.exit)
    builtins.__dict__.setdefault("quit", sys.exit)
