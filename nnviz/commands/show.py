"""`nnviz show`: a look into a recorded run, at any iteration, without training it again."""

import argparse
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnviz.errors import InputError
from nnviz.json_numbers import json_number

if TYPE_CHECKING:
    from nnviz.debugger.predicates import Findings, Predicate, Search
    from nnviz.debugger.session import Session
    from nnviz.debugger.source import Frame

EXIT_DAMAGED = 2
LISTED = 12
"""So many units, or stretches of iterations, are listed; of the others the number is told."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a file, and where to look."""
    parser.add_argument("file", metavar="FILE", type=Path, help="from `nnviz train RUN --record`")
    parser.add_argument("--at", metavar="N", type=int, help="the iteration (the last one)")
    parser.add_argument(
        "--when", metavar="PREDICATE", help="search: where does it hold, as in 'L1.dead > 10%%'"
    )
    which = parser.add_mutually_exclusive_group()
    for name, text in (
        ("first", "with --when: show the first iteration at which it holds"),
        ("last", "with --when: show the last one"),
        ("all", "with --when: list them all"),
    ):
        which.add_argument(f"--{name}", action="store_true", help=text)
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")
    parser.epilog = (
        "With --when and --at N: from N backwards, when was it last false? `nnviz predicates` "
        "explains the language. A damaged file is shown as far as it can be read, with exit code "
        "2. In the JSON object null stands for what is not a finite number."
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the session. Raises InputError where it can't be read, or has no such iteration."""
    import json

    from nnviz.debugger.session import open_session

    if (arguments.first or arguments.last or arguments.all) and arguments.when is None:
        raise InputError("--first, --last and --all are for a search: give --when 'PREDICATE', too")
    session = open_session(arguments.file)
    if session.damage:
        print(f"nnviz: {session.path}: {session.damage}; {session.extent}", file=sys.stderr)
    found = None if arguments.when is None else _search(session, arguments.when)
    index = _index(session, arguments, found)
    if arguments.json:
        print(json.dumps(session_json(session, index, found), allow_nan=False))
    else:
        lines = session_lines(session)
        if found is not None:
            lines += ["", *search_lines(session, found, arguments)]
            lines += _death_lines(session, found, arguments)
        if index is not None:
            lines += ["", *iteration_lines(session, index)]
        print("\n".join(lines))
    return EXIT_DAMAGED if session.damage.startswith("damaged") else 0


def session_lines(session: "Session") -> list[str]:
    """What was recorded: the run, how much of it, by what."""
    from nnviz.summary import sizes

    header, info = session.header, session.header.info
    ended = "the recording was ended" if session.complete else "the recording was not ended"
    stored = sum(record.length for record in session.keyframes.values()) / 1e6
    changed = [str(header.branch)] if header.branch.parent else []
    return [
        f"{session.path}: {info.name}, {session.extent}; {ended}",
        f"{sizes(info)}, {info.loss}",
        *(f"{name}: {text}" for name, text in info.options.items()),
        *changed,
        f"states: {len(session.keyframes)} kept, {stored:.1f} MB",
        "recorded by " + ", ".join(f"{name} {text}" for name, text in header.versions.items()),
    ]


def iteration_lines(session: "Session", index: int) -> list[str]:
    """The numbers of one iteration: layers, loss, silent units, and whether its state was kept."""
    from nnviz.debugger.source import fingerprint
    from nnviz.summary import layer_table, percent

    info, frame = session.header.info, session.history.frame(index)
    if index in session.keyframes:
        state = f"its state was kept: {fingerprint(session.arrays(index))}"
    else:
        before = max((i for i in session.keyframes if i <= index), default=None)
        state = "no state before it was kept" if before is None else f"the state of {before} was"
    return [
        f"iteration {index}; {state}",
        "",
        *layer_table(info, frame),
        "",
        f"loss {frame.loss:.6g}, training accuracy {percent(frame.train_accuracy)}, "
        f"test accuracy {_last_test(session, index)}",
        *_silent_lines(session, frame),
        *_finding_lines(session, index),
    ]


def search_lines(session: "Session", found: "Search", arguments: argparse.Namespace) -> list[str]:
    """Where a predicate holds, and with --at when it was last false before."""
    from nnviz.debugger.predicates import last_false_before

    if not found.stretches:
        return [f"{found.predicate}: at none of the {session.extent}"]
    shown = found.stretches if arguments.all else found.stretches[:LISTED]
    listed = ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in shown)
    more = len(found.stretches) - len(shown)
    lines = [
        f"{found.predicate}: at {found.count} iterations: {listed}"
        + f", and {more} more stretches (--all)" * bool(more)
    ]
    if arguments.at is not None:
        predicate, standing = _question(session, found.predicate)
        last = last_false_before(session.history, predicate, arguments.at, standing)
        if last == arguments.at:
            lines.append(f"at {last} it does not hold")
        elif last is None:
            lines.append(f"it has held from the beginning ({session.history.first}) on")
        else:
            lines.append(f"before {arguments.at} it was last false at {last}, whose update did it")
    return lines


def _death_lines(session: "Session", found: "Search", arguments: argparse.Namespace) -> list[str]:
    """Which units fell silent where the search led to, and the updates that did it."""
    from nnviz.debugger.deaths import deaths
    from nnviz.debugger.predicates import last_false_before

    index = found.first if arguments.first else None
    if arguments.at is not None:
        predicate, standing = _question(session, found.predicate)
        last = last_false_before(session.history, predicate, arguments.at, standing)
        index = None if last is None or last == arguments.at else last + 1
    if index is None or not any(
        (layer.died_at == index).any() for layer in session.history.frame(index).layers
    ):
        return []
    try:
        fallen = deaths(session.timeline(), index)
    except InputError as error:
        return [f"the update of iteration {index - 1} can't be worked out again: {error}"]
    more = [f"and {len(fallen) - LISTED} more units"] if len(fallen) > LISTED else []
    return [*map(str, fallen[:LISTED]), *more]


def session_json(session: "Session", index: int | None, found: "Search | None") -> dict[str, Any]:
    """Everything of `session_lines`, of one iteration and of a search, for scripts."""
    from nnviz.debugger.session_header import plain

    header, history = session.header, session.history
    result: dict[str, Any] = {
        "file": str(session.path),
        "origin": plain(header.origin),
        "branch": str(header.branch),
        "versions": header.versions,
        "first": history.first,
        "last": history.last,
        "complete": session.complete,
        "damage": session.damage,
        "keyframes": sorted(session.keyframes),
    }
    if found is not None:
        result["when"] = {"predicate": found.predicate, "stretches": found.stretches}
    if index is not None:
        numbers = history.row(index).items()
        result["iteration"] = {name: json_number(value) for name, value in numbers} | {
            "iteration": index
        }
        result["silent_units"] = {
            layer.name: dict(_silent(statistics))
            for layer, statistics in zip(
                header.info.layers, history.frame(index).layers, strict=True
            )
        }
    return result


def _search(session: "Session", text: str) -> "Search":
    from nnviz.debugger.predicates import search

    predicate, standing = _question(session, text)
    return search(session.history, predicate, standing)


def _question(session: "Session", text: str) -> "tuple[Predicate, Findings]":
    """A predicate, and the findings that it may speak of: those that the numbers alone give."""
    from nnviz.debugger.findings import RULES, Diagnosis
    from nnviz.debugger.predicates import parse_predicate

    info = session.header.info
    predicate = parse_predicate(text, info.depth, RULES)
    return predicate, Diagnosis(info, session.history).standing


def _index(session: "Session", arguments: argparse.Namespace, found: "Search | None") -> int | None:
    """The iteration to show; None where there is none, or where only the search is asked for."""
    history = session.history
    if arguments.at is not None and arguments.at not in history:
        raise InputError(f"--at {arguments.at}: {session.path} has {session.extent}")
    if found is not None and arguments.at is None:
        return found.first if arguments.first else found.last if arguments.last else None
    return arguments.at if arguments.at is not None else (history.last if len(history) else None)


def _last_test(session: "Session", index: int) -> str:
    """The test accuracy at an iteration, or at the last one before it that was evaluated."""
    from nnviz.summary import percent

    column = session.history.column("test_accuracy")[: index - session.history.first + 1].tolist()
    for at, value in zip(range(index, -1, -1), reversed(column), strict=False):
        if math.isfinite(value):
            return percent(value) + ("" if at == index else f" (at {at})")
    return "-"


def _silent(statistics: Any) -> list[tuple[int, int]]:
    """The silent units with the iteration since which they are so."""
    return [(int(unit), int(statistics.died_at[unit])) for unit in statistics.silent_units]


def _silent_lines(session: "Session", frame: "Frame") -> list[str]:
    lines = []
    for layer, statistics in zip(session.header.info.layers, frame.layers, strict=True):
        if units := _silent(statistics):
            listed = ", ".join(f"{unit} since {since}" for unit, since in units[:LISTED])
            more = f", and {len(units) - LISTED} more" * (len(units) > LISTED)
            lines.append(f"{layer.name}: {layer.silent} units: {listed}{more}")
    return lines


def _finding_lines(session: "Session", index: int) -> list[str]:
    """What the numbers alone say is wrong there; consequences are left out."""
    from nnviz.debugger.findings import Diagnosis

    found = Diagnosis(session.header.info, session.history).at(index)
    return [
        f"{finding.level.name.lower()} {finding.id} since {finding.since}: {finding.evidence}"
        for finding in found
        if finding.consequence_of is None
    ]
