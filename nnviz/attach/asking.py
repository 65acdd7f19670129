"""What only a program can be asked, in words: its text, gradients, the reference, its new file."""

import numpy as np

from nnviz.attach.attaching import recognised
from nnviz.attach.corrections import write_correction
from nnviz.attach.family import Kept
from nnviz.attach.gradient_words import named_slip, report_lines
from nnviz.attach.loops import choose
from nnviz.attach.namespace import path_text
from nnviz.attach.program import read_program
from nnviz.attach.reference import agreement_lines, compare_with_engine
from nnviz.attach.snapshots import ProgramSnapshot
from nnviz.attach.source import MOST_NUMBERS, ProgramSource
from nnviz.debugger.timeline import relative_difference
from nnviz.errors import InputError
from nnviz.experiment import parse_value

SAME = 1e-6
"""Up to this relative difference two arrays are the same."""


def printed(source: ProgramSource, count: int) -> str:
    """The last lines printed up to the iteration that is shown."""
    source.family.take_text()
    lines = source.family.text.up_to(source.shown, count)
    left_out = source.family.text.left_out
    head = [f"({left_out:,} older lines are left out)"] * bool(left_out)
    return "\n".join([*head, *lines]) or "the program has printed nothing so far"


def gradients(source: ProgramSource) -> str:
    """The gradient check, and the slip that it shows."""
    report = source.gradient_report()
    return "\n".join(report_lines(report, named_slip(source, report)))


def reference(source: ProgramSource, iterations: int) -> str:
    """The comparison from the iteration that is shown on, on a run of its own."""
    run = source.fork(source.shown_snapshot, {}, {})
    return "\n".join(agreement_lines(run, compare_with_engine(run, iterations)))


def corrected(source: ProgramSource, key: str, text: str) -> str:
    """Write a correction into nnviz.toml."""
    value = parse_value(text)
    path = write_correction(source.program, key, value)
    return f"{path}: {key} = {value!r}; it holds when the program is opened again"


def reloaded(source: ProgramSource) -> tuple[ProgramSource, str]:
    """The program as its file is now, from the iteration that is shown on; what differs there."""
    program = read_program(source.program.path)
    if program.text == source.program.text:
        raise InputError(f"{program.path} has not changed since it was opened")
    here = source.shown_snapshot
    chosen = choose(program, source.corrections.loop or None)
    member = source.awake(here)
    order = {"order": "resume", "text": program.text, "loop": chosen.line}
    message, _ = source.family.ask(member, order, source.cancelled)
    if message.get("event") != "ready":
        raise InputError(
            f"{program.path.name}: the changed loop did not begin: {message.get('text')}"
        )
    found = recognised(source.family, member, program, source.corrections, source.cancelled)
    start = ProgramSnapshot(here.index, Kept(member, here.index, source.state_bytes), here.active)
    run = ProgramSource(
        program,
        source.corrections,
        source.family,
        found,
        source.info.iterations,
        start,
        {path_text(p): v for p, v in found.numbers[:MOST_NUMBERS]},
    )
    return run, "\n".join(_differences(source, run))


def _differences(old: ProgramSource, new: ProgramSource) -> list[str]:
    """The first array of each layer that differs in the next iteration."""
    if old.recognition.depth != new.recognition.depth:
        return [f"the net has {new.recognition.depth} layers now"]
    lines = []
    for number in range(1, old.recognition.depth + 1):
        said = f"layer {number}: the same in its next iteration"
        for letter in ("L", "d", "dW", "update"):
            name = f"{letter}{number}"
            if name not in old.names or name not in new.names:
                continue
            before, now = old.array(name), new.array(name)
            if before.shape != now.shape:
                said = f"layer {number}: {name} has another shape"
                break
            with np.errstate(all="ignore"):
                apart = relative_difference(before, now)
            if apart > SAME:
                said = f"layer {number}: {name} is the first that differs, by {apart:.2g}"
                break
        lines.append(said)
    return lines
