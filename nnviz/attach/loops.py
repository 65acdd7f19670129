"""Finds the training loop of a program from its syntax tree, and what can be said of it unrun."""

import ast
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass

from nnviz.attach.program import Program, read_program
from nnviz.errors import InputError

Function = ast.FunctionDef | ast.AsyncFunctionDef
Loop = ast.For | ast.While

PRODUCTS = frozenset({"dot", "matmul", "einsum", "tensordot", "inner", "multi_dot"})
"""Calls that multiply matrices."""

CURVES = frozenset(
    {"exp", "tanh", "maximum", "clip", "fmax", "expit", "log1p", "logaddexp", "where", "max"}
)
"""Calls of which activation functions are made."""

STEPS = (ast.Sub, ast.Add)


@dataclass(frozen=True, eq=False)
class Candidate:
    """A loop that may be the training: where it is, what it updates and why it was taken for one.

    `outer` are the loops around it, the outermost first; `owner` is the function it stands in,
    None at the top level. `functions` are those that its body calls, directly or not.
    """

    loop: Loop
    line: int
    updates: tuple[str, ...]
    reasons: tuple[str, ...]
    outer: tuple[Loop, ...]
    owner: Function | None
    functions: tuple[Function, ...]


@dataclass
class _Content:
    """What a piece of code does itself: updates, products, curves, and the names that it calls."""

    updates: list[str]
    products: int
    curves: bool
    calls: set[str]


def candidates(program: Program) -> tuple[Candidate, ...]:
    """The loops that may be the training, in the order of their lines; the innermost of each nest.

    A training loop updates something that it also reads, multiplies matrices and bends numbers,
    itself or in what it calls.
    """
    functions = _functions(program.tree)
    found = []
    for loop, outer, owner in _loops(program.tree, (), None):
        reached = _reached(loop, functions)
        contents = [_content(loop.body), *(_content(f.body) for f in reached)]
        updates = tuple(dict.fromkeys(u for content in contents for u in content.updates))
        products = sum(content.products for content in contents)
        if not updates or products < 2 or not any(content.curves for content in contents):
            continue
        if outer and _goes_over_layers(loop, functions):
            continue
        reasons = (
            f"it updates {_listed(updates)}",
            f"it multiplies matrices in {products} places",
            *(f"it calls {name}" for name in [_listed([f.name for f in reached])] if reached),
        )
        found.append(Candidate(loop, loop.lineno, updates, reasons, outer, owner, tuple(reached)))
    found = [c for c in found if not any(_adds_up_for(c, other) for other in found)]
    inner = [c for c in found if not any(c.loop in other.outer for other in found)]
    # what calls a function with such a loop is not the loop itself
    owned = {c.owner for c in inner if c.owner is not None}
    return tuple(c for c in inner if not owned & set(c.functions))


def _adds_up_for(inner: Candidate, outer: Candidate) -> bool:
    """Whether a loop over the samples of a batch only adds up gradients for the update outside.

    What it updates begins anew, with zeros, in each round of the loop outside, which updates more.
    """
    if inner.loop not in ast.walk(outer.loop) and inner.owner not in outer.functions:
        return False
    scope = inner.owner if inner.owner in outer.functions else outer.loop
    zeros = {
        ast.unparse(target)
        for node in ast.walk(scope)
        if isinstance(node, ast.Assign) and node.lineno < inner.line and _makes_zeros(node.value)
        for target in node.targets
    }
    return zeros >= set(inner.updates) and not set(inner.updates) >= set(outer.updates)


def _makes_zeros(value: ast.expr) -> bool:
    calls = (node for node in ast.walk(value) if isinstance(node, ast.Call))
    return any(called(node) in ("zeros", "zeros_like") for node in calls)


def _goes_over_layers(loop: Loop, functions: dict[str, list[Function]]) -> bool:
    """Whether each round of a loop is about one layer: its variable says what is updated."""
    if not isinstance(loop, ast.For):
        return False
    names = {node.id for node in ast.walk(loop.target) if isinstance(node, ast.Name)}
    for update in _content(loop.body).updates:
        if names & {n.id for n in ast.walk(ast.parse(update)) if isinstance(n, ast.Name)}:
            return True
    methods = [
        node.func.value
        for statement in loop.body
        for node in ast.walk(statement)
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and called(node) in functions
    ]
    return any(isinstance(value, ast.Name) and value.id in names for value in methods)


def choose(program: Program, line: int | None = None) -> Candidate:
    """The training loop: the only one there is, or that of `line`.

    Raises InputError that says why none was recognised, or which ones there are to choose from.
    """
    found = candidates(program)
    if line is not None:
        return _at_line(program, found, line)
    if len(found) == 1:
        return found[0]
    if found:
        listed = "".join(
            f"\n  --loop {c.line}: {program.place(c.line)}: {program.line(c.line)}" for c in found
        )
        raise InputError(f"{program.path}: {len(found)} loops may be the training:{listed}")
    why = f"{why_none(program)}{_elsewhere(program)}"
    raise InputError(f"{program.path}: not recognised, because {why}")


def _elsewhere(program: Program) -> str:
    """Which module of the program's own has such a loop, "" where none has."""
    for name in sorted(program.imported):
        path = program.folder / f"{name}.py"
        if path.is_file():
            with contextlib.suppress(InputError):
                if found := candidates(read_program(path)):
                    return (
                        f". {path.name}, which it imports, has such a loop in line "
                        f"{found[0].line}: debug that file, with the call of it at its end"
                    )
    return ""


def _at_line(program: Program, found: tuple[Candidate, ...], line: int) -> Candidate:
    for candidate in found:
        if candidate.line == line:
            return candidate
    functions = _functions(program.tree)
    for loop, outer, owner in _loops(program.tree, (), None):
        if loop.lineno == line:
            reached = tuple(_reached(loop, functions))
            updates = [u for body in (loop, *reached) for u in _content(body.body).updates]
            reasons = ("it was chosen with --loop",)
            return Candidate(loop, line, tuple(updates), reasons, outer, owner, reached)
    known = ", ".join(str(loop.lineno) for loop, _, _ in _loops(program.tree, (), None))
    raise InputError(
        f"--loop {line}: {program.path} has no loop there; it has loops in lines {known or 'none'}"
    )


def why_none(program: Program) -> str:
    """Why no training loop is recognised in a program."""
    used = program.trains_with
    loops = list(_loops(program.tree, (), None))
    if used:
        return (
            f"it trains with {' and '.join(used)}, which computes the gradients out of sight; "
            "only a program that does so itself, with numpy, can be looked into"
        )
    if not loops:
        return "it has no for or while loop"
    contents = [_content(program.tree.body)]
    if not sum(c.products for c in contents):
        return "no loop multiplies matrices (@, np.dot, np.matmul, np.einsum)"
    if not any(c.updates for c in contents):
        return "no loop updates an array that it also reads, as in W -= rate * dW"
    return (
        "no single loop has all of a training: matrix products, an activation function and an "
        "update such as W -= rate * dW; if it is there, name its line with --loop LINE"
    )


def _listed(names: "list[str] | tuple[str, ...]", most: int = 6) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(list(names)[:most]) + more


def _functions(tree: ast.Module) -> dict[str, list[Function]]:
    """All functions and methods of a program by name."""
    functions: dict[str, list[Function]] = {}
    for node in ast.walk(tree):
        if isinstance(node, Function):
            functions.setdefault(node.name, []).append(node)
        elif isinstance(node, ast.ClassDef):
            for item in node.body:
                if isinstance(item, Function) and item.name == "__init__":
                    functions.setdefault(node.name, []).append(item)
    return functions


def _loops(
    node: ast.AST, outer: tuple[Loop, ...], owner: Function | None
) -> Iterator[tuple[Loop, tuple[Loop, ...], Function | None]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Loop):
            yield child, outer, owner
            yield from _loops(child, (*outer, child), owner)
        elif isinstance(child, Function):
            yield from _loops(child, (), child)
        else:
            yield from _loops(child, outer, owner)


def _reached(loop: Loop, functions: dict[str, list[Function]]) -> list[Function]:
    """The program's own functions that a loop calls, directly or not."""
    found: dict[int, Function] = {}
    waiting = list(_content(loop.body).calls)
    while waiting:
        for function in functions.get(waiting.pop(), ()):
            if id(function) not in found:
                found[id(function)] = function
                waiting += _content(function.body).calls
    return sorted(found.values(), key=lambda function: function.lineno)


def _content(body: list[ast.stmt]) -> _Content:
    content = _Content([], 0, False, set())
    for statement in body:
        for node in ast.walk(statement):
            _note(node, content)
    return content


def _note(node: ast.AST, content: _Content) -> None:
    if isinstance(node, ast.AugAssign) and isinstance(node.op, STEPS):
        content.updates.append(ast.unparse(node.target))
    elif isinstance(node, ast.Assign):
        content.updates += [text for target in node.targets if (text := _updated(target, node))]
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
        content.products += 1
    elif isinstance(node, ast.Call):
        name = called(node)
        content.calls.add(name)
        content.products += name in PRODUCTS
        content.curves |= name in CURVES
    elif isinstance(node, ast.BinOp) and isinstance(node.op, ast.Pow):
        content.curves |= "e" in ast.unparse(node.left).split(".")
    elif isinstance(node, ast.Compare):
        content.curves |= any(ast.unparse(c) in ("0", "0.0") for c in node.comparators)


def _updated(target: ast.expr, node: ast.Assign) -> str:
    """The text of an assignment's target where the new value is the old one and a step."""
    whole = isinstance(target, ast.Subscript) and ast.unparse(target.slice) in (":", "...")
    base = target.value if isinstance(target, ast.Subscript) and whole else target
    text = ast.unparse(base)
    value = node.value
    if isinstance(value, ast.ListComp):  # [W - step for W, step in zip(weights, steps)]
        old = any(_reads(part.iter, text) for part in value.generators)
        return text if old and _is_step(value.elt) else ""
    if isinstance(value, ast.Call):
        return text if any(ast.unparse(argument) == text for argument in value.args) else ""
    return text if _is_step(value) and _reads(value, text) else ""


def _is_step(value: ast.expr) -> bool:
    return isinstance(value, ast.BinOp) and isinstance(value.op, STEPS)


def _reads(value: ast.expr, text: str) -> bool:
    return any(ast.unparse(node) == text for node in ast.walk(value))


def called(node: ast.Call) -> str:
    """The last name of what is called: `dot` for `np.dot(...)` and for `W.dot(...)`."""
    function = node.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""
