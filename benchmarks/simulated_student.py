"""Fills backprop tables as students do, slips included, to measure the marker against.

Written apart from the marker: every operation and every slip is a formula in text, the way a
student would write it on the margin; right derivatives are taken from it by sympy, not from the
marker's table of operations; and a table is filled by walking the drawing once, from the left and
back from the right, carrying on whatever was written. Nothing here reads the marker's registry of
misconceptions, its idea of a break or its guard. The word beside a slip is only used to look
whether the marker's report names it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache

import sympy

from nnviz.circuit import Circuit, circuit_from_table, solve
from nnviz.errors import InputError

Number = Fraction | float

VALUES = {
    "add": "x + y",
    "subtract": "x - y",
    "multiply": "x * y",
    "divide": "x / y",
    "power": "x ** y",
    "negate": "-x",
    "exp": "exp(x)",
    "ln": "log(x)",
    "sigmoid": "1 / (1 + exp(-x))",
    "tanh": "tanh(x)",
    "relu": "Max(x, 0)",
    "max": "Max(x, y)",
}

# What a student writes instead: x and y are the operands, `right` what should stand there.
VALUE_SLIPS = (
    ("*", "-right", "sign"),
    ("multiply", "x + y", "product-as-sum"),
    ("add", "x * y", "sum-as-product"),
    ("subtract", "x * y", "sum-as-product"),
    ("add", "x - y", "operand-sign"),
    ("subtract", "x + y", "operand-sign"),
    ("divide", "y / x", "quotient-reversed"),
    ("power", "x * y", "power-as-multiple"),
    ("exp", "exp(-x)", "exponent-sign"),
    ("sigmoid", "1 / (1 + exp(x))", "exponent-sign"),
    ("ln", "log(x) / log(10)", "common-logarithm"),
    ("tanh", "x", "not-applied"),
    ("relu", "x", "not-applied"),
    ("relu", "Abs(x)", "absolute-value"),
    ("max", "Min(x, y)", "other-operand"),
)

# One path of a gradient: g arrives from the right, D is the right derivative, `mine` the operand
# itself, `other` its partner, `out` the value of the box that the path comes back through.
PATH_SLIPS = (
    ("*", "D", "upstream-forgotten"),
    ("*", "g + D", "chain-added"),
    ("multiply divide power exp ln sigmoid tanh", "g", "local-forgotten"),
    ("multiply", "g * mine", "own-operand"),
    ("add subtract", "g * D / 2", "halved"),
    ("add", "g * other", "sum-as-product"),
    ("power", "g * mine ** (other - 1)", "exponent-forgotten"),
    ("power", "g * other", "base-forgotten"),
    ("power", "g * other * mine ** other", "exponent-kept"),
    ("exp", "g * mine * exp(mine - 1)", "exponential-as-power"),
    ("exp ln", "g * mine", "operand-as-derivative"),
    ("sigmoid tanh ln", "g * out", "function-as-derivative"),
    ("sigmoid", "g * mine * (1 - mine)", "operand-for-output"),
    ("tanh", "g * (1 - mine ** 2)", "operand-for-output"),
    ("divide", "g * other", "quotient-as-product"),
    ("relu max", "g * (1 - D)", "gate"),
)

# A gradient box as a whole: `right` should stand there, `value` is the node's own value.
GRADIENT_SLIPS = (
    ("-right", "sign"),
    ("value", "value-copied"),
)

ANOTHER_NUMBER = "another number"
MISWRITTEN = "miswritten"
SWAPPED = "swapped"
PATH_FORGOTTEN = "path-forgotten"


@dataclass(frozen=True)
class Plan:
    """One slip: in which box, which formula instead (on which path), the marker's word for it."""

    cell: str
    formula: str
    word: str
    path: int = -1


@dataclass(frozen=True)
class Table:
    """What a student handed in: the numbers as written, and the boxes each slip shows in."""

    written: dict[str, str]
    shows_in: tuple[frozenset[str], ...]


class CantGoOnError(Exception):
    """The slip leads to a number that can't be carried on: a division by zero, an overflow."""


def fill(circuit: Circuit, plans: tuple[Plan, ...], chance: random.Random) -> Table:
    """Fill the table with these slips; raises `CantGoOnError`."""
    by_cell = {plan.cell: plan for plan in plans}
    written: dict[str, str] = {}
    carried: dict[tuple[int, bool], Number] = {
        (i, False): Fraction(node.value)
        for i, node in enumerate(circuit.nodes)
        if node.value is not None
    }
    for cell, place in circuit.cells.items():
        plan = by_cell.get(cell)
        try:
            number = _compute(circuit, place, carried, plan)
            text = write(number)
            if plan and plan.word in (ANOTHER_NUMBER, MISWRITTEN):
                written[cell] = write(_another(number, chance))
                text = written[cell] if plan.word == ANOTHER_NUMBER else text
        except (ArithmeticError, ValueError, TypeError) as error:
            raise CantGoOnError from error
        if not (number == 0 or 1e-9 < abs(number) < 1e9):
            raise CantGoOnError
        written.setdefault(cell, text)
        carried[place] = Fraction(text)
    shows_in = []
    for plan in plans:
        cells = {plan.cell}
        if plan.word == SWAPPED:
            other = "d" + plan.cell[1:]
            written[plan.cell], written[other] = written[other], written[plan.cell]
            cells.add(other)
        shows_in.append(frozenset(cells))
    return Table(written, tuple(shows_in))


def write(number: Number) -> str:
    """Write a number as on paper: a short decimal or fraction as it is, else six digits."""
    if isinstance(number, Fraction):
        if number.denominator == 1:
            return str(number)
        if (number * 10**4).denominator == 1:
            return repr(float(number))
        if number.denominator < 100:
            return str(number)
    return f"{float(number):.6g}"


def possible_slips(circuit: Circuit) -> Iterator[Plan]:
    """Yield every slip that has a place in the circuit."""
    for cell, (index, is_gradient) in circuit.cells.items():
        node = circuit.nodes[index]
        yield Plan(cell, "", ANOTHER_NUMBER)
        yield Plan(cell, "", MISWRITTEN)
        if not is_gradient:
            for operation, formula, word in VALUE_SLIPS:
                if operation in ("*", node.operation.name):
                    yield Plan(cell, formula, word)
            yield Plan(cell, "", SWAPPED)
            continue
        for formula, word in GRADIENT_SLIPS:
            yield Plan(cell, formula, word)
        paths = circuit.consumers[index]
        for path, (consumer, slot) in enumerate(paths):
            operation = circuit.nodes[consumer].operation.name
            for operations, formula, word in PATH_SLIPS:
                if operations != "*" and operation not in operations.split():
                    continue
                if operation == "power" and slot == 1 and word.startswith(("exponent", "base")):
                    continue
                yield Plan(cell, formula, word, path)
            if len(paths) > 1:
                yield Plan(cell, "0", PATH_FORGOTTEN, path)


def _compute(
    circuit: Circuit,
    place: tuple[int, bool],
    carried: dict[tuple[int, bool], Number],
    plan: Plan | None,
) -> Number:
    index, is_gradient = place
    node = circuit.nodes[index]
    if not is_gradient:
        operands = [carried[i, False] for i in node.operands]
        x, y = operands[0], operands[-1]
        right = _formula(VALUES[node.operation.name])(x=x, y=y)
        if plan and plan.formula:
            return _formula(plan.formula)(x=x, y=y, right=right)
        return right
    total: Number = Fraction(0)
    for path, (consumer, slot) in enumerate(circuit.consumers[index]):
        box = circuit.nodes[consumer]
        operands = [carried[i, False] for i in box.operands]
        x, y = operands[0], operands[-1]
        local = _derivative(box.operation.name, "xy"[slot])(x=x, y=y)
        arrives = carried[consumer, True]
        if plan and plan.path == path:
            total += _formula(plan.formula)(
                g=arrives,
                D=local,
                mine=operands[slot],
                other=operands[-1 - slot],
                out=carried[consumer, False],
            )
        else:
            total += arrives * local
    right = Fraction(1) if index == circuit.output else total
    if plan and plan.formula and plan.path < 0:
        return _formula(plan.formula)(right=right, value=carried[index, False])
    return right


def _another(number: Number, chance: random.Random) -> Number:
    """Return a number a student may write by accident: off by one or two, a digit changed, 10x."""
    whole = Fraction(write(number))
    choices = (
        whole + chance.choice((1, 2, 3, -1, -2, -3)),
        whole * 10,
        whole + chance.choice((10, 20, -10, -20, 100)),
        Fraction(chance.randint(1, 99)),
    )
    return chance.choice([choice for choice in choices if choice != whole])


@cache
def _formula(text: str) -> Callable[..., Number]:
    """Return a formula as a function of its letters by name; exact on fractions where possible."""
    return _function(sympy.sympify(text, {"D": sympy.Symbol("D"), "other": sympy.Symbol("other")}))


@cache
def _derivative(operation: str, letter: str) -> Callable[..., Number]:
    """Return the derivative of an operation by sympy; at a kink the choice that papers make."""
    if operation == "relu":
        return lambda x, y: Fraction(int(x > 0))
    if operation == "max":
        return lambda x, y: Fraction(int(x >= y if letter == "x" else y > x))
    derivative = sympy.diff(sympy.sympify(VALUES[operation]), sympy.Symbol(letter))
    return _function(sympy.powsimp(derivative))


def _function(formula: sympy.Expr) -> Callable[..., Number]:
    letters = sorted(str(symbol) for symbol in formula.free_symbols)
    compiled = sympy.lambdify(letters, formula, modules=[{"Max": max, "Min": min}, "math"])

    def evaluate(**values: Number) -> Number:
        result = compiled(**{letter: values[letter] for letter in letters})
        return Fraction(result) if isinstance(result, int) else result

    return evaluate


def random_circuit(chance: random.Random, most_operations: int = 12) -> dict[str, object]:
    """Return the tables of a random circuit of up to that many operations, inputs set."""
    names = [f"x{i + 1}" for i in range(chance.randint(2, 5))]
    inputs = {name: {"value": chance.choice([n for n in range(-9, 10) if n])} for name in names}
    column = dict.fromkeys(names, 1)
    unused = list(names)
    boxes: dict[str, str] = {}
    rows: dict[int, int] = {}

    def add(formula: str, operands: list[str]) -> None:
        depth = 1 + max(column[name] for name in operands)
        rows[depth] = rows.get(depth, 0) + 1
        small = depth < 10 and rows[depth] < 10
        name = f"a{depth}{rows[depth]}" if small else f"a{depth}_{rows[depth]}"
        boxes[name] = formula
        column[name] = depth
        for operand in operands:
            if operand in unused:
                unused.remove(operand)
        unused.append(name)

    def pick() -> str:
        return chance.choice(unused if chance.random() < 0.8 else list(column))

    wanted = chance.randint(3, most_operations)
    while len(boxes) < wanted - len(unused) + 1:
        x, y = pick(), pick()
        if x == y:
            continue
        if chance.random() < 0.65:
            add(f"{x} {chance.choice('++**-/')} {y}", [x, y])
        else:
            shapes = ("{}^2", "{}^3", "exp({})", "ln({})", "sigmoid({})", "tanh({})", "relu({})")
            both = ("max({}, {})",)
            shape = chance.choice(shapes + both)
            add(shape.format(x, y), [x, y] if shape in both else [x])
    while len(unused) > 1:
        x, y = unused[0], unused[1]
        add(f"{x} {chance.choice('+*')} {y}", [x, y])
    return {"title": "random", "inputs": inputs, "boxes": boxes}


def is_fair(circuit: Circuit) -> bool:
    """Say whether the numbers can show work: none huge, tiny or saturated, few zeros or twins.

    Where every right number is the same, a slip can't be told from a guess by anybody.
    """
    try:
        table = fill(circuit, (), random.Random(0))
    except CantGoOnError:
        return False
    numbers = {cell: abs(float(Fraction(text))) for cell, text in table.written.items()}
    saturated = any(
        circuit.nodes[index].operation.name in ("sigmoid", "tanh")
        and not 0.01 < numbers[cell] < 0.99
        for cell, (index, is_gradient) in circuit.cells.items()
        if not is_gradient
    )
    zeros = sum(number == 0 for number in numbers.values())
    if saturated or 3 * zeros > len(numbers) or len(set(numbers.values())) < 4:
        return False
    return all(n == 0 or 1e-3 < n < 1e5 for n in numbers.values())


def random_circuits(chance: random.Random, count: int) -> list[Circuit]:
    """Return random circuits that a student could be asked to fill."""
    found: list[Circuit] = []
    while len(found) < count:
        try:
            circuit = circuit_from_table(random_circuit(chance))
            solve(circuit)
        except InputError:
            continue
        if is_fair(circuit):
            found.append(circuit)
    return found
