"""A program's own modules get taps, too; what must not happen twice, or can't here, is kept off."""

import ast
import builtins
import importlib.machinery
import io
import os
from pathlib import Path
from types import CodeType
from typing import Any

from nnviz.attach.instrument import Numbers, instrument_module
from nnviz.attach.session import Session

WRITING = frozenset("wax+")
"""Letters of a mode in which a file is written to."""


class OwnModules(importlib.machinery.PathFinder):
    """Finds the program's own modules, and puts taps into their functions."""

    folder = ""
    numbers = Numbers()
    session: Session

    @classmethod
    def find_spec(cls, fullname: str, path: Any = None, target: Any = None) -> Any:
        """The module of a file in the program's folder; nothing for any other."""
        spec = importlib.machinery.PathFinder.find_spec(fullname, path or [cls.folder], target)
        if spec is None or not isinstance(spec.loader, importlib.machinery.SourceFileLoader):
            return None
        if Path(spec.loader.path).parent != Path(cls.folder):
            return None
        spec.loader = _Loader(fullname, spec.loader.path)
        return spec


class _Loader(importlib.machinery.SourceFileLoader):
    """Compiles a module with taps, and never writes bytecode of it."""

    def get_code(self, fullname: str) -> CodeType:
        """The code of the module."""
        tree = ast.parse(self.get_data(self.path), self.path)
        finder = OwnModules
        tree = instrument_module(tree, finder.numbers)
        session = finder.session
        missing = len(finder.numbers.nodes) - len(session.handlers)
        session.handlers += [None] * missing
        session.modules |= {fullname}
        return compile(tree, self.path, "exec", dont_inherit=True)


def refuse_input(prompt: object = "") -> str:
    """Stands in for `input`: nobody is there to answer."""
    raise RuntimeError(
        f"input({str(prompt)!r}) gets no answer under the debugger: "
        "give the value in the program while you debug it"
    )


def guard_files(session: Session) -> None:
    """Let a replayed iteration write no file again: what it writes goes nowhere."""
    plain_open = io.open

    def guarded(file: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:
        if session.quiet and WRITING & set(mode) and not isinstance(file, int):
            file, mode = os.devnull, mode.replace("x", "w")
        return plain_open(file, mode, *arguments, **named)

    builtins.open = guarded
    io.open = guarded
