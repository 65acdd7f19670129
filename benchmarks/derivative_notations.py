"""Derivatives as students type them, right and wrong, to measure that each is judged right."""

from __future__ import annotations

from grader.derivatives import DerivativeQuestion

QUESTIONS = {
    "square": DerivativeQuestion("2x", ("x",), function="x^2"),
    "exponential": DerivativeQuestion("ln(a) a^x", ("a", "x"), "a > 0", function="a^x"),
    "logarithm": DerivativeQuestion("1/x", ("x",), "x > 0", function="ln(x)"),
    "sigmoid": DerivativeQuestion("sigmoid(x)(1 - sigmoid(x))", ("x",), function="sigmoid(x)"),
}

_RIGHT = {
    "square": (
        *(
            "2x",
            "2*x",
            "2·x",
            "2×x",
            "x+x",
            "2x^1",
            "x*2",
            "x·2",
            "2 x",
            "2X",
            "2 * x ** 1",
            "2xx/x",
        ),
        *(
            r"2 \cdot x",
            "$2x$",
            "2{x}",
            "(2)(x)",
            "2(x)",
            "4x/2",
            "4x/2",
            r"\frac{4x}{2}",
            "2x^{1}",
        ),
        *("f'(x) = 2x", "dy/dx = 2x", "２ｘ", "2.0x", "2x²/x", "3x - x", "2*x**(2-1)", "-(-2x)"),
        *("sqrt(4)*x", "2x + 0", "2⋅x", "+2x", "2/(1/x)"),
    ),
    "exponential": (
        *(
            r"\ln(a)a^x",
            "a^x ln a",
            "a**x*log(a)",
            "ln(a) * a^x",
            "a^x·ln(a)",
            "aˣ ln a",
            "ln a a^x",
        ),
        *(r"a^{x}\ln{a}", r"\log(a)\cdot a^{x}", r"\ln\left(a\right) a^x", "a^x*np.log(a)"),
        *(
            "math.log(a)*a**x",
            "e^(x ln a) ln a",
            "exp(x*ln(a))*ln(a)",
            "LN(a)*a^x",
            "pow(a,x)*ln(a)",
        ),
        *(r"a^x \, \mathrm{ln}(a)", "ln(a)(a^x)", "d/dx a^x = a^x ln a", "a^x * log10(a)/log10(e)"),
    ),
    "logarithm": ("1/x", "x^-1", "x^(-1)", r"\frac{1}{x}", "x⁻¹", "1/(x)", "1÷x", "2/(2x)"),
    "sigmoid": (
        *("σ(x)(1-σ(x))", "sigmoid(x)*(1 - sigmoid(x))", "e^-x/(1+e^-x)^2"),
        *("exp(-x)/(1+exp(-x))**2", r"\sigma(x)(1-\sigma(x))", "1/(2+e^x+e^-x)"),
    ),
}
_WRONG = {
    "square": (
        *(
            "x",
            "2",
            "x^2",
            "2x^2",
            "x^3/3",
            "-2x",
            "2",
            "2^x",
            "2+x",
            "x/2",
            "2x+1",
            "2y",
            "zwei x",
        ),
        *(
            "2x x",
            "2|x|",
            "ln x",
            "x^1",
            "2x^0",
            "0",
            "9**9**9**9",
            "2x+",
            "__import__('os')",
            "2,x",
        ),
    ),
    "exponential": (
        *("a^x", "x a^(x-1)", "ln(a)", "a^x ln x", "x ln a", "log10(a) a^x", "ln(x) a^x", "a ln a"),
        *("a^x/ln(a)", "a^x + ln(a)", "e^x ln(a)", "log2(a) a^x", "ln(a^x)", "a^(x-1) ln a"),
    ),
    "logarithm": ("x", "ln x", "-1/x^2", "1/ln x", "1", "e^x", "1/(x+1)", "ln(1/x)"),
    "sigmoid": ("σ(x)", "1-σ(x)", "x(1-x)", "σ(x)(1+σ(x))", "σ(1-σ)", "e^-x/(1+e^-x)"),
}
NOTATIONS = tuple(
    (name, typed, right)
    for right, table in ((True, _RIGHT), (False, _WRONG))
    for name, typings in table.items()
    for typed in dict.fromkeys(typings)
)
"""(question, as typed, is it right): judged by hand, as a teacher would."""

HOSTILE = (
    "9**9**9**9",
    "9^9^9^9^9^9^9",
    "x^(9^9)",
    "2x + (x^(9^9) - x^(9^9))",
    "2x*(1^(9^9^2))",
    "(" * 6_000,
    "(" * 199 + "x" + ")" * 199,
    "-" * 390 + "x",
    "2x" + "+0" * 190,
    "x" * 1_000_000,
    "1" * 1_000_000,
    "ln(" * 50 + "x" + ")" * 50,
    "e^" * 100 + "x",
    "((((x+1)^50)^50)^50)^50",
    "(x+1)^999 - (x+1)^999 + 2x",
    "2x" + "*(x+1)/(x+1)" * 30,
    "sqrt(" * 30 + "x^4" + ")" * 30,
    "max(" * 40 + "x" + ",0)" * 40,
    "\\frac" * 60,
    "{" * 200,
    "\u202e2x\u0000",
    "__import__('os').system('true')",
    "(lambda: 0)()",
    "x" + "^x" * 190,
    "1e999999999",
    "0^-1",
    "1/0",
    "ln(0)",
    "tanh(" + "9" * 300 + ")",
)
