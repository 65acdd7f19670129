"""Starts a program, lets it come to its training loop, and recognises what is in it."""

import math
from collections.abc import Callable
from functools import partial

import msgspec
import numpy as np

from nnviz.attach.describing import failure_text
from nnviz.attach.family import OPEN, Enclosure, Family, Kept, Member
from nnviz.attach.forward import ForwardSource
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

    One that can't be copied is started twice, since its first iteration can't be done in a copy,
    and then runs forward only. `on_text` is shown what it prints before. Raises InputError where
    there is no such loop, or the program fails before it; Cancelled where `cancelled` says so.
    """
    corrections = corrections or Corrections()
    candidate = choose(program, corrections.loop or None)
    begin = partial(_begun, program, candidate, enclosure, cancelled=cancelled)
    family, ready = begin(on_text)
    known: Recognition | None = None
    try:
        if why := str(ready["uncopied"]):
            known = traced(family, family.main, program, corrections, cancelled)
            family.close()
            family, ready = begin(lambda line: None)
            learnt(family, family.main, known)
        recognition = known or recognised(family, family.main, program, corrections, cancelled)
    except BaseException:
        family.close()
        raise
    iterations = corrections.iterations or _planned(ready["rounds"], candidate)
    never = tuple(np.full(layer.units, -1) for layer in recognition.layers)
    start = ProgramSnapshot(0, Kept(family.main, 0, 0 if why else AT_FIRST), never)
    settings = {path_text(p): v for p, v in recognition.numbers[:MOST_NUMBERS]}
    make = ForwardSource if why else ProgramSource
    source = make(program, corrections, family, recognition, iterations, start, settings)
    source.cancelled = cancelled
    return source.begin(why) if isinstance(source, ForwardSource) else source


def _begun(
    program: Program,
    candidate: Candidate,
    enclosure: Enclosure,
    on_text: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> tuple[Family, Message]:
    """The processes of a program that stands before its loop, and what it says there."""
    family = Family(program, candidate.line, enclosure)
    try:
        return family, _come_to_the_loop(program, candidate, family, on_text, cancelled)
    except BaseException:
        family.close()
        raise


def _come_to_the_loop(
    program: Program,
    candidate: Candidate,
    family: Family,
    on_text: Callable[[str], None],
    cancelled: Callable[[], bool],
) -> Message:
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
    return message


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
    recognition = traced(family, tracing, program, corrections, cancelled)
    tracing.close()
    learnt(family, member, recognition)
    return recognition


def traced(
    family: Family,
    tracing: Member,
    program: Program,
    corrections: Corrections,
    cancelled: Callable[[], bool],
) -> Recognition:
    """What a member's next iteration shows; the member ends with it. Raises InputError."""
    order = {"order": "go", "trace": True, "quiet": True}
    order["corrections"] = msgspec.to_builtins(corrections)
    try:
        answer, _ = family.ask(tracing, order, cancelled)
    except InputError as error:
        raise InputError(f"{program.path}: {error}") from error
    if "recognition" not in answer:
        raise InputError(f"{program.path}: its first iteration {answer.get('text')}")
    return msgspec.convert(answer["recognition"], Recognition)


def learnt(family: Family, member: Member, recognition: Recognition) -> None:
    """Tell a member what its arrays are for."""
    family.ask(member, {"order": "plan", "recognition": msgspec.to_builtins(recognition)})


def _planned(rounds: list[int], candidate: Candidate) -> int:
    """The number of the last iteration, 0 where the loops don't say."""
    if len(rounds) != len(candidate.outer) + 1 or not all(rounds):
        return 0
    return max(1, math.prod(rounds) - 1)


def _never_begun(program: Program, candidate: Candidate, message: Message) -> str:
    if message.get("event") == "failed":
        return failure_text(program, message)
    place = program.place(candidate.line)
    return f"{program.path}: never came to the loop in {place}: {message.get('text')}"
