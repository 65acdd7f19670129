"""The arrays and numbers that a running program can reach, by paths such as `net.layers[0].W`."""

import sys
from collections.abc import Iterator, Mapping
from types import FrameType, ModuleType
from typing import Any

import numpy as np
import numpy.typing as npt

ProgramArray = npt.NDArray[Any]
"""An array as the program has it: of any type and any shape."""

Step = tuple[str, "str | int"]
Path = tuple[Step, ...]

DEEPEST, MOST = 6, 20_000
"""How deep, and how many things, are looked through."""

KEY_TYPES = (str, int)


def path_text(path: Path) -> str:
    """A path as it is written in a program."""
    text = ""
    for kind, step in path:
        text += f".{step}" if kind == "attr" else f"[{step!r}]" if kind == "key" else str(step)
    return text


def follow(frame: FrameType, path: Path) -> Any:
    """What a path leads to from a frame. Raises LookupError or AttributeError where it ends."""
    name = str(path[0][1])
    value = frame.f_locals[name] if name in frame.f_locals else frame.f_globals[name]
    for kind, step in path[1:]:
        value = getattr(value, str(step)) if kind == "attr" else value[step]
    return value


def assign(frame: FrameType, path: Path, value: Any) -> None:
    """Set what a path leads to. Raises LookupError, AttributeError or TypeError where it can't."""
    if len(path) > 1:
        holder = follow(frame, path[:-1])
        kind, step = path[-1]
        if kind == "attr":
            setattr(holder, str(step), value)
        else:
            holder[step] = value
        return
    name = str(path[0][1])
    if frame.f_locals is frame.f_globals or name not in frame.f_locals:
        frame.f_globals[name] = value
        return
    frame.f_locals[name] = value
    if sys.version_info < (3, 13):  # there a frame's locals are a copy of its variables
        import ctypes

        ctypes.pythonapi.PyFrame_LocalsToFast(ctypes.py_object(frame), ctypes.c_int(0))


def reachable(
    frame: FrameType, modules: frozenset[str], *, aliases: bool = False
) -> Iterator[tuple[Path, Any]]:
    """Every array and number that a frame reaches, each once, with the shortest path found.

    `modules` are the names of the program's own modules: only objects of their classes are looked
    into. With `aliases` an array comes once for every path to it.
    """
    waiting: list[tuple[Path, Any]] = []
    spaces = [frame.f_locals] + [frame.f_globals] * (frame.f_locals is not frame.f_globals)
    names = set[str]()
    for space in spaces:
        for name, value in list(space.items()):
            if not name.startswith("__") and name not in names:
                names.add(name)
                waiting.append(((("name", name),), value))
    seen, count = set[int](), 0
    while waiting and count < MOST:
        path, value = waiting.pop(0)
        count += 1
        if isinstance(value, np.ndarray | np.generic | bool | int | float):
            if isinstance(value, np.ndarray):
                if id(value) in seen and not aliases:
                    continue
                seen.add(id(value))
            yield path, value
        elif len(path) < DEEPEST and id(value) not in seen:
            seen.add(id(value))
            waiting += [((*path, step), part) for step, part in _parts(value, modules)]


def _parts(value: Any, modules: frozenset[str]) -> list[tuple[Step, Any]]:
    """What lies in a value, with the step that leads there."""
    if isinstance(value, dict):
        return [(("key", key), part) for key, part in value.items() if type(key) in KEY_TYPES]
    if isinstance(value, list | tuple):
        few = value if len(value) <= 64 else ()
        return [(("key", number), part) for number, part in enumerate(few)]
    if isinstance(value, ModuleType | type) or type(value).__module__ not in modules:
        return []
    attributes: Mapping[str, Any] = getattr(value, "__dict__", {})
    return [(("attr", name), part) for name, part in attributes.items()]
