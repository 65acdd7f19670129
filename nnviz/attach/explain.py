"""What was recognised in a program, how sure and why, in words: before it runs, and after."""

import ast
import re
from collections.abc import Callable

from nnviz.attach.loops import CURVES, PRODUCTS, Candidate, called
from nnviz.attach.namespace import path_text
from nnviz.attach.program import Program
from nnviz.attach.recognition import Place, Recognition
from nnviz.attach.scalars import LOSS_NAME, RATE_NAME
from nnviz.attach.temporaries import temporaries_of

NO_CLASSES = ": numbers that name no classes, so nothing is right or wrong"
"""What is told of the targets of a regression."""


def explain_unrun(program: Program, chosen: Candidate) -> list[str]:
    """What the syntax tree alone says."""
    lines = [
        f"{program.path}: the training loop is in {program.place(chosen.line)}:",
        f"  {program.line(chosen.line)}",
        *(f"  because {reason}" for reason in chosen.reasons),
    ]
    if chosen.outer:
        around = ", ".join(program.place(loop.lineno) for loop in chosen.outer)
        lines.append(f"  inside the loop in {around}")
    bodies: list[ast.AST] = [chosen.loop, *chosen.functions]
    lines += _listed(program, "matrix products", bodies, _is_product)
    lines += _listed(program, "functions that bend numbers", bodies, _is_curve)
    lines += _named(program, "may be the loss, by its name", bodies, LOSS_NAME)
    lines += _named(program, "may be the learning rate, by its name", [program.tree], RATE_NAME)
    dropped = temporaries_of(chosen.loop, program.tree)
    if dropped:
        lines.append(
            f"a kept state does without {', '.join(dropped)}: each round assigns them first"
        )
    lines += [f"left out: {text}" for text in program.skipped]
    lines.append("what each array is for shows in the first iteration: `nnviz attach` runs that")
    return lines


def _is_product(node: ast.AST) -> bool:
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.MatMult)
    return isinstance(node, ast.Call) and called(node) in PRODUCTS


def _is_curve(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and called(node) in CURVES


def _listed(
    program: Program, title: str, bodies: list[ast.AST], wanted: Callable[[ast.AST], bool]
) -> list[str]:
    found = (node for body in bodies for node in ast.walk(body) if wanted(node))
    numbers = sorted({node.lineno for node in found if isinstance(node, ast.expr)})
    shown = [f"  {program.place(number)}: {program.line(number)}" for number in numbers]
    return [f"{title}:", *shown] if shown else []


def _named(
    program: Program, title: str, bodies: list[ast.AST], pattern: re.Pattern[str]
) -> list[str]:
    found: dict[str, int] = {}
    for body in bodies:
        for node in ast.walk(body):
            stored = isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
            if stored and isinstance(node, ast.Name) and pattern.search(node.id):
                found.setdefault(node.id, node.lineno)
    return [f"{title}: {name} ({program.place(line)})" for name, line in found.items()]


def explain(program: Program, found: Recognition, line: int, length: str = "") -> list[str]:
    """What the first iteration has shown: a table of the layers, and everything else by line.

    `length` is what is to be said of how long the run is.
    """
    lines = [
        f"{program.path}: the training loop is in {program.place(line)}; samples are "
        f"{'columns' if found.columns else 'rows'}",
        "",
        *_table(program, found),
        "",
        f"inputs: {_placed(program, found.inputs)}, {found.samples:,} of {found.all_samples:,} "
        "samples in an iteration",
    ]
    for title, place in (("targets", found.targets), ("labels", found.labels)):
        if place is not None:
            lines.append(f"{title}: {_placed(program, place)}{'' if found.classes else NO_CLASSES}")
    loss = found.loss
    where = f"{_placed(program, loss.place)}: " if loss.place is not None else ""
    lines.append(f"loss ({loss.confidence:.0%} sure): {where}{loss.family}, {loss.reason}")
    rate = path_text(found.rate.path) or "no variable"
    lines.append(f"learning rate ({found.rate.confidence:.0%} sure): {rate}, {found.rate.reason}")
    if found.momentum:
        lines.append(f"momentum: {', '.join(found.momentum)}")
    lines += [f"length: {length}"] * bool(length)
    lines += [f"doubt: {doubt}" for doubt in found.doubts]
    lines += ["", "why:"]
    for number, layer in enumerate(found.layers, start=1):
        lines += [f"  layer {number}, {what}: {why}" for what, why in layer.reasons.items()]
    lines += [f"left out: {text}" for text in program.skipped]
    return lines


def _table(program: Program, found: Recognition) -> list[str]:
    rows: list[tuple[str, ...]] = [
        ("", "units", "weights", "bias", "activation", "L", "delta", "gradient", "sure")
    ]
    for number, layer in enumerate(found.layers, start=1):
        given = ", ".join(f"{k} = {v:g}" for k, v in layer.parameters.items() if v != 1)
        rows.append(
            (
                f"L{number}",
                f"{layer.units}",
                path_text(layer.weights) + (".T" if layer.transposed else ""),
                path_text(layer.bias) or "-",
                layer.activation + (f" ({given})" if given else ""),
                *(_short(layer.places.get(letter)) for letter in ("L", "d", "dW")),
                f"{layer.confidence:.0%}",
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return [
        "  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]


def _short(place: Place | None) -> str:
    if place is None:
        return "?"
    return place.text or f"line {place.line}"


def _placed(program: Program, place: Place) -> str:
    text = place.text or "an unnamed value"
    return f"{text} ({program.place(place.line)})" if place.line else text
