"""A formula that was read is written back in one plain form, so that people see what was read."""

from __future__ import annotations

from nnviz.circuit.evaluation import show
from nnviz.circuit.expressions import Apply, Expression, Literal, Name

_SUM, _PRODUCT, _SIGN, _POWER, _ATOM = range(5)
_INFIX = {
    "add": ("{0} + {1}", _SUM, _SUM, _SUM),
    "subtract": ("{0} - {1}", _SUM, _SUM, _PRODUCT),
    "multiply": ("{0} * {1}", _PRODUCT, _PRODUCT, _SIGN),
    "divide": ("{0} / {1}", _PRODUCT, _PRODUCT, _SIGN),
    "power": ("{0}^{1}", _POWER, _ATOM, _POWER),
}


def written(expression: Expression) -> str:
    """Return the formula in plain signs, parentheses only where they are needed."""
    return _written(expression, _SUM)


def _written(expression: Expression, binding: int) -> str:
    """Return the formula, in parentheses where it binds less than its surroundings ask."""
    text, own = _with_binding(expression)
    return f"({text})" if own < binding else text


def _with_binding(expression: Expression) -> tuple[str, int]:
    if isinstance(expression, Name):
        return expression.name, _ATOM
    if isinstance(expression, Literal):
        text = show(expression.value)
        return text, _ATOM if text.isdigit() else _PRODUCT if "/" in text else _SIGN
    assert isinstance(expression, Apply)
    operands = expression.operands
    if expression.operation in _INFIX:
        form, own, left, right = _INFIX[expression.operation]
        if isinstance(operands[0], Apply) and operands[0].operation == "divide":
            left = max(left, _SIGN)  # (1 / 2) * x: people read 1 / 2 x in two ways
        return form.format(_written(operands[0], left), _written(operands[1], right)), own
    if expression.operation == "negate":
        return f"-{_written(operands[0], _SIGN)}", _SIGN
    if expression.operation == "exp":
        return f"e^{_written(operands[0], _POWER)}", _POWER
    inner = ", ".join(_written(operand, _SUM) for operand in operands)
    return f"{expression.operation}({inner})", _ATOM
