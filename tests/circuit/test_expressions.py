"""Formulas typed by people are read as people mean them, and nothing hostile is ever evaluated."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.circuit.expressions import (
    Apply,
    Expression,
    ExpressionError,
    Literal,
    Name,
    evaluate,
    names_in,
    parse,
)
from nnviz.circuit.writing import written

POINT = {"x": Fraction(3), "y": Fraction(-2), "w0": Fraction(5), "w1": Fraction(7)}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2 + 3*4", 14),
        ("-x^2", -9),
        ("(-x)^2", 9),
        ("2^3^2", 512),
        ("2**-1", Fraction(1, 2)),
        ("x - y - 1", 4),
        ("12/x/2", 2),
        ("1/2x", Fraction(3, 2)),
        ("2xy", -12),
        ("w0 + w1 x", 26),
        ("w1x", 21),
        ("3(x+1)", 12),
        ("max(x, y)", 3),
        ("max(0, y)", 0),
        ("relu(y)", 0),
        ("sqrt(9)", 3),
        ("|y|", 2),
        (r"\frac{x}{2} \cdot y", -3),
        ("x²", 9),
        ("x⁻¹", Fraction(1, 3)),
        ("½x", Fraction(3, 2)),
        ("2½", Fraction(5, 2)),
        ("−３", -3),
        ("ln(1) + e^0", 1),
        ("1.5e2", 150),
    ],
)
def test_a_formula_has_the_value_that_people_give_it(text: str, value: object) -> None:
    """Values by hand at x = 3, y = -2, w0 = 5, w1 = 7."""
    known = None if "w" in text else ("x", "y")
    assert evaluate(parse(text, known), POINT) == value


def test_what_stands_side_by_side_binds_first_in_the_tight_reading() -> None:
    """People read 1/2x as (1/2)x or 1/(2x), and ln 2x as (ln 2)x or ln(2x): both are offered."""
    assert evaluate(parse("1/2x", tight=True), POINT) == Fraction(1, 6)
    assert written(parse("ln 2x")) == "ln(2) * x"
    assert written(parse("ln 2x", tight=True)) == "ln(2 * x)"


def test_a_run_of_letters_is_cut_into_the_variables_that_exist() -> None:
    """With a and x known, xlna is x ln a; without a list it is one name."""
    assert written(parse("xlna", ("a", "x"))) == "x * ln(a)"
    assert parse("xlna") == Name("xlna")


@pytest.mark.parametrize(
    "text",
    ["", "2 +", "(x", "x)", "2 3", "x 2", "2,5", "#", "foo(x)", "max(x)", "ln()", "x^^2", "()"],
)
def test_what_is_no_formula_is_refused_with_a_reason(text: str) -> None:
    """Each is refused, none is guessed."""
    with pytest.raises(ExpressionError, match=r"\w"):
        parse(text)


@pytest.mark.parametrize(
    "text",
    [
        "(" * 10_000,
        "-" * 399,
        "x" * 1_000_000,
        "1" * 10_000,
        "ln(" * 130 + "x",
        "__import__('os').system('true')",
    ],
)
def test_a_hostile_text_is_refused(text: str) -> None:
    """Too long, too deep, too many digits, or Python: an error, not a crash or a long wait."""
    with pytest.raises(ExpressionError):
        parse(text)


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused(text: str) -> None:
    """There is no third outcome."""
    for tight in (False, True):
        try:
            tree = parse(text, tight=tight)
        except ExpressionError:
            continue
        assert isinstance(tree, Literal | Name | Apply)


def expressions() -> st.SearchStrategy[Expression]:
    """Return formulas in x and y."""
    leaves = st.one_of(
        st.sampled_from([Name("x"), Name("y")]), st.integers(0, 9).map(lambda n: Literal(n))
    )

    def grown(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
        infix = st.sampled_from(["add", "subtract", "multiply", "divide", "power"])
        prefix = st.sampled_from(["ln", "tanh", "exp", "negate"])
        return st.one_of(
            st.builds(lambda o, a, b: Apply(o, (a, b)), infix, inner, inner),
            st.builds(lambda o, a: Apply(o, (a,)), prefix, inner),
        )

    return st.recursive(leaves, grown, max_leaves=8)


@given(expressions())
def test_what_was_read_is_written_so_that_it_is_read_the_same(tree: Expression) -> None:
    """The line "read as ..." must not lie: reading it again gives the same formula."""
    again = parse(written(tree))
    assert written(again) == written(tree)
    assert names_in(again) == names_in(tree)
