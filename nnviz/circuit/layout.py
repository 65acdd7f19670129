"""Where the boxes and wires of a circuit go, for every drawing of it: terminal, screen and SVG.

Columns are the circuit's own. In a column boxes stand in the order of their rows, each as near as
possible to the middle of what goes into it (isotonic regression, so that nothing overlaps). A wire
that passes a column by gets a row of its own there. Between two columns a wire runs level, down
or up one track, and level again; wires whose tracks would touch get tracks of their own.

Units are characters: x to the right, y downwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from nnviz.circuit.graph import Circuit

BOX_HEIGHT = 4
MARGIN = 1
"""Columns of a gap on each side of its tracks."""

Point = tuple[int, int]


@dataclass(frozen=True)
class Box:
    """The frame of a node's box; its value stands in line `y + 1`, its gradient in `y + 2`."""

    index: int
    x: int
    y: int
    width: int


@dataclass(frozen=True)
class Wire:
    """A path from the box of node `source` to its consumer's, as corner points."""

    source: int
    target: int
    points: tuple[Point, ...]


@dataclass(frozen=True)
class Layout:
    """All boxes and wires, and the size of the drawing."""

    boxes: tuple[Box, ...]
    wires: tuple[Wire, ...]
    width: int
    height: int


@dataclass(frozen=True)
class _Stop:
    """What one wire or box takes in a column: lines `top` to `end`, and where wires meet it."""

    top: int
    end: int
    leaves: int
    enters: Mapping[int, int]


Chain = tuple[int, int]
"""A wire in pieces: (source node, column of the stop); boxes stand at (node, their column)."""


def arrange(circuit: Circuit, width: int) -> Layout:
    """Return the layout with boxes `width` characters wide."""
    columns = {i: node.column_and_row[0] for i, node in enumerate(circuit.nodes) if node.position}
    stops = _place(circuit, columns)
    last = max(columns.values())
    left = {1: 0}
    routed: dict[tuple[Chain, Chain, int], list[Point]] = {}
    for column in range(1, last):
        nets = _nets(circuit, columns, stops, column)
        tracks = _tracks(nets)
        start = left[column] + width
        left[column + 1] = start + 2 * MARGIN + max(tracks.values(), default=0) + 1
        for key, (source, leave, enter) in nets.items():
            x = start + MARGIN + tracks.get(source, 0)
            end = left[column + 1] - 1
            routed[key] = [(start, leave), (x, leave), (x, enter), (end, enter)]
    boxes = tuple(
        Box(i, left[column], stops[i, column].top, width) for i, column in columns.items()
    )
    wires = tuple(_wires(circuit, columns, routed))
    height = max(stop.end for stop in stops.values())
    return Layout(boxes, wires, left[last] + width, height)


def _place(circuit: Circuit, columns: Mapping[int, int]) -> dict[Chain, _Stop]:
    """Return every stop, column by column from the left."""
    stops: dict[Chain, _Stop] = {}
    for column in range(1, max(columns.values()) + 1):
        boxes = sorted(
            (circuit.nodes[i].column_and_row, i) for i in columns if columns[i] == column
        )
        passing = [
            i
            for i in columns
            if columns[i] < column
            and any(columns[consumer] > column for consumer, _ in circuit.consumers[i])
        ]
        wanted: list[tuple[float, int, int]] = []
        previous = 0.0
        for (_, row), index in boxes:
            sources = [
                stops[i, column - 1].leaves - 1
                for i in circuit.nodes[index].operands
                if (i, column - 1) in stops
            ]
            ideal = sum(sources) / len(sources) if sources else (row - 1.0) * BOX_HEIGHT
            previous = max(previous, ideal)
            wanted.append((previous, BOX_HEIGHT, index))
        wanted += [(float(stops[i, column - 1].leaves), 1, i) for i in passing]
        wanted.sort(key=lambda stop: stop[0])
        tops = spread([stop[0] for stop in wanted], [stop[1] for stop in wanted])
        for (_, height, index), top in zip(wanted, tops, strict=True):
            stops[index, column] = _stop(circuit, stops, index, column, top, height)
    return stops


def _stop(
    circuit: Circuit, stops: Mapping[Chain, _Stop], index: int, column: int, top: int, height: int
) -> _Stop:
    if height == 1:
        return _Stop(top, top + 1, top, {})
    sources = [i for i in dict.fromkeys(circuit.nodes[index].operands) if (i, column - 1) in stops]
    sources.sort(key=lambda i: stops[i, column - 1].leaves)
    enters = {source: top + 1 + line for line, source in enumerate(sources)}
    return _Stop(top, top + height, top + 1, enters)


def spread(wanted: Sequence[float], heights: Sequence[int]) -> list[int]:
    """Return tops near the wanted ones, in order and at least a height apart, none negative.

    Pool adjacent violators: stops that would overlap move together to their common mean.
    """
    offsets = [sum(heights[:i]) for i in range(len(heights))]
    pools: list[list[float]] = []
    for want, offset in zip(wanted, offsets, strict=True):
        pools.append([want - offset])
        while len(pools) > 1 and _mean(pools[-2]) > _mean(pools[-1]):
            pools[-2:] = [pools[-2] + pools[-1]]
    levels = [max(0, round(_mean(pool))) for pool in pools for _ in pool]
    return [level + offset for level, offset in zip(levels, offsets, strict=True)]


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


Nets = dict[tuple[Chain, Chain, int], tuple[int, int, int]]


def _nets(
    circuit: Circuit, columns: Mapping[int, int], stops: Mapping[Chain, _Stop], column: int
) -> Nets:
    """Return the pieces of wires behind a column: (from, to, source) -> source, leaves, enters."""
    found: Nets = {}
    for index in columns:
        if (index, column) not in stops:
            continue
        leave = stops[index, column].leaves
        for consumer, _ in circuit.consumers[index]:
            if columns[consumer] == column + 1:
                enter = stops[consumer, column + 1].enters[index]
                found[(index, column), (consumer, column + 1), index] = index, leave, enter
        if any(columns[consumer] > column + 1 for consumer, _ in circuit.consumers[index]):
            passing = stops[index, column + 1].top
            found[(index, column), (index, column + 1), index] = index, leave, passing
    return found


def _tracks(nets: Nets) -> dict[int, int]:
    """Return a track for each source that changes its line in this gap.

    A source leaving on the line where another one enters has to turn off before that one does.
    """
    spans: dict[int, list[int]] = {}
    for source, leave, enter in nets.values():
        spans.setdefault(source, []).extend((leave, enter))
    turning = [source for source, span in spans.items() if min(span) < max(span)]
    leaves = {source: leave for source, leave, _ in nets.values()}
    enters: dict[int, set[int]] = {}
    for source, _, enter in nets.values():
        enters.setdefault(source, set()).add(enter)
    tracks: dict[int, int] = {}
    for _ in turning:
        free = [s for s in turning if s not in tracks]
        ready = [s for s in free if not any(leaves[o] in enters[s] for o in free if o != s)]
        source = (ready or free)[0]
        low, high = min(spans[source]), max(spans[source])
        before = [tracks[o] + 1 for o in tracks if leaves[o] in enters[source]]
        taken = {tracks[o] for o in tracks if min(spans[o]) <= high and low <= max(spans[o])}
        track = max(before, default=0)
        while track in taken:
            track += 1
        tracks[source] = track
    return tracks


def _wires(
    circuit: Circuit,
    columns: Mapping[int, int],
    routed: Mapping[tuple[Chain, Chain, int], list[Point]],
) -> Iterator[Wire]:
    for source in columns:
        for target in dict.fromkeys(consumer for consumer, _ in circuit.consumers[source]):
            points: list[Point] = []
            for column in range(columns[source], columns[target]):
                to = (target if column + 1 == columns[target] else source, column + 1)
                points += routed[(source, column), to, source]
            yield Wire(source, target, tuple(dict.fromkeys(points)))
