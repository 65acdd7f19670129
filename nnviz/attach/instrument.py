"""Puts eyes into a program, in memory: every value of interest passes through a tap on its way.

A tap returns the very object that it is given, so the program computes the same bits. The training
loop's body gets a hook at its first and last moment; nothing else of the program changes.
"""

import ast
from collections.abc import Iterable
from dataclasses import dataclass, field

from nnviz.attach.loops import Candidate, Loop, called
from nnviz.attach.program import Program
from nnviz.attach.temporaries import temporaries_of

TAP, BEGIN, END, WAIT, ENTER = (
    "__nnviz_tap__",
    "__nnviz_begin__",
    "__nnviz_end__",
    "__nnviz_wait__",
    "__nnviz_enter__",
)
"""The names that instrumented code calls; the child process puts them among the builtins."""

LEFT_ALONE = frozenset({"locals", "globals", "super", "vars", "dir", "eval", "exec", "print"})
"""Calls whose value is no array, or that look at the frame that they stand in."""

Operand = tuple[str, "int | str | float | None"]
"""Where a node's operand comes from: ("node", number), ("name", name), ("const", value)."""


@dataclass(frozen=True)
class Node:
    """One place of a program whose values pass through a tap.

    `kind` is binop, unary, call, attr, item, compare, choice, return, step (an augmented
    assignment, seen after it was done) or set (an assignment into an array). `what` is the
    operator, the text of the function called, or the attribute. `targets` are the names that the
    value is given.
    """

    number: int
    kind: str
    what: str
    line: int
    operands: tuple[Operand, ...]
    targets: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False)
class Instrumented:
    """An instrumented program: the tree to compile, and what the loop assigns first.

    `temporaries` are names of the loop's own frame that each round assigns before it reads them, so
    that a state is complete without them.
    """

    tree: ast.Module
    temporaries: tuple[str, ...]


@dataclass
class Numbers:
    """Gives numbers to nodes; shared by all modules of a program."""

    nodes: list[Node] = field(default_factory=list)

    def add(
        self,
        kind: str,
        what: str,
        line: int,
        operands: Iterable[Operand],
        targets: tuple[str, ...] = (),
    ) -> int:
        """The number of a new node."""
        number = len(self.nodes)
        self.nodes.append(Node(number, kind, what, line, tuple(operands), targets))
        return number


def instrument(program: Program, chosen: Candidate, numbers: "Numbers") -> Instrumented:
    """Instrument the training loop and the functions that it calls; `numbers` gets the nodes.

    The program is not changed.
    """
    tree = ast.parse(program.text, str(program.path))
    loop = _same(tree, chosen.loop)
    assert isinstance(loop, Loop)
    temporaries = temporaries_of(loop, tree)
    taps = _Taps(numbers)
    for function in chosen.functions:
        taps.visit(_same(tree, function))
    loop.body = taps.statements(loop.body)
    for depth, outer in enumerate(chosen.outer):
        _entered(_same(tree, outer), depth)
    _entered(loop, len(chosen.outer))
    _hook(loop, temporaries)
    return Instrumented(ast.fix_missing_locations(tree), temporaries)


def instrument_module(tree: ast.Module, numbers: Numbers) -> ast.Module:
    """Instrument all functions of a module of the program's own, in place."""
    taps = _Taps(numbers)
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    for node in (*tree.body, *(item for each in classes for item in each.body)):
        if isinstance(node, ast.FunctionDef):
            taps.visit(node)
    return ast.fix_missing_locations(tree)


def _same(tree: ast.Module, node: ast.stmt) -> ast.stmt:
    """The node of another tree of the same text that stands where this one does."""
    for other in ast.walk(tree):
        if isinstance(other, type(node)) and (
            (other.lineno, other.col_offset) == (node.lineno, node.col_offset)
        ):
            return other
    raise LookupError(f"no such statement in line {node.lineno}")


def _entered(node: ast.stmt, depth: int) -> None:
    """Let the iterable of a for loop be seen, so that it is known how many rounds there are."""
    if isinstance(node, ast.For):
        node.iter = _call(ENTER, ast.Constant(depth), node.iter, at=node.iter)


def _hook(loop: Loop, temporaries: tuple[str, ...]) -> None:
    """Turn the body into: begin; try: body; finally: end. A new state drops its temporaries."""
    begin = _rest(BEGIN, temporaries, loop)
    loop.body = [begin, ast.Try(loop.body, [], [], [_rest(END, temporaries, loop)])]
    ast.copy_location(loop.body[1], loop.body[0])


def _rest(hook: str, temporaries: tuple[str, ...], loop: Loop) -> ast.stmt:
    """`if hook(): L1 = L2 = None; wait()`: true only in a process that keeps a state."""
    dropped: list[ast.stmt] = [
        ast.Assign([ast.Name(name, ast.Store())], ast.Constant(None)) for name in temporaries
    ]
    waiting = ast.Expr(_call(WAIT, at=loop))
    return ast.copy_location(ast.If(_call(hook, at=loop), [*dropped, waiting], []), loop)


def _call(name: str, *arguments: ast.expr, at: ast.AST) -> ast.Call:
    call = ast.Call(ast.Name(name, ast.Load()), list(arguments), [])
    return ast.copy_location(call, at)


class _Taps(ast.NodeTransformer):
    """Wraps the expressions of statements, innermost first, so that operands have numbers."""

    def __init__(self, numbers: Numbers) -> None:
        self.numbers = numbers
        self._done: set[int] = set()

    def statements(self, body: list[ast.stmt]) -> list[ast.stmt]:
        """The statements with taps."""
        done: list[ast.stmt] = []
        for statement in body:
            result = self.visit(statement)
            done += result if isinstance(result, list) else [result]
        return done

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """The body only, and only once: a function may be reached by its name and by its place."""
        if id(node) not in self._done:
            self._done.add(id(node))
            node.body = self.statements(node.body)
        return node

    def visit_ClassDef(self, node: ast.ClassDef) -> ast.AST:
        """Classes are left alone: their methods are reached by their names."""
        return node

    def visit_match_case(self, node: ast.match_case) -> ast.AST:
        """Patterns are no expressions."""
        node.body = self.statements(node.body)
        return node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.AST:
        """Text is only for people."""
        return node

    def visit_Assign(self, node: ast.Assign) -> ast.AST | list[ast.stmt]:
        """Note which name a value is given, and see arrays that are assigned into."""
        targets = tuple(ast.unparse(t) for t in node.targets if not isinstance(t, ast.Tuple))
        if len(node.targets) == 1 and isinstance(node.targets[0], ast.Tuple):
            pair = self._pairs(node, node.targets[0])
            if pair is not None:
                return pair
        node.value = self._visited(node.value)
        self._name(node.value, targets)
        sets = [t for t in node.targets if isinstance(t, ast.Subscript)]
        return [node, *(self._seen("set", "=", t.value, t, node.value) for t in sets)]

    def _pairs(self, node: ast.Assign, target: ast.Tuple) -> ast.AST | None:
        """`a, b = f(x), g(x)`: each value gets its own name."""
        if not isinstance(node.value, ast.Tuple) or len(node.value.elts) != len(target.elts):
            return None
        node.value.elts = [self._visited(value) for value in node.value.elts]
        for each, value in zip(target.elts, node.value.elts, strict=True):
            self._name(value, (ast.unparse(each),))
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        """The same with a type."""
        if node.value is not None:
            node.value = self._visited(node.value)
            self._name(node.value, (ast.unparse(node.target),))
        return node

    def visit_AugAssign(self, node: ast.AugAssign) -> ast.AST | list[ast.stmt]:
        """`W -= step`: seen after it was done."""
        node.value = self._visited(node.value)
        base: ast.expr = node.target
        kind = "step"
        if isinstance(base, ast.Subscript) and isinstance(base.slice, ast.Slice | ast.Tuple):
            base, kind = base.value, "set"
        return [node, self._seen(kind, type(node.op).__name__, base, node.target, node.value)]

    def visit_Return(self, node: ast.Return) -> ast.AST:
        """What a function returns is the value of its call."""
        if node.value is not None and not isinstance(node.value, ast.Tuple | ast.Dict | ast.List):
            node.value = self._visited(node.value)
            operand = self._operand(node.value)
            number = self.numbers.add("return", "", node.lineno, [operand])
            node.value = _call(TAP, ast.Constant(number), node.value, at=node.value)
        elif node.value is not None:
            node.value = self._visited(node.value)
        return node

    def visit_BinOp(self, node: ast.BinOp) -> ast.AST:
        """Arithmetic."""
        self.generic_visit(node)
        return self._tapped(node, "binop", type(node.op).__name__, [node.left, node.right])

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        """Signs; a sign before a number is part of it."""
        self.generic_visit(node)
        if isinstance(node.operand, ast.Constant):
            return node
        return self._tapped(node, "unary", type(node.op).__name__, [node.operand])

    def visit_Compare(self, node: ast.Compare) -> ast.AST:
        """Masks such as `z > 0`."""
        self.generic_visit(node)
        return self._tapped(
            node, "compare", type(node.ops[0]).__name__, [node.left, *node.comparators]
        )

    def visit_IfExp(self, node: ast.IfExp) -> ast.AST:
        """A choice between two values."""
        self.generic_visit(node)
        return self._tapped(node, "choice", "if", [node.body, node.orelse])

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """Calls: the receiver of a method is an operand, too."""
        name, what = called(node), ast.unparse(node.func)
        receivers = []
        if isinstance(node.func, ast.Attribute):
            if not isinstance(node.func.value, ast.Name):
                node.func.value = self._visited(node.func.value)
            receivers = [node.func.value]
        elif not isinstance(node.func, ast.Name):
            node.func = self._visited(node.func)
        node.args = [self._visited(argument) for argument in node.args]
        for keyword in node.keywords:
            keyword.value = self._visited(keyword.value)
        if name in LEFT_ALONE:
            return node
        operands = [*receivers, *node.args, *(keyword.value for keyword in node.keywords)]
        return self._tapped(node, "call", what, operands)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """Attributes such as `X.T` and `self.W1`."""
        self.generic_visit(node)
        if not isinstance(node.ctx, ast.Load):
            return node
        return self._tapped(node, "attr", node.attr, [node.value])

    def visit_Subscript(self, node: ast.Subscript) -> ast.AST:
        """Parts of arrays and dictionaries; names in the index are operands, too."""
        node.value = self._visited(node.value)
        if not isinstance(node.ctx, ast.Load):
            return node
        inside = [n for n in ast.walk(node.slice) if isinstance(n, ast.Name)]
        return self._tapped(node, "item", ast.unparse(node.slice), [node.value, *inside])

    def _visited(self, node: ast.expr) -> ast.expr:
        result = self.visit(node)
        assert isinstance(result, ast.expr)
        return result

    def _tapped(self, node: ast.expr, kind: str, what: str, operands: list[ast.expr]) -> ast.expr:
        flat = [
            part
            for each in operands
            for part in (each.elts if isinstance(each, ast.Tuple | ast.List) else [each])
        ]
        number = self.numbers.add(kind, what, node.lineno, map(self._operand, flat))
        return _call(TAP, ast.Constant(number), node, at=node)

    def _seen(
        self, kind: str, what: str, base: ast.expr, target: ast.expr, value: ast.expr
    ) -> ast.stmt:
        """A statement that shows what was changed; nothing, where showing it could do something."""
        text = _without_taps(base)
        looked = ast.parse(text, mode="eval").body
        if any(isinstance(n, ast.Call | ast.NamedExpr) for n in ast.walk(looked)):
            return ast.copy_location(ast.Pass(), target)
        for part in ast.walk(looked):
            ast.copy_location(part, target)
        operands = [("name", text), self._operand(value)]
        number = self.numbers.add(kind, what, target.lineno, operands, (ast.unparse(looked),))
        return ast.copy_location(
            ast.Expr(_call(TAP, ast.Constant(number), looked, at=target)), target
        )

    def _operand(self, node: ast.expr) -> Operand:
        if isinstance(node, ast.Starred):
            node = node.value
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == TAP:
            number = node.args[0]
            assert isinstance(number, ast.Constant)
            assert isinstance(number.value, int)
            return ("node", number.value)
        if isinstance(node, ast.Name):
            return ("name", node.id)
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float | str):
            return ("const", node.value)
        return ("const", None)

    def _name(self, value: ast.expr, targets: tuple[str, ...]) -> None:
        kind, number = self._operand(value)
        if kind == "node" and isinstance(number, int):
            old = self.numbers.nodes[number]
            self.numbers.nodes[number] = Node(
                old.number, old.kind, old.what, old.line, old.operands, (*old.targets, *targets)
            )


class _Untap(ast.NodeTransformer):
    """Takes taps off again: for looking at a target a second time."""

    def visit_Call(self, node: ast.Call) -> ast.AST:
        """The tap's value in place of the tap."""
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == TAP:
            return node.args[1]
        return node


def _without_taps(node: ast.expr) -> str:
    copy = ast.parse(ast.unparse(node), mode="eval")
    return ast.unparse(_Untap().visit(copy))
