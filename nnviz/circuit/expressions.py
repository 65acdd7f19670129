r"""Formulas typed by people are read by this small grammar, so that nothing is ever `eval`ed.

One grammar serves circuits (`(w0 + w1*x1)**2`), numbers typed into a table (`2*(-5)`) and
symbolic answers (`\ln(a) a^x`): `notation.plain` first turns LaTeX and Unicode into plain
signs, then a recursive-descent parser builds a tree.

    sum     = product (("+" | "-") product)*
    product = factor (("*" | "/" | nothing) factor)*
    factor  = ("-" | "+") factor | power
    power   = atom ("^" factor)?
    atom    = number | name | function argument | "(" sum ")" | "|" sum "|"

`a/bc` and `ln 2x` are read in two ways by people. `parse(..., tight=False)` reads them as
`(a/b) c` and `(ln 2) x`; `tight=True` lets what stands side by side bind first: `a/(bc)`,
`ln(2x)`. Length and depth are bounded, so a hostile formula costs milliseconds.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction

from nnviz.circuit.notation import plain
from nnviz.circuit.operations import OPERATIONS, Value, tidy
from nnviz.errors import InputError

MAX_LENGTH = 400
MAX_DEPTH = 60


class ExpressionError(InputError):
    """The text is not a formula of the grammar; the message says where reading stopped."""


@dataclass(frozen=True, slots=True)
class Literal:
    """A number as it was typed, exact."""

    value: Value


@dataclass(frozen=True, slots=True)
class Name:
    """A variable."""

    name: str


@dataclass(frozen=True, slots=True)
class Apply:
    """An operation of `operations.OPERATIONS` on its operands."""

    operation: str
    operands: tuple[Expression, ...]


Expression = Literal | Name | Apply

_FUNCTIONS = {
    **{name: name for name in ("exp", "ln", "sqrt", "sigmoid", "tanh", "relu", "max", "pow")},
    "log": "ln",
    "sigma": "sigmoid",
    "σ": "sigmoid",
    "logistic": "sigmoid",
    "log10": "log10",
    "log2": "log2",
    "frac": "frac",
}
_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[^\W\d_]+(?:_[^\W\d_]+)*(?:_?\d+(?:_\d+)?)?)"
    r"|(?P<sign>[-+*/^(),|]))",
)


def parse(text: str, names: Collection[str] | None = None, *, tight: bool = False) -> Expression:
    """Return the tree of `text`; with `names`, only those variables exist and `ax` is a times x.

    Raises `ExpressionError` where the text is too long, too deep or not of the grammar.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError(f"{len(text):,} characters; at most {MAX_LENGTH} are read")
    tokens = list(_tokens(plain(text), names))
    if not tokens:
        raise ExpressionError("nothing is written")
    return _Parser(tokens, names, tight).whole()


def names_in(expression: Expression) -> list[str]:
    """Return the variables in the order in which they first appear."""
    if isinstance(expression, Name):
        return [expression.name]
    if isinstance(expression, Apply):
        return list(dict.fromkeys(n for o in expression.operands for n in names_in(o)))
    return []


def evaluate(expression: Expression, values: dict[str, Value]) -> Value:
    """Return the value of the tree with the variables set; `UndefinedError` where it has none."""
    if isinstance(expression, Literal):
        return expression.value
    if isinstance(expression, Name):
        return values[expression.name]
    operands = tuple(evaluate(operand, values) for operand in expression.operands)
    return tidy(OPERATIONS[expression.operation].forward(operands))


def nearest(word: str, known: Iterable[str]) -> str:
    """Return ` Did you mean X?` where a known word is near, else nothing."""
    close = difflib.get_close_matches(word, list(known), n=1, cutoff=0.5)
    return f" Did you mean {close[0]}?" if close else ""


Token = tuple[str, str]


def _tokens(text: str, names: Collection[str] | None) -> Iterable[Token]:
    position = 0
    text = text.rstrip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            rest = text[position:].strip()[:12]
            raise ExpressionError(f'"{rest}" can\'t be read here')
        position = match.end()
        kind = match.lastgroup or ""
        word = match.group(kind)
        if kind == "name":
            yield from (("name", part) for part in _split(word, names))
        else:
            yield kind, word


def _split(word: str, names: Collection[str] | None) -> list[str]:
    """Return the names that a run of letters stands for: `xlna` is x, ln, a."""
    simple = re.sub(r"(?<=[^\W\d_])_(?=\d+$)", "", word)
    if simple.lower() in _FUNCTIONS or simple == "e" or names is None or simple in names:
        return [simple]
    found = _cover(simple, [*names, *_FUNCTIONS, "e"])
    if found is None:
        raise ExpressionError(
            f'"{word[:40]}" is not known here; known are {", ".join(sorted(names))} and the '
            f"functions ln, log10, exp, sqrt.{nearest(word, names)}"
            if names
            else f'"{word[:40]}" is not a number'
        )
    return found


def _cover(word: str, known: list[str]) -> list[str] | None:
    """Return `word` cut into known words, the longest first, or None."""
    cuts: dict[int, list[str] | None] = {len(word): []}
    for start in range(len(word) - 1, -1, -1):
        cuts[start] = None
        for name in sorted(known, key=len, reverse=True):
            rest = cuts.get(start + len(name))
            same = word[start : start + len(name)].lower() == name.lower()
            if same and rest is not None:
                cuts[start] = [name, *rest]
                break
    return cuts[0]


class _Parser:
    """Recursive descent over a list of tokens; one instance reads one formula."""

    def __init__(self, tokens: list[Token], names: Collection[str] | None, tight: bool) -> None:
        self.tokens = [*tokens, ("end", "the end")]
        self.names = names
        self.tight = tight
        self.at = 0
        self.depth = 0

    def whole(self) -> Expression:
        expression = self.sum()
        if self.next_kind != "end":
            raise ExpressionError(f'"{self.next_word}" is not expected here')
        return expression

    @property
    def next_kind(self) -> str:
        return self.tokens[self.at][0]

    @property
    def next_word(self) -> str:
        return self.tokens[self.at][1]

    def take(self, *words: str) -> str | None:
        """Step over the next token and return it, if it is one of these signs."""
        kind, word = self.tokens[self.at]
        if kind != "sign" or word not in words:
            return None
        self.at += 1
        return word

    def expect(self, word: str) -> None:
        if not self.take(word):
            raise ExpressionError(f'"{word}" is missing before {self.next_word}')

    def sum(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH} levels")
        left = self.product()
        while sign := self.take("+", "-"):
            left = Apply("add" if sign == "+" else "subtract", (left, self.product()))
        self.depth -= 1
        return left

    def product(self) -> Expression:
        left = self.run()
        while True:
            if sign := self.take("*", "/"):
                left = Apply("multiply" if sign == "*" else "divide", (left, self.run()))
            elif self.side_by_side():
                left = Apply("multiply", (left, self.factor()))
            else:
                return left

    def run(self) -> Expression:
        """Read one factor, or in the tight reading all that stand side by side."""
        left = self.factor()
        while self.tight and self.side_by_side():
            left = Apply("multiply", (left, self.factor()))
        return left

    def side_by_side(self) -> bool:
        if self.next_kind == "number":
            raise ExpressionError(f'a sign is missing before "{self.next_word}"')
        return self.next_kind == "name" or self.next_word == "("

    def factor(self) -> Expression:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise ExpressionError(f"nested deeper than {MAX_DEPTH} levels")
        if sign := self.take("-", "+"):
            inner = self.factor()
            result = inner if sign == "+" else _negative(inner)
        else:
            result = self.power()
        self.depth -= 1
        return result

    def power(self) -> Expression:
        base = self.atom()
        if self.take("^"):
            exponent = self.factor()
            if base == _EULER:
                return Apply("exp", (exponent,))
            return Apply("power", (base, exponent))
        return base

    def atom(self) -> Expression:
        kind, word = self.tokens[self.at]
        if kind == "end":
            raise ExpressionError("the formula stops too early")
        self.at += 1
        if kind == "number":
            return Literal(_number(word))
        if kind == "name":
            if word.lower() in _FUNCTIONS:
                return self.function(_FUNCTIONS[word.lower()])
            if word == "e" and (self.names is None or "e" not in self.names):
                return _EULER
            if self.names is None and len(word) > 1 and word.isalpha() and self.next_word == "(":
                known = ", ".join(sorted(set(_FUNCTIONS.values())))
                raise ExpressionError(f'"{word[:40]}" is not a function here; known are {known}')
            return Name(word)
        if word in "(|":
            inner = self.sum()
            self.expect(")" if word == "(" else "|")
            if word == "|":
                return Apply("power", (Apply("power", (inner, Literal(2))), Literal(_HALF)))
            return inner
        raise ExpressionError(f'"{word}" is not expected here')

    def function(self, name: str) -> Expression:
        if name == "frac":
            return Apply("divide", (self.atom(), self.atom()))
        if self.take("("):
            operands = [self.sum()]
            while self.take(","):
                operands.append(self.sum())
            self.expect(")")
        else:
            operands = [self.argument()]
        return _call(name, operands)

    def argument(self) -> Expression:
        """Read what follows a function without parentheses: `ln a`, tight also `ln 2x`."""
        left = self.power()
        while self.tight and self.next_kind == "name" and self.next_word not in _FUNCTIONS:
            left = Apply("multiply", (left, self.power()))
        return left


_HALF = Fraction(1, 2)
_EULER = Apply("exp", (Literal(1),))


def _negative(inner: Expression) -> Expression:
    return Literal(-inner.value) if isinstance(inner, Literal) else Apply("negate", (inner,))


def _number(word: str) -> Value:
    mantissa, _, exponent = word.lower().partition("e")
    if len(mantissa) > 60 or abs(int(exponent or 0)) > 300:
        raise ExpressionError("a number of more than 60 digits, or beyond 1e300, is not read")
    return tidy(Fraction(word))


def _call(name: str, operands: list[Expression]) -> Expression:
    if name == "ln" and len(operands) == 2:
        return Apply("divide", (Apply("ln", (operands[0],)), Apply("ln", (operands[1],))))
    wanted = 2 if name in ("max", "pow") else 1
    if len(operands) != wanted:
        raise ExpressionError(f"{name} takes {wanted} operand(s), not {len(operands)}")
    if name in ("log10", "log2"):
        base = Literal(int(name[3:]))
        return Apply("divide", (Apply("ln", (operands[0],)), Apply("ln", (base,))))
    if name == "sqrt":
        return Apply("power", (operands[0], Literal(_HALF)))
    if name == "max" and Literal(0) in operands:
        other = operands[1] if operands[0] == Literal(0) else operands[0]
        return Apply("relu", (other,))
    return Apply("power" if name == "pow" else name, tuple(operands))
