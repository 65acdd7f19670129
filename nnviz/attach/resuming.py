"""Edit and continue: a program's changed loop takes over in the middle of a run.

The loop that is running can't be exchanged, but its variables are there: the changed functions are
defined anew, and the changed loop, with what follows it, begins with those variables, the rounds
that are done already left out.
"""

import ast
import itertools
import types
from collections.abc import Callable, Iterable, Iterator
from types import FrameType
from typing import Any

from nnviz.attach.instrument import Numbers, instrument
from nnviz.attach.loops import Candidate, choose
from nnviz.attach.program import Program
from nnviz.errors import InputError

SKIP, RESUME = "__nnviz_skip__", "__nnviz_resume__"

DEFINITIONS = (ast.FunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom)


def resume(
    program: Program,
    line: int,
    numbers: Numbers,
    grown: Callable[[], None],
    frame: FrameType,
    done: int,
    inner: int,
) -> None:
    """Run a changed program's loop from its round `done` on, with the variables of a frame.

    `numbers` gets its nodes; then `grown` is called. `inner` is how many rounds the training loop
    has inside another one, 0 where it is inside none, or that is unknown. Raises InputError where
    it can't begin there.
    """
    chosen = choose(program, line)
    rounds = _rounds(chosen, done, inner)
    tree = instrument(program, chosen, numbers).tree
    grown()
    top = _found(tree, (chosen.outer or (chosen.loop,))[0])
    if isinstance(top, ast.For):
        skip = ast.Call(ast.Name(SKIP, ast.Load()), [top.iter, ast.Constant(rounds)], [])
        top.iter = ast.copy_location(skip, top.iter)
    tail = _tail(tree, top)
    space = frame.f_globals
    space[SKIP] = _skip
    _define(tree, space, str(program.path))
    if chosen.owner is None:
        module = ast.fix_missing_locations(ast.Module(tail, []))
        exec(compile(module, str(program.path), "exec", dont_inherit=True), space)
        return
    names = [name for name in frame.f_locals if name.isidentifier()]
    function = ast.parse(f"def {RESUME}({', '.join(names)}): pass").body[0]
    assert isinstance(function, ast.FunctionDef)
    declared = [n for n in ast.walk(_found(tree, chosen.owner)) if isinstance(n, ast.Global)]
    function.body = [*declared, *tail]
    module = ast.fix_missing_locations(ast.Module([function], []))
    exec(compile(module, str(program.path), "exec", dont_inherit=True), space)
    space[RESUME](*(frame.f_locals[name] for name in names))


def _rounds(chosen: Candidate, done: int, inner: int) -> int:
    """How many rounds of the outermost loop are done."""
    if not chosen.outer:
        return done
    if len(chosen.outer) > 1 or not inner:
        raise InputError(
            "a loop inside another one, whose rounds can't be counted beforehand, can't be taken "
            "over in the middle of a run: go to iteration 0"
        )
    if done % inner:
        before = done - done % inner
        raise InputError(
            f"a changed loop inside another one takes over at an epoch's first batch: go to "
            f"iteration {before} or {before + inner}"
        )
    return done // inner


def _skip(rounds: Iterable[Any], count: int) -> Iterator[Any]:
    return itertools.islice(rounds, count, None)


def _found(tree: ast.Module, node: ast.stmt) -> ast.stmt:
    """The statement of another tree of the same text that stands where this one does."""
    place = (node.lineno, node.col_offset)
    return next(
        n for n in ast.walk(tree) if isinstance(n, type(node)) and (n.lineno, n.col_offset) == place
    )


def _tail(tree: ast.Module, top: ast.stmt) -> list[ast.stmt]:
    """A statement and those that follow it in its block."""
    for node in ast.walk(tree):
        for name in ("body", "orelse", "finalbody"):
            block = getattr(node, name, None)
            if isinstance(block, list) and top in block:
                return block[block.index(top) :]
    raise LookupError("the loop stands in no block")


def _define(tree: ast.Module, space: dict[str, Any], path: str) -> None:
    """Define functions and classes anew; objects that are there get their class's new methods."""
    old = {name: value for name, value in space.items() if isinstance(value, type)}
    parts: list[ast.stmt] = [node for node in tree.body if isinstance(node, DEFINITIONS)]
    module = ast.fix_missing_locations(ast.Module(parts, []))
    exec(compile(module, path, "exec", dont_inherit=True), space)
    for name, before in old.items():
        now = space[name]
        if now is before or not isinstance(now, type):
            continue
        for attribute, value in vars(now).items():
            if isinstance(value, types.FunctionType | property | classmethod | staticmethod):
                setattr(before, attribute, value)
