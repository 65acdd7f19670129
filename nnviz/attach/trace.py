"""Writes down one iteration of a program: every value, what it was made of, and what it was called.

What an array is for shows in where it comes from and where it goes, however the program is written:
a script, functions, classes, dictionaries. So one iteration is run with all taps recording, in a
process of its own that is thrown away afterwards.
"""

import sys
import weakref
import zlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from types import FrameType
from typing import Any

import numpy as np

from nnviz.attach.instrument import Node
from nnviz.attach.namespace import Path, ProgramArray, follow, path_text, reachable

FULL = 1_200_000
"""Up to so many numbers an array is kept whole; of a larger one a grid of its rows and columns."""

GRID, LONG = 64, 256
"""An axis longer than LONG is sampled at GRID places."""

LARGEST_STATE = 64 * 2**20
"""Arrays of more bytes are data, and not looked at for changes."""


@dataclass(eq=False)
class Vertex:
    """One value of the iteration. `node` is where it was made (-1: it was there before, at `path`).

    `values` are its numbers, or a sample of them on a fixed grid; `operands` the vertices that it
    was made of; `aliases` other nodes that it passed through unchanged; `names` what it was called.
    `changed_later` says that its memory was written to afterwards.
    """

    number: int
    node: int
    kind: str
    what: str
    line: int
    operands: tuple[int, ...]
    shape: tuple[int, ...]
    dtype: str
    values: ProgramArray
    whole: bool
    path: Path = ()
    names: list[str] = field(default_factory=list)
    aliases: list[int] = field(default_factory=list)
    changed_later: bool = False

    @property
    def name(self) -> str:
        """What the program calls it, "" where it has no name."""
        return path_text(self.path) if self.path else (self.names[-1] if self.names else "")


@dataclass(frozen=True, eq=False)
class Parameter:
    """An array that the iteration changed: where it is, and its numbers before and after."""

    vertex: int
    path: Path
    before: ProgramArray
    after: ProgramArray


@dataclass(frozen=True, eq=False)
class Trace:
    """The iteration: its values in the order in which they came up, and what it changed.

    `numbers` are the plain numbers that the program could reach, by path; `visits` counts how often
    each node was passed.
    """

    vertices: tuple[Vertex, ...]
    parameters: tuple[Parameter, ...]
    numbers: dict[Path, float]
    visits: Counter[int]

    def ancestors(self, number: int) -> set[int]:
        """The values that a value was made of, and it itself."""
        found, waiting = {number}, [number]
        while waiting:
            new = set(self.vertices[waiting.pop()].operands) - found
            found |= new
            waiting += new
        return found


class Tracer:
    """The handler of all taps while an iteration is written down."""

    def __init__(self, nodes: Sequence[Node], frame: FrameType, modules: frozenset[str]) -> None:
        self.nodes = nodes
        self.vertices: list[Vertex] = []
        self.visits: Counter[int] = Counter()
        self._of_object: dict[int, tuple[Any, int]] = {}
        self._of_node: dict[int, int] = {}
        self._of_name: dict[tuple[int, str], tuple[Any, int]] = {}
        self._returned: tuple[Any, int] | None = None
        self._numbers: dict[Path, float] = {}
        self._paths: dict[int, Path] = {}
        self._marks: dict[Path, tuple[int, ProgramArray]] = {}
        self._kept: list[Any] = []
        for path, value in reachable(frame, modules):
            if isinstance(value, np.ndarray):
                self._paths[id(value)] = path
                self._kept.append(value)
                if value.dtype.kind == "f" and value.nbytes <= LARGEST_STATE:
                    self._marks[path] = (_mark(value), value.copy())
            elif not isinstance(value, bool | np.bool_):
                self._numbers[path] = float(value) if np.isrealobj(value) else float("nan")

    def __call__(self, number: int, value: Any) -> Any:
        """Note that a value has passed node `number`."""
        node = self.nodes[number]
        self.visits[number] += 1
        frame = sys._getframe(2)
        operands = [self._operand(operand, frame) for operand in node.operands]
        known = tuple(dict.fromkeys(v for v in operands if v is not None))
        vertex = self._noted(node, value, known)
        if vertex is None:
            self._of_node.pop(number, None)
            return value
        if node.kind == "return":
            self._returned = (value, vertex)
        self._of_node[number] = vertex
        for target in node.targets:
            self.vertices[vertex].names.append(target)
            self._of_name[id(frame), target] = (value, vertex)
        return value

    def finish(self, frame: FrameType) -> Trace:
        """What was written down, at the end of the iteration."""
        parameters = []
        for path, (mark, before) in self._marks.items():
            try:
                now = follow(frame, path)
            except (LookupError, AttributeError, TypeError):
                continue
            if isinstance(now, np.ndarray) and now.shape == before.shape and _mark(now) != mark:
                vertex = next((v.number for v in self.vertices if v.path == path), -1)
                parameters.append(Parameter(vertex, path, before, now.copy()))
        return Trace(tuple(self.vertices), tuple(parameters), self._numbers, self.visits)

    def _noted(self, node: Node, value: Any, operands: tuple[int, ...]) -> int | None:
        """The vertex of a value that came out of a node; None where it is of no interest."""
        if isinstance(value, np.ndarray):
            return self._array(node, value, operands)
        if isinstance(value, int | float | np.generic) and not isinstance(value, bool):
            return self._number(node, value, operands)
        if isinstance(value, tuple | list) and node.kind == "call":
            for part in value:
                if isinstance(part, np.ndarray) and self._known(part) is None:
                    self._add(node, part, operands)
        return None

    def _array(self, node: Node, value: ProgramArray, operands: tuple[int, ...]) -> int:
        known = self._known(value)
        if node.kind == "return":
            return known if known is not None else self._source(value)
        if node.kind in ("step", "set"):
            return self._changed(node, value, operands)
        if node.kind in ("binop", "unary", "compare"):
            return self._add(node, value, operands)
        if known is None and id(value) in self._paths and node.kind != "call":
            known = self._source(value)
        if known is None:
            return self._add(node, value, operands)
        if node.kind == "call" and not self._same_numbers(known, value):
            return self._changed(node, value, operands)
        self.vertices[known].aliases.append(node.number)
        return known

    def _changed(self, node: Node, value: ProgramArray, operands: tuple[int, ...]) -> int:
        """An array that was written to: a new value in the same memory."""
        known = self._known(value)
        before = known if known is not None else self._source(value)
        self.vertices[before].changed_later = True
        return self._add(node, value, tuple(dict.fromkeys((before, *operands))))

    def _number(self, node: Node, value: Any, operands: tuple[int, ...]) -> int:
        if node.kind == "return" and operands:
            return operands[0]
        if node.kind == "call" and self._returned is not None and self._returned[0] is value:
            vertex = self._returned[1]
            self.vertices[vertex].aliases.append(node.number)
            return vertex
        return self._add(node, value, operands)

    def _add(self, node: Node, value: Any, operands: tuple[int, ...]) -> int:
        return self._vertex(node.number, node.kind, node.what, node.line, operands, value)

    def _vertex(
        self,
        node: int,
        kind: str,
        what: str,
        line: int,
        operands: tuple[int, ...],
        value: Any,
        path: Path = (),
    ) -> int:
        array = np.asarray(value)
        values, whole = sampled(array)
        number = len(self.vertices)
        dtype = array.dtype.kind
        self.vertices.append(
            Vertex(
                number, node, kind, what, line, operands, array.shape, dtype, values, whole, path
            )
        )
        if isinstance(value, np.ndarray):
            self._of_object[id(value)] = (weakref.ref(value), number)
        return number

    def _source(self, value: ProgramArray) -> int:
        """A value that was there before the iteration, or came from where nothing is seen."""
        return self._vertex(-1, "source", "", 0, (), value, self._paths.get(id(value), ()))

    def _known(self, value: Any) -> int | None:
        reference, vertex = self._of_object.get(id(value), (None, 0))
        return vertex if reference is not None and reference() is value else None

    def _same_numbers(self, vertex: int, value: ProgramArray) -> bool:
        return np.array_equal(self.vertices[vertex].values, sampled(value)[0], equal_nan=True)

    def _operand(self, operand: tuple[str, Any], frame: FrameType) -> int | None:
        kind, what = operand
        if kind == "node":
            return self._of_node.get(what)
        if kind == "const":
            return None
        value = _looked_up(frame, what)
        if isinstance(value, np.ndarray):
            known = self._known(value)
            return known if known is not None else self._source(value)
        if isinstance(value, int | float | np.generic) and not isinstance(value, bool):
            old = self._of_name.get((id(frame), what))
            if old is not None and old[0] is value:
                return old[1]
            if what in frame.f_locals or what in frame.f_globals:
                return self._vertex(-1, "source", "", 0, (), value, (("name", what),))
        return None


def _looked_up(frame: FrameType, name: str) -> Any:
    if name in frame.f_locals:
        return frame.f_locals[name]
    return frame.f_globals.get(name)


def sampled(array: ProgramArray) -> tuple[ProgramArray, bool]:
    """A copy of an array's numbers and True; of a large one a grid of them, and False."""
    if array.size <= FULL:
        return array.copy(), True
    places: list[Any] = [
        slice(None) if n <= LONG else np.linspace(0, n - 1, GRID).astype(int) for n in array.shape
    ]
    grid = array
    for axis, place in enumerate(places):
        if not isinstance(place, slice):
            grid = grid.take(place, axis)
    return grid.copy(), False


def _mark(array: ProgramArray) -> int:
    return zlib.crc32(np.ascontiguousarray(array).data)


def descendants(vertices: Sequence[Vertex], roots: Iterable[int]) -> set[int]:
    """The vertices that depend on any of these, and they themselves."""
    found = set(roots)
    for vertex in vertices:
        if any(operand in found for operand in vertex.operands):
            found.add(vertex.number)
    return found
