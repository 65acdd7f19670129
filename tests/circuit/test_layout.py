"""Boxes of any circuit keep apart, and every wire ends where it should."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.simulated_student import random_circuit
from nnviz.circuit import circuit_from_table
from nnviz.circuit.layout import BOX_HEIGHT, arrange, spread


@pytest.mark.parametrize("seed", range(60))
def test_boxes_keep_apart_and_wires_join_them(seed: int) -> None:
    """Random circuits of up to 12 operations: no overlap, wires level or upright, ends at boxes."""
    circuit = circuit_from_table(random_circuit(random.Random(seed)))
    layout = arrange(circuit, width=12)
    frames = {box.index: box for box in layout.boxes}
    for one in layout.boxes:
        assert 0 <= one.x <= layout.width - one.width
        assert 0 <= one.y <= layout.height - BOX_HEIGHT
        for other in layout.boxes:
            if other.index != one.index and other.x == one.x:
                assert abs(one.y - other.y) >= BOX_HEIGHT
    for wire in layout.wires:
        start, end = frames[wire.source], frames[wire.target]
        assert wire.points[0] == (start.x + start.width, start.y + 1)
        assert wire.points[-1][0] == end.x - 1
        assert end.y < wire.points[-1][1] < end.y + BOX_HEIGHT - 1
        for (x1, y1), (x2, y2) in zip(wire.points, wire.points[1:], strict=False):
            assert x1 == x2 or y1 == y2


@pytest.mark.parametrize("seed", range(60))
def test_a_wire_never_runs_through_a_box(seed: int) -> None:
    """A box drawn over a wire would hide where the number comes from."""
    circuit = circuit_from_table(random_circuit(random.Random(seed)))
    layout = arrange(circuit, width=12)
    inside = {
        (x, y)
        for box in layout.boxes
        for x in range(box.x, box.x + box.width)
        for y in range(box.y, box.y + BOX_HEIGHT)
    }
    for wire in layout.wires:
        for (x1, y1), (x2, y2) in zip(wire.points, wire.points[1:], strict=False):
            path = {
                (x, y)
                for x in range(min(x1, x2), max(x1, x2) + 1)
                for y in range(min(y1, y2), max(y1, y2) + 1)
            }
            assert not path & inside


@given(st.lists(st.tuples(st.floats(0, 50), st.integers(1, 5)), max_size=12))
def test_stops_are_spread_in_order_without_overlap(stops: list[tuple[float, int]]) -> None:
    """Whatever is wanted, and nowhere above the top."""
    stops.sort(key=lambda stop: stop[0])
    heights = [height for _, height in stops]
    tops = spread([wanted for wanted, _ in stops], heights)
    assert all(top >= 0 for top in tops)
    for top, below, height in zip(tops, tops[1:], heights, strict=False):
        assert below >= top + height


def test_stops_that_do_not_clash_stay_where_they_want() -> None:
    """Nothing moves without a reason."""
    assert spread([2.0, 8.0, 20.0], [4, 4, 1]) == [2, 8, 20]
