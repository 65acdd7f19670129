"""Reads a predicate: a grammar of our own, with errors that point at the character.

condition  = conjunction { "or" conjunction }
conjunction= negation { "and" negation }
negation   = "not" negation | quantified | test
quantified = ("any" | "every") "layer" test          with names like layer.dead in the test
test       = "finding" "(" id ")" | "(" condition ")"
           | sum ( comparison sum | ("rising" | "falling") "for" N | "is" "nan" )
sum        = product { ("+" | "-") product }
product    = factor { ("*" | "/") factor }
factor     = "-" factor | number ["%"] | name | function "(" sum { "," sum } ")" | "(" sum ")"
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np

from nnviz.debugger.history import LAYER_METRICS, metric_names
from nnviz.debugger.predicates import nodes
from nnviz.debugger.predicates.nodes import Condition, Number
from nnviz.engine.arrays import Array, Mask
from nnviz.errors import InputError, nearest

MAX_LENGTH = 500
MAX_NESTING = 30

COMPARISONS: dict[str, Callable[..., Mask]] = {
    "<=": np.less_equal,
    ">=": np.greater_equal,
    "==": np.equal,
    "!=": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "=": np.equal,
}
FUNCTIONS: dict[str, tuple[Callable[..., Array], int]] = {
    "abs": (np.abs, 1),
    "log10": (np.log10, 1),
    "min": (np.minimum, 2),
    "max": (np.maximum, 2),
}
WORDS = ("and", "or", "not", "any", "every", "layer", "rising", "falling", "for", "is", "finding")
"""Words of the language itself."""

_TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)"
    r"|(?P<name>[A-Za-z_][A-Za-z_0-9]*(?:\.[A-Za-z_][A-Za-z_0-9]*)?)"
    r"|(?P<symbol><=|>=|==|!=|[-+*/()<>=%,]))"
)


@dataclass(frozen=True)
class Predicate:
    """A condition that has been read, the text it was read from, and the names in it."""

    text: str
    condition: Condition
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    at: int


def parse_predicate(text: str, depth: int, finding_ids: Iterable[str] = ()) -> Predicate:
    """Read a predicate for a run of `depth` layers.

    Raises InputError that shows the text with a mark under the wrong place, and the nearest name.
    """
    parser = _Parser(text, depth, tuple(finding_ids))
    condition = parser.condition()
    parser.expect_end()
    return Predicate(text.strip(), condition, tuple(parser.used))


def parse_expression(text: str, depth: int) -> Number:
    """Read a number such as `L1.mean / L1.std`, for a watch or a curve; errors as above."""
    parser = _Parser(text, depth, ())
    number = parser.sum()
    parser.expect_end()
    return number


class _Parser:
    """Recursive descent, one method per line of the grammar above."""

    def __init__(self, text: str, depth: int, finding_ids: tuple[str, ...]) -> None:
        self.text, self.depth, self.finding_ids = text, depth, finding_ids
        self.names = metric_names(depth)
        self.used: dict[str, None] = {}
        self.layer = 0
        self.nesting = 0
        self.place = 0
        if len(text) > MAX_LENGTH:
            raise InputError(f"a predicate of {len(text)} characters: at most {MAX_LENGTH}")
        self.tokens = self._tokens()

    def _tokens(self) -> list[_Token]:
        tokens, at = [], 0
        while at < len(self.text) and self.text[at:].strip():
            match = _TOKEN.match(self.text, at)
            if match is None or match.lastgroup is None:
                at += len(self.text[at:]) - len(self.text[at:].lstrip())
                raise self.error(f"unexpected {self.text[at]!r}", at)
            kind = match.lastgroup
            tokens.append(_Token(kind, match[kind], match.start(kind)))
            at = match.end()
        tokens.append(_Token("end", "", len(self.text.rstrip())))
        return tokens

    def error(self, message: str, at: int) -> InputError:
        """The message, the text, and a mark under character `at`."""
        return InputError(f"{message}\n  {self.text}\n  {' ' * at}^")

    @property
    def token(self) -> _Token:
        return self.tokens[self.place]

    def take(self, *texts: str) -> str:
        """The next token's text if it is one of these, and go on; else an empty text."""
        if self.token.kind != "end" and self.token.text in texts:
            self.place += 1
            return self.tokens[self.place - 1].text
        return ""

    def need(self, text: str, after: str) -> None:
        if not self.take(text):
            raise self.error(f"expected {text!r} {after}, found {self.found()}", self.token.at)

    def found(self) -> str:
        return repr(self.token.text) if self.token.kind != "end" else "the end"

    def expect_end(self) -> None:
        if self.token.kind != "end":
            hint = nearest(self.token.text, ("and", "or", "rising", "falling"))
            raise self.error(
                f"expected the end or and/or, found {self.found()}{hint}", self.token.at
            )

    def deeper(self) -> None:
        self.nesting += 1
        if self.nesting > MAX_NESTING:
            raise self.error(f"nested more than {MAX_NESTING} deep", self.token.at)

    def condition(self) -> Condition:
        parts = [self.conjunction()]
        while self.take("or"):
            parts.append(self.conjunction())
        return parts[0] if len(parts) == 1 else nodes.Combined(tuple(parts), all_of=False)

    def conjunction(self) -> Condition:
        parts = [self.negation()]
        while self.take("and"):
            parts.append(self.negation())
        return parts[0] if len(parts) == 1 else nodes.Combined(tuple(parts), all_of=True)

    def negation(self) -> Condition:
        if self.take("not"):
            self.deeper()
            inner = nodes.Not(self.negation())
            self.nesting -= 1
            return inner
        if quantifier := self.take("any", "every", "all"):
            return self.quantified(quantifier)
        return self.test()

    def quantified(self, quantifier: str) -> Condition:
        if not self.take("layer", "layers") and not self.token.text.startswith("layer."):
            raise self.error(
                f"expected 'layer' after {quantifier!r}, found {self.found()}", self.token.at
            )
        start, parts = self.place, []
        for layer in range(1, self.depth + 1):
            self.place, self.layer = start, layer
            parts.append(self.test())
        self.layer = 0
        return nodes.Combined(tuple(parts), all_of=quantifier != "any")

    def test(self) -> Condition:
        if self.take("finding"):
            return self.finding()
        if self.token.text == "(" and self.opens_condition():
            self.take("(")
            self.deeper()
            inner = self.condition()
            self.nesting -= 1
            self.need(")", "to close the bracket")
            return inner
        left = self.sum()
        if self.take("is"):
            self.need("nan", "after 'is'")
            return nodes.IsBroken(left)
        if trend := self.take("rising", "falling"):
            return nodes.Trend(left, 1 if trend == "rising" else -1, self.steps())
        symbol = self.take(*COMPARISONS)
        if not symbol:
            hint = nearest(self.token.text, ("rising", "falling", "is", "and", "or"))
            raise self.error(
                f"expected a comparison such as > here, found {self.found()}{hint}", self.token.at
            )
        return nodes.Comparison(COMPARISONS[symbol], left, self.sum())

    def opens_condition(self) -> bool:
        """Whether the bracket here holds a condition, not a number: it has a test inside."""
        level = 0
        for token in self.tokens[self.place :]:
            level += (token.text == "(") - (token.text == ")")
            if level == 0:
                return False
            inside = (*COMPARISONS, "and", "or", "not", "rising", "falling", "finding", "is")
            if level == 1 and token.text in inside:
                return True
            if level > 1 and token.text in COMPARISONS:
                return True
        return False

    def steps(self) -> int:
        if not self.take("for"):
            return 1
        token = self.token
        if (
            token.kind != "number"
            or not token.text.isdigit()
            or not 1 <= int(token.text) <= 100_000
        ):
            raise self.error(
                f"expected a whole number of iterations, found {self.found()}", token.at
            )
        self.place += 1
        return int(token.text)

    def finding(self) -> Condition:
        self.need("(", "after 'finding'")
        start = self.token.at
        name = ""
        while self.token.kind == "name" or self.token.text == "-":
            name += self.token.text
            self.place += 1
        if name not in self.finding_ids:
            known = ", ".join(self.finding_ids) or "none here"
            hint = nearest(name, self.finding_ids) or f"; expected one of {known}"
            raise self.error(f"there is no finding {name!r}{hint}", start)
        self.need(")", "after the finding's name")
        return nodes.Finding(name)

    def sum(self) -> Number:
        left = self.product()
        while symbol := self.take("+", "-"):
            function = np.add if symbol == "+" else np.subtract
            left = nodes.Call(function, (left, self.product()))
        return left

    def product(self) -> Number:
        left = self.factor()
        while symbol := self.take("*", "/"):
            function = np.multiply if symbol == "*" else np.divide
            left = nodes.Call(function, (left, self.factor()))
        return left

    def factor(self) -> Number:
        self.deeper()
        number = self.factor_inside()
        self.nesting -= 1
        return number

    def factor_inside(self) -> Number:
        token = self.token
        if self.take("-"):
            return nodes.Call(np.negative, (self.factor(),))
        if self.take("("):
            inner = self.sum()
            self.need(")", "to close the bracket")
            return inner
        if token.kind == "number":
            self.place += 1
            return nodes.Literal(float(token.text) / (100 if self.take("%") else 1))
        if token.kind == "name":
            self.place += 1
            return self.call(token) if token.text in FUNCTIONS else self.name(token)
        raise self.error(f"expected a number or a name, found {self.found()}", token.at)

    def call(self, token: _Token) -> Number:
        function, count = FUNCTIONS[token.text]
        self.need("(", f"after {token.text!r}")
        arguments = [self.sum()]
        while self.take(","):
            arguments.append(self.sum())
        self.need(")", f"after the arguments of {token.text!r}")
        if len(arguments) != count:
            raise self.error(f"{token.text} takes {count}, not {len(arguments)}", token.at)
        return nodes.Call(function, tuple(arguments))

    def name(self, token: _Token) -> Number:
        text = token.text
        if self.layer and text.startswith("layer."):
            return self.use(self.of_layer(token))
        if text in self.names:
            return self.use(text)
        if text.startswith("layer."):
            raise self.error("write 'any layer.…' or 'every layer.…'", token.at)
        head, _, _ = text.partition(".")
        number = re.fullmatch(r"(?:L|W|dW)(\d+)", head)
        if number and not 1 <= int(number[1]) <= self.depth:
            raise self.error(f"there is no {head}: the layers are 1 to {self.depth}", token.at)
        hint = nearest(text, (*self.names, *WORDS)) or "; `nnviz predicates` lists the names"
        raise self.error(f"unknown name {text!r}{hint}", token.at)

    def use(self, name: str) -> nodes.Name:
        self.used[name] = None
        return nodes.Name(name)

    def of_layer(self, token: _Token) -> str:
        wanted = token.text.removeprefix("layer.")
        for metric in LAYER_METRICS:
            if metric.name == wanted:
                return f"{metric.prefix}{self.layer}.{wanted}"
        hint = nearest(wanted, [metric.name for metric in LAYER_METRICS])
        raise self.error(f"a layer has no {wanted!r}{hint}", token.at)
