"""`nnviz circuit`: a formula as boxes, empty to fill by hand or solved step by step."""

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.circuit import Circuit
    from nnviz.circuit.drawing import Drawing
    from nnviz.circuit.operations import Value


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a file or an expression, values for the inputs, and what to show."""
    parser.add_argument(
        "circuit",
        nargs="?",
        metavar="FILE or EXPR",
        help='a circuit in TOML, or a formula like "(w0 + w1*x1)^2"; default: assignment 1',
    )
    parser.add_argument(
        "--set",
        nargs="+",
        action="extend",
        default=[],
        metavar="K=V",
        help="values of inputs, like x1=-2 w0=1/3",
    )
    parser.add_argument("--solve", action="store_true", help="fill the boxes and list each step")
    parser.add_argument("--svg", metavar="FILE", help="write the drawing as a picture instead")


def run(arguments: argparse.Namespace) -> int:
    """Draw it. Raises InputError for a bad circuit, a bad value or a place that can't be written.

    Colours only where a terminal shows them: each number has its name and an arrow as well.
    """
    from nnviz.circuit import drawing, evaluation
    from nnviz.circuit.svg import to_svg

    circuit = find_circuit(arguments.circuit).with_inputs(_values(arguments.set))
    texts = (drawing.solution_texts if arguments.solve else drawing.given_texts)(circuit)
    if arguments.svg:
        return _write(arguments.svg, to_svg(circuit, texts))
    print(circuit.title, end="\n\n")
    print(_coloured(drawing.draw(circuit, texts)))
    if arguments.solve:
        lines = [str(step) for step in evaluation.steps(circuit)]
        forwards = len(circuit.boxes)
        print("", f"{drawing.FORWARDS} forwards", *lines[:forwards], sep="\n")
        print("", f"{drawing.BACKWARDS} backwards", *lines[forwards:], sep="\n")
    return 0


def find_circuit(text: str | None) -> "Circuit":
    """The circuit of a file or a formula; without one, the assignment's. Raises InputError."""
    from nnviz.circuit import circuit_from, load_circuit

    if text is not None:
        return circuit_from(text)
    from grader.assignments import DEFAULT_ASSIGNMENT, assignment_folder

    return load_circuit(assignment_folder(DEFAULT_ASSIGNMENT) / "circuit.toml")


def _values(settings: list[str]) -> "dict[str, Value]":
    from nnviz.circuit.numbers import Unreadable, read_number

    values: dict[str, Value] = {}
    for setting in settings:
        name, sign, text = (part.strip() for part in setting.partition("="))
        number = read_number(text) if sign else None
        if number is None:
            raise InputError(f"--set {setting[:60]}: expected NAME=NUMBER, like x1=-2")
        if isinstance(number, Unreadable):
            raise InputError(f"--set {setting[:60]}: {number.reason}")
        if name in values:
            raise InputError(f"--set {setting[:60]}: {name} is set twice")
        values[name] = number.value
    return values


def _coloured(drawing: "Drawing") -> str:
    """Return the drawing with ANSI colours where standard output shows them."""
    from nnviz.circuit.drawing import Role

    if not sys.stdout.isatty() or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return str(drawing)
    colours = {Role.VALUE: "32", Role.GRADIENT: "31", Role.TITLE: "1", Role.FRAME: "2"}
    return "\n".join(
        "".join(f"\x1b[{colours.get(role, '0')}m{text}\x1b[0m" for text, role in line)
        for line in drawing.lines
    )


def _write(name: str, content: str) -> int:
    path = Path(name)
    draft = path.with_name(f".{path.name}.part")
    try:
        draft.write_text(content, encoding="utf-8")
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise InputError(f"{path}: can't be written: {error.strerror}") from error
    print(f"{path} written")
    return 0
