"""What the user knows better than the debugger: `nnviz.toml` beside the program."""

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec

from nnviz.attach.program import Program
from nnviz.attach.recognition import Corrections
from nnviz.engine.activations import ACTIVATIONS
from nnviz.errors import InputError, nearest

NAME = "nnviz.toml"


def read_corrections(program: Program) -> Corrections:
    """The corrections for a program: none where there is no file, or no part of it is about it.

    A table named as the program holds what is meant for it alone; keys above all tables hold for
    every program of the folder. Raises InputError for what can't be read.
    """
    path = program.folder / NAME
    if not path.exists():
        return Corrections()
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise InputError(f"{path}: can't be read: {error}") from error
    common = {key: value for key, value in values.items() if not isinstance(value, dict)}
    own = values.get(program.path.name, {})
    return _checked(path, {**common, **(own if isinstance(own, dict) else {})})


def _checked(path: Path, values: dict[str, Any]) -> Corrections:
    known = Corrections.__dataclass_fields__
    for key in values:
        if key not in known:
            raise InputError(f"{path}: {key}: no such key{nearest(key, known)}")
    try:
        found = msgspec.convert(values, Corrections)
    except msgspec.ValidationError as error:
        raise InputError(f"{path}: {error}") from error
    for name in found.activations:
        if name not in ACTIVATIONS:
            raise InputError(f"{path}: activations: {name!r}{nearest(name, ACTIVATIONS)}")
    return found


def write_correction(program: Program, key: str, value: Any) -> Path:
    """Add or change one key of a program's own table; the rest of the file stays as it was.

    Raises InputError where key or value can't be, or the file can't be written.
    """
    import tomli_w

    path = program.folder / NAME
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: can't be read: {error}") from error
    own = {**values.get(program.path.name, {}), key: value}
    _checked(path, own)
    draft = path.with_suffix(".toml.part")
    try:
        draft.write_text(tomli_w.dumps({**values, program.path.name: own}), encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        raise InputError(f"{path}: can't be written: {error.strerror}") from error
    return path


def with_options(found: Corrections, loop: int | None, iterations: int | None) -> Corrections:
    """The corrections with what the command line says. InputError: no number of iterations."""
    if iterations is not None and iterations < 1:
        raise InputError(f"--iterations {iterations}: expected 1 or more")
    changed = replace(found, loop=loop) if loop is not None else found
    return replace(changed, iterations=iterations) if iterations is not None else changed
