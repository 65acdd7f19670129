"""The known ways to go wrong at one box: rules on operations, so that any circuit has them.

One table. A misconception says what a student who holds it would write, given the numbers that
stand in the student's own boxes; what was misunderstood; and the principle that answers it. It
never contains a number of a solution. There are three kinds:

- `VALUE`: a wrong value of a box, from its operands;
- `PATH`: a wrong contribution of one path to a gradient, from the box the path comes back from;
- `GRADIENT`: a wrong gradient box as a whole.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

from nnviz.circuit.graph import Circuit
from nnviz.circuit.operations import (
    OPERATIONS,
    Operands,
    UndefinedError,
    Value,
    divide,
    exponential,
    power,
    tidy,
)


class Kind(Enum):
    """What a misconception replaces."""

    VALUE = "value"
    PATH = "path"
    GRADIENT = "gradient"


class ValueSite(NamedTuple):
    """A box to compute: its operands `x` and its right value `out`."""

    x: Operands
    out: Value


class PathSite(NamedTuple):
    """One path of a gradient: back through a box with operands `x` and value `out` to operand `k`.

    `up` is the gradient of that box, `local` the right local derivative.
    """

    x: Operands
    k: int
    out: Value
    up: Value
    local: Value


class GradientSite(NamedTuple):
    """A gradient box: the node's `value`, the right contribution of each path, and their sum."""

    value: Value
    paths: tuple[Value, ...]
    right: Value


@dataclass(frozen=True, eq=False)
class Misconception:
    """`wrong(site)` returns what one who holds it may write; `operations` () means any.

    `said` completes "In d11 you ..."; `principle` is the sentence that answers it.
    """

    name: str
    kind: Kind
    operations: tuple[str, ...]
    wrong: Callable[..., tuple[Value, ...]]
    said: str
    principle: str


@dataclass(frozen=True)
class Label:
    """A misconception at a place: the node whose box is meant, or that the path comes back from."""

    misconception: Misconception
    node: int


def _power_paths(site: PathSite, *factors: Callable[[Value, Value], Value]) -> tuple[Value, ...]:
    """Return the wrong paths into the base of x^n, one for each wrong derivative (x, n)."""
    return tuple(site.up * f(*site.x) for f in factors) if site.k == 0 else ()


_SUMS = ("add", "subtract")
_CURVED = ("exp", "ln", "sigmoid", "tanh")
_NOT_SUMS = ("multiply", "divide", "power", "exp", "ln", "sigmoid", "tanh")

# fmt: off
MISCONCEPTIONS: tuple[Misconception, ...] = (
    Misconception("sign", Kind.VALUE, (), lambda s: (-s.out,),
        "lost or added a minus sign",
        "minus times minus is plus, minus times plus is minus, and a square is never negative"),
    Misconception("product-as-sum", Kind.VALUE, ("multiply",), lambda s: (s.x[0] + s.x[1],),
        "added where the box multiplies",
        "a box marked * multiplies its operands"),
    Misconception("sum-as-product", Kind.VALUE, _SUMS, lambda s: (s.x[0] * s.x[1],),
        "multiplied where the box adds or subtracts",
        "a box marked + or - adds or subtracts its operands"),
    Misconception("operand-sign", Kind.VALUE, _SUMS,
        lambda s: (s.out - 2 * s.x[0], 2 * s.x[0] - s.out),
        "turned the sign of one operand around",
        "adding a negative number makes a sum smaller, taking one away makes it larger"),
    Misconception("quotient-reversed", Kind.VALUE, ("divide",), lambda s: (divide(s.x[1], s.x[0]),),
        "divided the other way round",
        "the first operand is divided by the second"),
    Misconception("quotient-as-product", Kind.VALUE, ("divide",), lambda s: (s.x[0] * s.x[1],),
        "multiplied where the box divides",
        "the first operand is divided by the second"),
    Misconception("power-as-multiple", Kind.VALUE, ("power",), lambda s: (s.x[0] * s.x[1],),
        "multiplied by the exponent",
        "x^n is the product of n factors x, not n times x"),
    Misconception("power-reversed", Kind.VALUE, ("power",), lambda s: (power(s.x[1], s.x[0]),),
        "exchanged base and exponent",
        "in x^n the base x is multiplied by itself, and n counts how often"),
    Misconception("not-applied", Kind.VALUE, (*_CURVED, "relu"), lambda s: (s.x[0],),
        "passed the operand on unchanged",
        "the box applies its function to what comes in; only the result goes on"),
    Misconception("exponent-sign", Kind.VALUE, ("exp",), lambda s: (exponential(-s.x[0]),),
        "lost or added a minus sign in the exponent",
        "e^-x is 1/e^x, not e^x"),
    Misconception("exponent-sign", Kind.VALUE, ("sigmoid",), lambda s: (1 - s.out,),
        "lost or added a minus sign in the exponent",
        "sigmoid(x) = 1 / (1 + e^-x): it is above 1/2 where x is positive"),
    Misconception("common-logarithm", Kind.VALUE, ("ln",), lambda s: (s.out / math.log(10),),
        "took the logarithm to base 10",
        "ln is the logarithm to base e"),
    Misconception("absolute-value", Kind.VALUE, ("relu",), lambda s: (abs(s.x[0]),),
        "dropped the minus sign of the operand",
        "ReLU turns every negative number into 0"),
    Misconception("other-operand", Kind.VALUE, ("max",), lambda s: (min(s.x),),
        "took the smaller operand",
        "max keeps the larger operand"),

    Misconception("own-operand", Kind.PATH, ("multiply",), lambda s: (s.up * s.x[s.k],),
        "multiplied by the factor itself instead of by its partner",
        "the derivative of a product with respect to one factor is the other factor"),
    Misconception("local-forgotten", Kind.PATH, _NOT_SUMS, lambda s: (s.up,),
        "passed the gradient on unchanged, as a sum would",
        "going back through a box, a gradient is multiplied by the box's local derivative"),
    Misconception("upstream-forgotten", Kind.PATH, (), lambda s: (s.local,),
        "wrote the local derivative alone",
        "by the chain rule, the local derivative is multiplied by the gradient that arrives "
        "from the box on the right"),
    Misconception("chain-added", Kind.PATH, (), lambda s: (s.up + s.local,),
        "added where the chain rule multiplies",
        "along one path gradients multiply; only the contributions of separate paths add"),
    Misconception("halved", Kind.PATH, _SUMS, lambda s: (divide(s.up * s.local, 2),),
        "shared the gradient out between the operands of a sum",
        "a sum hands the whole gradient to each of its operands; nothing is shared out"),
    Misconception("sum-as-product", Kind.PATH, _SUMS, lambda s: (s.up * s.x[1 - s.k],),
        "went back through a sum as through a product",
        "the derivative of a sum with respect to one operand is 1, whatever the other one is"),
    Misconception("exponent-forgotten", Kind.PATH, ("power",),
        lambda s: _power_paths(s, lambda x, n: power(x, n - 1)),
        "forgot the factor that the exponent brings",
        "the derivative of x^n is n x^(n-1): the exponent comes down as a factor"),
    Misconception("base-forgotten", Kind.PATH, ("power",),
        lambda s: _power_paths(s, lambda x, n: n),
        "kept the exponent and dropped the base",
        "the derivative of x^n is n x^(n-1): the base stays, its exponent one lower"),
    Misconception("exponent-kept", Kind.PATH, ("power",),
        lambda s: _power_paths(s, lambda x, n: n * power(x, n)),
        "did not lower the exponent",
        "the derivative of x^n is n x^(n-1): the exponent comes down, and gets one smaller"),
    Misconception("logarithm-forgotten", Kind.PATH, ("power",),
        lambda s: (s.up * s.out,) if s.k == 1 else (),
        "differentiated a^x as if it were e^x",
        "only e^x is its own derivative; that of a^x has the factor ln a"),
    Misconception("exponential-as-power", Kind.PATH, ("power",),
        lambda s: (s.up * s.x[1] * power(s.x[0], s.x[1] - 1),) if s.k == 1 else (),
        "used the rule for x^n where the variable is the exponent",
        "the rule n x^(n-1) is for a variable base; the derivative of a^x is ln(a) a^x"),
    Misconception("exponential-as-power", Kind.PATH, ("exp",),
        lambda s: (s.up * s.x[0] * exponential(s.x[0] - 1),),
        "used the rule for x^n where the variable is the exponent",
        "e^x is its own derivative; the rule n x^(n-1) is for a variable base"),
    Misconception("operand-as-derivative", Kind.PATH, _CURVED, lambda s: (s.up * s.x[0],),
        "took the operand itself for the derivative",
        "ln x has the derivative 1/x, e^x has e^x, sigmoid s has s (1 - s), tanh t has 1 - t^2"),
    Misconception("function-as-derivative", Kind.PATH, ("ln", "sigmoid", "tanh"),
        lambda s: (s.up * s.out,),
        "took the function for its own derivative",
        "only e^x is its own derivative; sigmoid s has s (1 - s), tanh t has 1 - t^2, ln x 1/x"),
    Misconception("operand-for-output", Kind.PATH, ("sigmoid",),
        lambda s: (s.up * s.x[0] * (1 - s.x[0]),),
        "put the operand into s (1 - s)",
        "in s (1 - s) the s is what comes out of the sigmoid, not what goes in"),
    Misconception("operand-for-output", Kind.PATH, ("tanh",), lambda s: (s.up * (1 - s.x[0] ** 2),),
        "put the operand into 1 - t^2",
        "in 1 - t^2 the t is what comes out of the tanh, not what goes in"),
    Misconception("quotient-as-product", Kind.PATH, ("divide",), lambda s: (s.up * s.x[1 - s.k],),
        "went back through a quotient as through a product",
        "u/v has the derivative 1/v with respect to u, and -u/v^2 with respect to v"),
    Misconception("quotient-incomplete", Kind.PATH, ("divide",),
        lambda s: (divide(-s.up, s.x[1] ** 2), divide(-s.up * s.x[0], s.x[1])) if s.k else (),
        "left out a part of the quotient rule",
        "u/v has the derivative -u/v^2 with respect to v"),
    Misconception("gate", Kind.PATH, ("relu", "max"), lambda s: (s.up * (1 - s.local),),
        "opened or shut the gate the wrong way",
        "ReLU and max hand the gradient to the operand they let through, and 0 to the other"),

    Misconception("sign", Kind.GRADIENT, (), lambda s: (-s.right,),
        "lost or added a minus sign",
        "each factor keeps its sign, and a difference hands a minus to what is subtracted"),
    Misconception("value-copied", Kind.GRADIENT, (), lambda s: (s.value,),
        "copied the forward value into the gradient",
        "a gradient says how much the output changes when this number does; it is not the number"),
    Misconception("seed-zero", Kind.GRADIENT, (), lambda s: () if s.paths else (0,),
        "started the backward pass with 0",
        "the output changes exactly as fast as itself"),
    Misconception("path-forgotten", Kind.GRADIENT, (),
        lambda s: tuple(s.right - path for path in s.paths) if len(s.paths) > 1 else (),
        "followed one path only",
        "a number that goes into several boxes collects the gradients of all of them"),
    Misconception("paths-multiplied", Kind.GRADIENT, (),
        lambda s: (math.prod(s.paths),) if len(s.paths) > 1 else (),
        "multiplied the contributions of separate paths",
        "along one path gradients multiply; the contributions of separate paths add"),
)
# fmt: on
_ANY = tuple(OPERATIONS)
_RULES = {
    (kind, operation): tuple(
        entry
        for entry in MISCONCEPTIONS
        if entry.kind is kind and operation in (entry.operations or _ANY)
    )
    for kind in Kind
    for operation in _ANY
}
_GRADIENT_RULES = tuple(entry for entry in MISCONCEPTIONS if entry.kind is Kind.GRADIENT)


def wrong_values(
    circuit: Circuit, index: int, activations: Sequence[Value], outs: Sequence[Value]
) -> Iterator[tuple[Label, Value]]:
    """Yield what each misconception writes for the value of box `index`.

    `activations` are the numbers that stand in the boxes, `outs` the right values computed from
    them; both are indexed like `circuit.nodes`.
    """
    node = circuit.nodes[index]
    assert node.operation is not None
    site = ValueSite(tuple(activations[i] for i in node.operands), outs[index])
    for entry in _RULES[Kind.VALUE, node.operation.name]:
        for value in _values(entry, site):
            if value != site.out:
                yield Label(entry, index), value


def wrong_gradients(
    circuit: Circuit,
    index: int,
    activations: Sequence[Value],
    gradients: Sequence[Value],
    outs: Sequence[Value],
) -> Iterator[tuple[Label, Value]]:
    """Yield what each misconception writes for the gradient of node `index`.

    `outs` are the values of the boxes that the local derivatives of exp, sigmoid and tanh use:
    the numbers in the boxes, or those computed from the operands.
    """
    consumers = circuit.consumers[index]
    sites = [_path(circuit, c, k, activations, gradients, outs) for c, k in consumers]
    paths = tuple(site.up * site.local for site in sites)
    right = tidy(sum(paths)) if index != circuit.output else 1
    for (consumer, _), site, path in zip(consumers, sites, paths, strict=True):
        operation = circuit.nodes[consumer].operation
        assert operation is not None
        for entry in _RULES[Kind.PATH, operation.name]:
            for value in _values(entry, site):
                if value != path:
                    yield Label(entry, consumer), right - path + value
    place = consumers[0][0] if len(consumers) == 1 else index
    whole = GradientSite(activations[index], paths, right)
    for entry in _GRADIENT_RULES:
        for value in _values(entry, whole):
            if value != right:
                yield Label(entry, place), value


def _path(
    circuit: Circuit,
    consumer: int,
    slot: int,
    activations: Sequence[Value],
    gradients: Sequence[Value],
    outs: Sequence[Value],
) -> PathSite:
    node = circuit.nodes[consumer]
    assert node.operation is not None
    x = tuple(activations[i] for i in node.operands)
    out = outs[consumer]
    return PathSite(x, slot, out, gradients[consumer], node.operation.partials[slot](x, out))


def _values(entry: Misconception, site: NamedTuple) -> tuple[Value, ...]:
    """Return the values of a wrong rule, none where it has no finite value at these numbers."""
    try:
        return tuple(tidy(value) for value in entry.wrong(site))
    except (UndefinedError, OverflowError):
        return ()
