"""What a student's code may not import, because it does what the problems ask to write.

Looked for in the source; the sandbox records what is imported at run time.
"""

import ast
import re
from collections.abc import Iterable, Iterator

FORBIDDEN = (
    *("nnviz", "grader", "sklearn.neural_network"),
    *("torch", "tensorflow", "keras", "jax", "flax", "autograd", "theano", "mxnet", "paddle"),
    *("chainer", "tinygrad", "micrograd", "lightning", "pytorch_lightning", "mlx"),
)
"""Modules with networks, their derivatives or their training in them."""

_IMPORTERS = ("import_module", "__import__")
_NAMED = re.compile("|".join(map(re.escape, {name.split(".")[0] for name in FORBIDDEN})))


def is_forbidden(module: str) -> bool:
    """Whether the module, or one that it lies in, may not be imported."""
    return any(module == name or module.startswith(f"{name}.") for name in FORBIDDEN)


def forbidden_imports(source: str) -> Iterator[tuple[str, int]]:
    """Forbidden modules and the lines that import them, also by name (`__import__("torch")`).

    Source that is not Python has none: it doesn't run either.
    """
    if source.isascii() and not _NAMED.search(source) and not any(n in source for n in _IMPORTERS):
        return  # as mostly: in ASCII a statement can only name a module as it is written
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        for module in _imported(node):
            if is_forbidden(module):
                yield module, getattr(node, "lineno", 0)
                break


def _imported(node: ast.AST) -> Iterable[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and not node.level:
        module = node.module or ""
        return [module, *(f"{module}.{alias.name}" for alias in node.names)]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        value = node.args[0].value
        return [value] if name in _IMPORTERS and isinstance(value, str) else []
    return []
