"""A circuit is a formula drawn as boxes: which box takes which, and what each is called.

Boxes are named as the assignment draws them: the activation of the box in column 2, row 1 is
`a21` and its gradient `d21`; from column or row 10 on, `a10_1`. A circuit comes from TOML

    title = "f = (w x + b)^2"

    [inputs]                        # in the order of the rows of column 1
    w = { at = "11", value = 2 }    # its gradient box is d11
    x = { at = "12", value = -3 }
    b = { at = "13", value = 1 }

    [boxes]                         # one operation each, on inputs, earlier boxes and numbers
    a21 = "w * x"
    a31 = "a21 + b"
    a41 = "a31^2"

or from an expression, whose boxes are placed in columns by their depth. `value` may be left out
(`nnviz circuit FILE --set w=2`), and `at` too (column 1, next row).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from nnviz.circuit.expressions import (
    Apply,
    Expression,
    ExpressionError,
    Literal,
    Name,
    evaluate,
    names_in,
    nearest,
    parse,
)
from nnviz.circuit.operations import OPERATIONS, Operation, UndefinedError, Value
from nnviz.errors import InputError

MAX_BOXES = 200
_POSITION = re.compile(r"([1-9])([1-9])|([1-9]\d*)_([1-9]\d*)")


@dataclass(frozen=True)
class Node:
    """An input, a number in a formula (it has no box, `position` is ""), or an operation's box.

    `operands` are indices into `Circuit.nodes`. `name` is what formulas call the value: `w1`,
    `a21`, `2`.
    """

    name: str
    position: str
    operation: Operation | None = None
    operands: tuple[int, ...] = ()
    value: Value | None = None

    @property
    def column_and_row(self) -> tuple[int, int]:
        """The position as two numbers, from 1."""
        match = _POSITION.fullmatch(self.position)
        if match is None:
            raise ValueError(f"{self.name} has no box")
        return int(match[1] or match[3]), int(match[2] or match[4])


@dataclass(frozen=True, eq=False)
class Circuit:
    """Nodes in an order in which each comes after its operands; the last one is the output."""

    title: str
    nodes: tuple[Node, ...]

    @cached_property
    def consumers(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """For each node the `(node, operand slot)` pairs that take its value."""
        found: list[list[tuple[int, int]]] = [[] for _ in self.nodes]
        for index, node in enumerate(self.nodes):
            for slot, operand in enumerate(node.operands):
                found[operand].append((index, slot))
        return tuple(tuple(pairs) for pairs in found)

    @cached_property
    def inputs(self) -> tuple[int, ...]:
        """Indices of the inputs: their values are given, their gradients are asked."""
        return tuple(
            i for i, node in enumerate(self.nodes) if node.position and node.operation is None
        )

    @cached_property
    def boxes(self) -> tuple[int, ...]:
        """Indices of the operations' boxes, in order of computation."""
        return tuple(i for i, node in enumerate(self.nodes) if node.operation is not None)

    @cached_property
    def output(self) -> int:
        """Index of the last box."""
        return len(self.nodes) - 1

    @cached_property
    def backward(self) -> tuple[int, ...]:
        """Indices of all drawn nodes from the output to the inputs, column by column."""
        drawn = [i for i, node in enumerate(self.nodes) if node.position]

        def from_the_right(index: int) -> tuple[int, int]:
            column, row = self.nodes[index].column_and_row
            return -column, row

        return tuple(sorted(drawn, key=from_the_right))

    @cached_property
    def cells(self) -> dict[str, tuple[int, bool]]:
        """What a student fills, in order: cell name -> (node index, is it a gradient)."""
        activations = {f"a{self.nodes[i].position}": (i, False) for i in self.boxes}
        return activations | {f"d{self.nodes[i].position}": (i, True) for i in self.backward}

    @cached_property
    def sources(self) -> dict[tuple[int, bool], tuple[tuple[int, bool], ...]]:
        """For each box the boxes that its rule names; numbers that are given have no box."""
        return {cell: tuple(self._named_in_rule(*cell)) for cell in self.cells.values()}

    @cached_property
    def ancestors(self) -> dict[tuple[int, bool], frozenset[tuple[int, bool]]]:
        """For each box all boxes that it is computed from, directly or through others."""
        found: dict[tuple[int, bool], frozenset[tuple[int, bool]]] = {}
        for cell, direct in self.sources.items():
            found[cell] = frozenset(direct).union(*(found[source] for source in direct))
        return found

    def _named_in_rule(self, index: int, is_gradient: bool) -> Iterator[tuple[int, bool]]:
        used: set[int] = set() if is_gradient else set(self.nodes[index].operands)
        for consumer, slot in self.consumers[index] if is_gradient else ():
            node = self.nodes[consumer]
            assert node.operation is not None
            formula = node.operation.partial_formulas[slot]
            words = {"{0}": node.operands[0], "{1}": node.operands[-1], "{out}": consumer}
            used |= {i for word, i in words.items() if word in formula}
            yield consumer, True
        yield from ((i, False) for i in sorted(used) if self.nodes[i].operation is not None)

    def with_inputs(self, values: Mapping[str, Value]) -> Circuit:
        """Return the circuit with these inputs set; `InputError` where a name is unknown."""
        known = [self.nodes[i].name for i in self.inputs]
        for name in values:
            if name not in known:
                raise InputError(
                    f"the circuit has no input {name}; it has {', '.join(known)}."
                    f"{nearest(name, known)}"
                )
        nodes = (
            replace(node, value=values[node.name])
            if i in self.inputs and node.name in values
            else node
            for i, node in enumerate(self.nodes)
        )
        return Circuit(self.title, tuple(nodes))


def circuit_from(text: str) -> Circuit:
    """Return the circuit of a TOML file or of an expression; `InputError` where it is neither."""
    path = Path(text)
    if text.endswith(".toml") or _is_file(path):
        return load_circuit(path)
    try:
        return circuit_from_expression(text)
    except ExpressionError as error:
        shown = text if len(text) <= 60 else f"{text[:60]}..."
        raise InputError(f'"{shown}" is neither a file nor a formula: {error}') from error


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a formula longer than any name of a file
        return False


def load_circuit(path: Path) -> Circuit:
    """Read a circuit from a TOML file; `InputError` says what is wrong and where."""
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise InputError(f"{path}: there is no such file") from error
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: can't be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise InputError(f"{path}: not TOML: {error}") from error
    try:
        return circuit_from_table(data)
    except InputError as error:
        raise InputError(f"{path}: {error}") from error


def circuit_from_table(data: Mapping[str, object]) -> Circuit:
    """Build a circuit from the tables `[inputs]` and `[boxes]` (see the module's docstring)."""
    inputs, boxes = data.get("inputs"), data.get("boxes")
    if not isinstance(inputs, dict) or not inputs or not isinstance(boxes, dict) or not boxes:
        found = ", ".join(data) or "nothing"
        raise InputError(f"a circuit needs the tables [inputs] and [boxes]; found {found}")
    for key in data:
        if key not in ("title", "inputs", "boxes"):
            raise InputError(f"unknown key {key}.{nearest(key, ('title', 'inputs', 'boxes'))}")
    builder = _Builder()
    for name, entry in inputs.items():
        builder.add_input(name, entry)
    for name, formula in boxes.items():
        builder.add_box(name, formula)
    return builder.finish(str(data.get("title", "")))


def circuit_from_expression(text: str) -> Circuit:
    """Draw an expression: one box per operation, in columns by depth; inputs have no values yet."""
    tree = parse(text)
    builder = _Builder()
    if not isinstance(tree, Apply):
        raise ExpressionError(f'"{text}" has no operation to draw')
    for name in names_in(tree):
        builder.add_input(name, None)
    builder.add_expression(tree)
    return builder.finish(f"f = {text}")


class _Builder:
    """Collects nodes, checks each, and gives names and positions where none are asked for."""

    def __init__(self) -> None:
        self.inputs: dict[str, Node] = {}
        self.others: list[Node] = []
        self.rows: dict[int, int] = {}

    @property
    def nodes(self) -> list[Node]:
        return [*self.inputs.values(), *self.others]

    def next_position(self, column: int) -> str:
        """Return the first free row of the column."""
        taken = {node.position for node in self.nodes}
        while True:
            self.rows[column] = row = self.rows.get(column, 0) + 1
            position = f"{column}{row}" if column < 10 and row < 10 else f"{column}_{row}"
            if position not in taken:
                return position

    def claim(self, position: str, what: str) -> str:
        if not _POSITION.fullmatch(position):
            raise InputError(
                f'{what}: the position "{position}" should be column and row, like "21" or "10_1"'
            )
        if any(node.position == position for node in self.nodes):
            raise InputError(f"{what}: the position {position} is taken twice")
        return position

    def add_input(self, name: str, entry: object) -> None:
        if isinstance(entry, dict):
            unknown = set(entry) - {"at", "value"}
            if unknown:
                raise InputError(
                    f"inputs.{name}: unknown key {sorted(unknown)[0]}; known: at, value"
                )
            value, at = entry.get("value"), entry.get("at")
        else:
            value, at = entry, None
        word = r"[^\W\d_]+(_[^\W\d_]+)*\d*"
        clash = re.fullmatch(r"[ad]\d+(_\d+)?", name)
        if clash or not re.fullmatch(word, name) or parse(name) != Name(name):
            raise InputError(f"inputs.{name}: not a usable name for an input, like w1 or x")
        position = self.next_position(1) if at is None else self.claim(str(at), f"inputs.{name}")
        self.inputs[name] = Node(name, position, value=read_value(value, f"inputs.{name}.value"))

    def add_box(self, name: str, formula: object) -> None:
        what = f"boxes.{name}"
        if not name.startswith("a"):
            raise InputError(f"{what}: a box is called a and its position, like a21")
        position = self.claim(name[1:], what)
        tree = parse(formula) if isinstance(formula, str) else None
        if not isinstance(tree, Apply):
            raise InputError(f'{what}: expected one operation in quotes, like "w1 * x1"')
        operands = tuple(self.operand(part, what) for part in tree.operands)
        node = Node(name, position, OPERATIONS[tree.operation], operands)
        for operand in (self.nodes[i] for i in operands if self.nodes[i].position):
            if operand.column_and_row[0] >= node.column_and_row[0]:
                raise InputError(f"{what}: must stand in a column to the right of {operand.name}")
        self.append(node)

    def operand(self, part: Expression, what: str) -> int:
        if isinstance(part, Literal):
            return self.append(Node(str(part.value), "", value=part.value))
        if isinstance(part, Apply):
            raise InputError(f"{what}: one operation in a box; give each its own")
        names = [node.name for node in self.nodes]
        if part.name not in names:
            raise InputError(
                f"{what}: {part.name} is neither an input nor an earlier box."
                f"{nearest(part.name, names)}"
            )
        return names.index(part.name)

    def append(self, node: Node) -> int:
        if len(self.others) >= MAX_BOXES:
            raise InputError(f"a circuit of more than {MAX_BOXES} boxes is not drawn")
        self.others.append(node)
        return len(self.inputs) + len(self.others) - 1

    def add_expression(self, tree: Expression) -> tuple[int, int]:
        """Add the boxes of `tree`, operands first; return its node and column."""
        if isinstance(tree, Name):
            return list(self.inputs).index(tree.name), 1
        if isinstance(tree, Literal):
            return self.append(Node(str(tree.value), "", value=tree.value)), 1
        places = [self.add_expression(part) for part in tree.operands]
        column = 1 + max(column for _, column in places)
        position = self.next_position(column)
        operands = tuple(index for index, _ in places)
        node = Node(f"a{position}", position, OPERATIONS[tree.operation], operands)
        return self.append(node), column

    def finish(self, title: str) -> Circuit:
        circuit = Circuit(title, tuple(self.nodes))
        for index in (*circuit.inputs, *circuit.boxes):
            if not circuit.consumers[index] and index != circuit.output:
                raise InputError(
                    f"{circuit.nodes[index].name} is used by no box; only the last box, "
                    f"{circuit.nodes[-1].name}, may be"
                )
        return circuit


def read_value(value: object, what: str) -> Value | None:
    """Return the exact value of an input: a number, or a quoted one like "1/3"."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise InputError(f'{what}: expected a number, like -2, 0.5 or "1/3"')
    try:
        return evaluate(parse(str(value), names=()), {})
    except (ExpressionError, UndefinedError) as error:
        raise InputError(f'{what}: "{str(value)[:40]}" is not a number: {error}') from error
