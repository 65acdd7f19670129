"""Runs checks on a student's code: their questions together, for speed, their verdicts apart.

All checks go forward side by side, and what they ask in a round is asked in one process. What fails
there is asked again in a process of its own, and what came after it too, so that none suffers from
another. What has limits of its own is asked last, and where it needs them in its own process.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import accumulate
from typing import Any

from grader.checks import (
    Answer,
    Asking,
    Check,
    CheckResult,
    CouldNotRun,
    Passed,
    Undecided,
    Wrong,
)
from grader.running import Code
from grader.sandbox import Call, Limits, Outcome, Ref
from grader.sandbox.inside.codec import pack
from nnviz.errors import nearest

LONGEST_MESSAGE = 300


@dataclass(eq=False)
class _Running:
    """A check on its way: its generator, and what it asks next."""

    check: Check
    asking: Asking
    calls: Sequence[Call] = ()


def run_checks(
    code: Code, checks: Iterable[Check], seed: int, forbidden: str = ""
) -> dict[str, CheckResult]:
    """The results of the checks by name, in their order; inputs are drawn from the seed.

    With `forbidden`, the reason why nothing of this code counts, none is run.
    """
    checks = tuple(checks)
    if forbidden:
        return {c.name: CheckResult(c.name, c.title, "failed", forbidden) for c in checks}
    results: dict[str, CheckResult] = {}
    running: list[_Running] = []
    for check in checks:
        missing = next((name for name in check.functions if name not in code.names), "")
        if missing:
            verdict: Any = "could-not-run" if code.problems else "blank"
            message = _absent(missing, code)
            results[check.name] = CheckResult(check.name, check.title, verdict, message)
        else:
            started = _Running(check, check.ask(check.trial(code.names, seed)))
            if result := _step(started, None):
                results[check.name] = result
            else:
                running.append(started)
    while running:
        outcomes = _ask_all(code, running)
        still = []
        for one in running:
            if result := _step(one, outcomes[id(one)]):
                results[one.check.name] = result
            else:
                still.append(one)
        running = still
    return _dependent([results[check.name] for check in checks], {c.name: c for c in checks})


def _step(one: _Running, answer: list[Answer] | CouldNotRun | None) -> CheckResult | None:
    """Let a check go on with an answer; its result, where that was the last one."""
    name, title = one.check.name, one.check.title
    try:
        if isinstance(answer, CouldNotRun):
            one.calls = one.asking.throw(answer)
        elif answer is None:
            one.calls = next(one.asking)
        else:
            one.calls = one.asking.send(answer)
    except StopIteration as stop:
        return CheckResult(name, title, "passed", stop.value or "", share=Fraction(1))
    except Passed as passed:
        said = (passed.message, passed.evidence, passed.slip)
        return CheckResult(name, title, "passed", *said, share=Fraction(1))
    except Wrong as wrong:
        said = (wrong.message, wrong.evidence, wrong.slip)
        return CheckResult(name, title, "failed", *said, share=wrong.share)
    except Undecided as undecided:
        return CheckResult(name, title, "needs-person", undecided.message, undecided.evidence)
    except CouldNotRun as problem:
        verdict: Any = "blank" if problem.blank else "could-not-run"
        return CheckResult(name, title, verdict, problem.message, problem.evidence)
    return None


@dataclass(frozen=True, eq=False)
class _Chain:
    """Calls that are made in one process, and the limits of their own that they may need."""

    calls: Sequence[Call]
    limits: Limits | None


def _ask_all(code: Code, running: Sequence[_Running]) -> dict[int, list[Answer] | CouldNotRun]:
    """The answers to each by its id; who asks for the beginning of what another asks shares it."""
    plain = [one for one in running if one.check.limits is None]
    chains = [_Chain(one.calls, None) for one in plain]
    place = {id(one): number for number, one in enumerate(plain)}
    known: list[tuple[int, list[bytes]]] = []
    longer = [one for one in running if one.check.limits is not None]
    for one in sorted(longer, key=lambda one: -len(one.calls)):
        packets, limits = [_packet(call) for call in one.calls], one.check.limits
        for number, begun in known:
            if chains[number].limits == limits and begun[: len(packets)] == packets:
                place[id(one)] = number
                break
        else:
            place[id(one)] = len(chains)
            known.append((len(chains), packets))
            chains.append(_Chain(one.calls, limits))
    answers = _ask_together(code, chains)
    found: dict[int, list[Answer] | CouldNotRun] = {}
    for one in running:
        chain, answer = chains[place[id(one)]], answers[place[id(one)]]
        if isinstance(answer, CouldNotRun) and len(one.calls) < len(chain.calls):
            answer = _ask(code, one.calls, chain.limits)  # what fails may be behind its own calls
        found[id(one)] = answer if isinstance(answer, CouldNotRun) else answer[: len(one.calls)]
    return found


def _ask_together(code: Code, chains: Sequence[_Chain]) -> list[list[Answer] | CouldNotRun]:
    """The answers to several chains, those with limits last; in one process where that goes well.

    Where a call raises, what came before it stands, and what comes after it is asked anew.
    """
    found: list[list[Answer] | CouldNotRun] = []
    while left := chains[len(found) :]:
        plain = [chain for chain in left if chain.limits is None]
        if len(left) == 1 or not plain:
            return [*found, *_ask_each(code, left)]
        calls: list[Call] = []
        for chain in left:
            calls += [_shifted(call, len(calls)) for call in chain.calls]
        outcome = code.run(calls)
        whole = _whole(left, len(outcome.values))
        if outcome.kind == "exception" and whole < len(left):
            found += _split(outcome, left[:whole])
            failed = left[whole]
            alone = not whole and failed.limits is None
            found += [_problem(outcome, failed.calls)] if alone else _ask_each(code, [failed])
        elif outcome.kind == "value":
            return [*found, *_split(outcome, left)]
        elif len(plain) < len(left):
            return [*found, *_ask_together(code, plain), *_ask_each(code, left[len(plain) :])]
        else:
            return [*found, *_ask_each(code, left)]
    return found


def _whole(chains: Sequence[_Chain], made: int) -> int:
    """How many of the chains came to their end with so many calls made."""
    ends = accumulate(len(chain.calls) for chain in chains)
    return sum(end <= made for end in ends)


def _split(outcome: Outcome, chains: Sequence[_Chain]) -> list[list[Answer] | CouldNotRun]:
    answers = iter(_answers(outcome, sum(len(chain.calls) for chain in chains)))
    return [[next(answers) for _ in chain.calls] for chain in chains]


def _ask_each(code: Code, chains: Sequence[_Chain]) -> list[list[Answer] | CouldNotRun]:
    return [_ask(code, chain.calls, chain.limits) for chain in chains]


def _packet(call: Call) -> bytes:
    """A call as bytes, the same for two calls that ask the same."""
    return pack([call.function, call.args, dict(call.kwargs)])


def _ask(
    code: Code, calls: Sequence[Call], limits: Limits | None = None
) -> list[Answer] | CouldNotRun:
    outcome = code.run(calls, limits)
    if outcome.kind == "value":
        return _answers(outcome, len(calls))
    return _problem(outcome, calls)


def _answers(outcome: Outcome, count: int) -> list[Answer]:
    changed: dict[int, list[int | str]] = {}
    for call, argument in outcome.mutated:
        changed.setdefault(call, []).append(argument)
    return [Answer(outcome.values[i], tuple(changed.get(i, ()))) for i in range(count)]


def _shifted(call: Call, by: int) -> Call:
    """The same call behind `by` others: what it refers to has moved."""

    def shift(value: Any) -> Any:
        if isinstance(value, Ref):
            return Ref(value.call + by, value.key)
        if type(value) in (list, tuple):  # and nothing else that is a tuple, such as Rng
            return type(value)(map(shift, value))
        return value

    return Call(call.function, tuple(map(shift, call.args)), call.kwargs)


def _problem(outcome: Outcome, calls: Sequence[Call]) -> CouldNotRun:
    """What went wrong in the student's words, and in which line."""
    name = calls[-1].function if calls else "the program"
    where = f" (line {outcome.line}{f' of {outcome.file}' if outcome.file else ''})"
    where = where if outcome.line is not None else ""
    said = outcome.message[:LONGEST_MESSAGE]
    if outcome.kind == "exception" and said.startswith("NotImplementedError"):
        return CouldNotRun(f"{name} is not written yet{where}", blank=True)
    text = {
        "exception": f"{name} raised {said or 'an exception'}{where}",
        "timeout": f"{name} did not end in the time there is; does a loop end?{where}",
        "memory": f"{name} needed more memory than there is{where}",
        "killed": f"{name} ended the whole program{where}{f': {said}' if said else ''}",
        "no-value": f"{name} came back with no value{f': {said}' if said else ''}",
        "unreadable": f"{name} returns something that is neither numbers nor an array of them"
        f"{f': {said}' if said else ''}",
    }.get(outcome.kind, f"{name} could not be run: {said or outcome.kind}")
    printed = outcome.output.strip()[-LONGEST_MESSAGE:]
    return CouldNotRun(text, (("it printed", printed),) if printed else ())


def _absent(name: str, code: Code) -> str:
    """Say that a function is not there, and what may be the reason."""
    reason = f"; {code.problems[0]}" if code.problems else nearest(name, code.names)
    return f"there is no function {name}{reason}"[:LONGEST_MESSAGE]


def _dependent(
    results: Sequence[CheckResult], checks: Mapping[str, Check]
) -> dict[str, CheckResult]:
    """Take back what stands on a check that didn't pass: it would prove nothing."""
    final = {result.name: result for result in results}
    for result in results:
        for need in checks[result.name].needs:
            if need in final and final[need].verdict != "passed":
                waits: Any = "blank" if final[need].verdict == "blank" else "could-not-run"
                message = f"counts once {need} is right"
                final[result.name] = replace(
                    result,
                    verdict=waits,
                    message=message,
                    evidence=(),
                    slip="",
                    share=Fraction(0),
                )
                break
    return final
