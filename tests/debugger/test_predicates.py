"""Promises of the predicate language: what holds where, errors that point, never a crash."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.debugger.history import History
from nnviz.debugger.predicates import (
    holds_at,
    last_false_before,
    parse_expression,
    parse_predicate,
    search,
)
from nnviz.errors import InputError


def table(**columns):
    """A history of two layers with these columns (dots as __), everything else 0."""
    rows = max(len(values) for values in columns.values())
    history = History(2)
    for row in range(rows):
        values = {name.replace("__", "."): numbers[row] for name, numbers in columns.items()}
        values.setdefault("iteration", row)
        history.append_row(np.array([values.get(name, 0.0) for name in history.names]))
    return history


def where(text, history, **known):
    """The iterations at which a predicate holds."""
    found = search(history, parse_predicate(text, 2, tuple(known)), lambda name: known[name])
    return [i for start, end in found.stretches for i in range(start, end + 1)]


RUN = table(
    loss=[5.0, 4.0, 4.5, 4.7, 4.9, 5.1, np.nan, 1.0],
    L1__dead=[0.0, 0.05, 0.1, 0.11, 0.2, 0.0, 0.5, 0.5],
    L2__dead=[0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.9],
    L1__mean=[-1.0, 0.5, 2.0, 0.0, -0.6, 0.0, 0.0, 0.0],
    L1__std=[1.0, 1.0, 2.0, 0.0, 1.0, 1.0, 1.0, 1.0],
    W2__update_ratio=[0.1, 2.0, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1],
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("L1.dead > 10%", [3, 4, 6, 7]),
        ("L1.dead >= 0.1", [2, 3, 4, 6, 7]),
        ("W2.update_ratio > 1", [1]),
        ("loss rising for 3", [4, 5]),
        ("loss falling", [1]),
        ("loss rising for 2 and iteration > 3", [4, 5]),
        ("abs(L1.mean) > 0.5 and iteration > 1", [2, 4]),
        ("any layer.dead > 50%", [7]),
        ("every layer.dead > 40%", [7]),
        ("any layer.update_ratio > 1", [1]),
        ("not loss > 0", [6]),
        ("loss is nan", [6]),
        ("loss != 5", [1, 2, 3, 4, 5, 7]),
        ("(loss > 4 or iteration == 7) and not (L1.dead > 0)", [0, 5]),
        ("(loss + 1) * 2 > 12", [5]),
        ("L1.mean / L1.std > 0.4", [1, 2]),
        ("max(L1.dead, L2.dead) > 0.8", [7]),
        ("-loss < -5", [5]),
        ("iteration = 3", [3]),
        ("loss > 1e9", []),
        ("finding(dead-units) and iteration < 7", [6]),
    ],
)
def test_a_predicate_holds_exactly_there(text, expected):
    # the expected iterations are read off the table above by hand
    known = {"dead-units": np.array([False] * 6 + [True] * 2)}
    assert where(text, RUN, **known) == expected


@pytest.mark.parametrize(
    ("text", "place", "says"),
    [
        ("L1.daed > 10%", 0, "did you mean L1.dead?"),
        ("L1.dead > ", 9, "expected a number or a name"),
        ("L1.dead 10%", 8, "expected a comparison"),
        ("L9.dead > 1", 0, "the layers are 1 to 2"),
        ("loss > 1 adn loss < 2", 9, "did you mean and?"),
        ("loss > $", 7, "unexpected '$'"),
        ("loss rising for 0.5", 16, "whole number"),
        ("(loss > 1", 9, "close the bracket"),
        ("any loss > 1", 4, "expected 'layer'"),
        ("layer.dead > 1", 0, "any layer"),
        ("any layer.deat > 1", 4, "did you mean dead?"),
        ("finding(vanish)", 8, "did you mean vanishing?"),
        ("abs(loss, 1) > 2", 0, "abs takes 1"),
        ("", 0, "expected a number or a name"),
        ("loss", 4, "expected a comparison"),
        ("LOSS > 1", 0, "did you mean loss?"),
    ],
)
def test_an_error_points_at_the_character_and_offers_the_nearest_name(text, place, says):
    with pytest.raises(InputError) as caught:
        parse_predicate(text, 2, ("vanishing",))
    message, shown, mark = str(caught.value).split("\n")
    assert says in message
    assert shown == f"  {text}"
    assert mark.index("^") - 2 == place


@given(st.text(max_size=60) | st.text("L1.dea>%()+-*/ andorlf23", max_size=60))
def test_any_text_is_a_predicate_or_a_clear_error(text):
    try:
        predicate = parse_predicate(text, 2)
    except InputError:
        return
    search(RUN, predicate)


@pytest.mark.parametrize(
    "text", ["(" * 400, "not " * 100 + "loss > 1", "-" * 300 + "1 > 0", "1" * 501]
)
def test_hostile_lengths_are_refused_not_crashed(text):
    with pytest.raises(InputError):
        parse_predicate(text, 2)


SAMPLE = [
    "loss rising for 3",
    "L1.dead > 10%",
    "any layer.dead > 50% or loss is nan",
    "loss falling for 2",
]


@given(
    text=st.sampled_from(SAMPLE),
    losses=st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=30),
)
def test_one_iteration_alone_gives_what_the_whole_search_gives(text, losses):
    history = table(loss=losses, L1__dead=[abs(hash(x)) % 3 / 4 for x in losses])
    predicate = parse_predicate(text, 2)
    alone = [i for i in range(len(losses)) if holds_at(history, predicate, i)]
    found = search(history, predicate)
    assert alone == [i for a, b in found.stretches for i in range(a, b + 1)]
    assert found.count == len(alone)
    assert found.first == (alone[0] if alone else None)
    assert found.last == (alone[-1] if alone else None)


def test_running_backwards_stops_where_it_was_last_false():
    dead = parse_predicate("L1.dead > 10%", 2)
    assert last_false_before(RUN, dead, 7) == 5
    assert last_false_before(RUN, dead, 4) == 2
    assert last_false_before(RUN, parse_predicate("iteration >= 0", 2), 4) is None


def test_a_history_that_does_not_begin_at_0_keeps_its_iteration_numbers():
    history = History(2, first=40)
    for row in range(5):
        history.append_row(np.full(len(history.names), float(row)))
    assert search(history, parse_predicate("loss > 2", 2)).first == 43


def test_an_expression_is_a_number_for_a_curve():
    from nnviz.debugger.predicates import Rows, no_findings

    ratio = parse_expression("L1.mean / L1.std", 2)
    rows = Rows(RUN, no_findings(RUN), 0, len(RUN))
    np.testing.assert_allclose(ratio.numbers(rows)[:4], [-1, 0.5, 1, np.nan])
