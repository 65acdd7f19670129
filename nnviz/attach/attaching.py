"""Starts a program, lets it come to its training loop, and recognises what is in it."""

import math
import os
from collections.abc import Callable

import msgspec
import numpy as np

from nnviz.attach import describing
from nnviz.attach.describing import failure_text
from nnviz.attach.family import OPEN, Enclosure, Family, Kept, Member
from nnviz.attach.loops import Candidate, choose
from nnviz.attach.namespace import path_text
from nnviz.attach.program import Program
from nnviz.attach.recognition import Corrections, Recognition
from nnviz.attach.snapshots import ProgramSnapshot
from nnviz.attach.source import AT_FIRST, MOST_NUMBERS, ProgramSource
from nnviz.attach.wire import Message
from nnviz.errors import InputError

MOST_AT_ONCE = 40
"""Of a flood of text so many lines are shown while the program comes to its loop."""


def attach(
    program: Program,
    corrections: Corrections | None = None,
    on_text: Callable[[str], None] = lambda line: None,
    cancelled: Callable[[], bool] = lambda: False,
    enclosure: Enclosure = OPEN,
) -> ProgramSource:
    """Start a program, let it come to its training loop, and recognise what is in it.

    `on_text` is shown what it prints before. Raises InputError where there is no such loop, or the
    program fails before it; Cancelled where `cancelled` says so.
    """
    if not hasattr(os, "fork"):
        raise InputError(
            "programs of your own need Linux or macOS: going back keeps copies of their process"
        )
    corrections = corrections or Corrections()
    candidate = choose(program, corrections.loop or None)
    family = Family(program, candidate.line, enclosure)
    try:
        return _attached(program, candidate, corrections, family, on_text, cancelled)
    except BaseException:
        family.close()
        raise


def _attached(
    program: Program,
    candidate: Candidate,
    corrections: Corrections,
    family: Family,
    on_text: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> ProgramSource:
    said = 0

    def told() -> None:
        nonlocal said
        log = family.text
        new, said = log.left_out + len(log.lines) - said, log.left_out + len(log.lines)
        for _, line in list(log.lines)[-min(new, MOST_AT_ONCE) :] if new else ():
            on_text(line)

    family.on_text = told
    message, _ = family.listen(family.main, cancelled)
    family.on_text = lambda: None
    if message.get("event") != "ready":
        raise InputError(_never_begun(program, candidate, message))
    if message["threads"]:
        raise InputError(
            f"{program.path}: has started threads before its loop; going back needs copies of its "
            "process, and a copy has no threads: leave them out while you debug it"
        )
    recognition = recognised(family, family.main, program, corrections, cancelled)
    iterations = corrections.iterations or _planned(message["rounds"], candidate)
    never = tuple(np.full(layer.units, -1) for layer in recognition.layers)
    start = ProgramSnapshot(0, Kept(family.main, 0, AT_FIRST), never)
    settings = {path_text(p): v for p, v in recognition.numbers[:MOST_NUMBERS]}
    source = ProgramSource(program, corrections, family, recognition, iterations, start, settings)
    source.cancelled = cancelled
    return source


def recognised(
    family: Family,
    member: Member,
    program: Program,
    corrections: Corrections,
    cancelled: Callable[[], bool],
) -> Recognition:
    """What a member's next iteration shows, done in a copy of it; the member learns it, too.

    Raises InputError where nothing is recognised.
    """
    tracing, _ = family.fork(member)
    order = {"order": "go", "trace": True, "quiet": True}
    order["corrections"] = msgspec.to_builtins(corrections)
    try:
        answer, _ = family.ask(tracing, order, cancelled)
    except InputError as error:
        raise InputError(f"{program.path}: {error}") from error
    tracing.close()
    if "recognition" not in answer:
        raise InputError(f"{program.path}: its first iteration {answer.get('text')}")
    recognition = msgspec.convert(answer["recognition"], Recognition)
    family.ask(member, {"order": "plan", "recognition": msgspec.to_builtins(recognition)})
    return recognition


def _planned(rounds: list[int], candidate: Candidate) -> int:
    """The number of the last iteration, as far as the loops say."""
    if len(rounds) != len(candidate.outer) + 1 or not all(rounds):
        return describing.UNPLANNED
    return max(1, math.prod(rounds) - 1)


def _never_begun(program: Program, candidate: Candidate, message: Message) -> str:
    if message.get("event") == "failed":
        return failure_text(program, message)
    place = program.place(candidate.line)
    return f"{program.path}: never came to the loop in {place}: {message.get('text')}"
