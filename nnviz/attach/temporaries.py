"""Which names of a training loop hold nothing that its next round needs: states do without them."""

import ast

from nnviz.attach.loops import Loop


def temporaries_of(loop: Loop, tree: ast.Module) -> tuple[str, ...]:
    """The names that each round of a loop assigns before anything reads them.

    Only plain statements before the first one that may leave the round are looked at.
    """
    read, assigned = set[str](), dict[str, None]()
    if isinstance(loop, ast.While):
        read |= _names(loop.test, ast.Load)
    for statement in loop.body:
        if any(isinstance(n, ast.Break | ast.Continue | ast.Return) for n in ast.walk(statement)):
            break
        loaded = _names(statement, ast.Load)
        if isinstance(statement, ast.AugAssign):
            loaded |= _names(statement.target, ast.Store)
        read |= loaded - assigned.keys()
        if isinstance(statement, ast.Assign):
            stored = {n for t in statement.targets for n in _stored(t)}
            assigned |= dict.fromkeys(sorted(stored - read))
    elsewhere = set[str]()
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.Lambda | ast.ClassDef):
            elsewhere |= _free(node)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            elsewhere |= set(node.names)
    return tuple(name for name in assigned if name not in elsewhere)


def _stored(target: ast.expr) -> set[str]:
    """The plain names that an assignment's target sets."""
    if isinstance(target, ast.Name):
        return {target.id}
    if isinstance(target, ast.Tuple | ast.List):
        return {name for each in target.elts for name in _stored(each)}
    return set()


def _free(node: ast.FunctionDef | ast.Lambda | ast.ClassDef) -> set[str]:
    """The names that a function reads and does not set: they may be those of the loop's frame."""
    return _names(node, ast.Load) - _names(node, ast.Store) - _parameters(node)


def _parameters(node: ast.AST) -> set[str]:
    return {n.arg for n in ast.walk(node) if isinstance(n, ast.arg)}


def _names(node: ast.AST, context: type[ast.expr_context]) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, context)}
