"""The commands that are typed, `goto 120` or `break L1.dead > 10%`, for screen and line alike.

A command is a function of the debugger and the rest of its line that returns what to say. To add
one, add a function and a line to `COMMANDS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from nnviz.debugger import command_checks as checks
from nnviz.debugger import own_program
from nnviz.debugger.command_checks import Check, Terms, whole_number, without_flags
from nnviz.debugger.debugger import Debugger
from nnviz.debugger.findings import RULES
from nnviz.debugger.records import RECORDED
from nnviz.errors import InputError, nearest

Run = Callable[[Debugger, str], str]


@dataclass(frozen=True)
class Command:
    """One verb of the command line: how it is written, what it does, how its rest is read."""

    name: str
    usage: str
    help: str
    run: Run
    check: Check = checks.anything
    completes: str = ""


def execute(debugger: Debugger, line: str) -> str:
    """Carry out one line; returns what to say about it. Raises InputError for a wrong one."""
    command, rest = parse(line)
    settings = debugger.timeline.source.settings
    command.check(rest, Terms(debugger.depth, settings, tuple(RULES)))
    return command.run(debugger, rest)


def check(line: str, terms: Terms) -> None:
    """Raise InputError where a line can't be meant, as far as that is known before the run."""
    command, rest = parse(line)
    command.check(rest, terms)


def parse(line: str) -> tuple[Command, str]:
    """The command of a line and the rest. Raises InputError where there is no such command."""
    words = line.strip().removeprefix(":").strip()
    words = f"goto {words}" if words.isdigit() else SHORT.get(words, words)
    name, _, rest = words.partition(" ")
    if name not in COMMANDS:
        raise InputError(f"there is no command {name!r}{nearest(name, COMMANDS)}")
    return COMMANDS[name], rest.strip()


def completions(line: str, debugger_names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The whole lines that `line` may become; `debugger_names` lists names by kind.

    Those of kind "verb" are commands that are carried out elsewhere.
    """
    name, space, rest = line.partition(" ")
    if not space:
        verbs = (*COMMANDS, *debugger_names.get("verb", ()))
        return tuple(verb for verb in verbs if verb.startswith(name))
    command = COMMANDS.get(name)
    if command is None or not command.completes:
        return ()
    head, last = _last_word(rest)
    names = debugger_names.get(command.completes, ())
    return tuple(f"{name} {head}{word}" for word in names if word.startswith(last))


def _last_word(text: str) -> tuple[str, str]:
    """A text cut before the name that is being typed at its end."""
    start = len(text)
    while start and (text[start - 1].isalnum() or text[start - 1] in "._-"):
        start -= 1
    return text[:start], text[start:]


def _next(debugger: Debugger, rest: str) -> str:
    debugger.timeline.step()
    return ""


def _phase(debugger: Debugger, rest: str) -> str:
    timeline = debugger.timeline
    try:
        phase = timeline.step_phase_back() if rest == "back" else timeline.step_phase()
    except IndexError as error:
        raise InputError(str(error)) from error
    return f"after {phase.label}"


def _finish(debugger: Debugger, rest: str) -> str:
    return debugger.run(debugger.end_of_epoch).reason


def _continue(debugger: Debugger, rest: str) -> str:
    """On to a breakpoint or the end of the planned run, or back to one or the beginning."""
    if rest == "back":
        return debugger.run_back().reason
    end = debugger.timeline.source.info.iterations
    if debugger.timeline.index >= end:
        return f"the run was planned to end at iteration {end}; `run N` goes further"
    return debugger.run(end).reason


def _goto(debugger: Debugger, rest: str) -> str:
    timeline = debugger.timeline
    index = timeline.live if rest in ("live", "end") else whole_number(rest, "an iteration")
    try:
        timeline.seek(index, debugger.progress)
    except IndexError as error:
        raise InputError(str(error)) from error
    return ""


def _run(debugger: Debugger, rest: str) -> str:
    count = whole_number(rest or "1", "how many iterations")
    return debugger.run(debugger.timeline.index + count).reason


def _until(debugger: Debugger, rest: str) -> str:
    """Train on until the predicate becomes true, or to the end of the planned run."""
    item = debugger.add_breakpoint(rest)
    try:
        end = max(debugger.timeline.source.info.iterations, debugger.timeline.index)
        return debugger.run(end).reason
    finally:
        debugger.delete(item.number)


def _back(debugger: Debugger, rest: str) -> str:
    count = whole_number(rest or "1", "how many iterations")
    return _goto(
        debugger, str(max(debugger.timeline.history.first, debugger.timeline.index - count))
    )


def _break(debugger: Debugger, rest: str) -> str:
    if not rest:
        listed = [
            f"{item.number} {'' if item.enabled else '(off) '}{item.predicate.text}"
            + (f" - stopped at {', '.join(map(str, item.hits))}" if item.hits else "")
            for item in debugger.breakpoints
        ]
        return "\n".join(listed) or "no breakpoints"
    item = debugger.add_breakpoint(rest)
    return f"breakpoint {item.number}: {item.predicate.text}"


def _watch(debugger: Debugger, rest: str) -> str:
    if not rest:
        listed = [f"{w.number} {w.text} = {value:.6g}" for w, value in debugger.watched()]
        return "\n".join(listed) or "no watches"
    item = debugger.add_watch(rest)
    return f"watch {item.number}: {item.text}"


def _delete(debugger: Debugger, rest: str) -> str:
    return f"deleted {debugger.delete(whole_number(rest, 'the number of a breakpoint or watch'))}"


def _toggle(debugger: Debugger, rest: str) -> str:
    item = debugger.toggle(whole_number(rest, "the number of a breakpoint"))
    return f"breakpoint {item.number} is {'on' if item.enabled else 'off'}"


def _fork(debugger: Debugger, rest: str) -> str:
    return f"now on branch {debugger.fork(rest).branch}"


def _set(debugger: Debugger, rest: str) -> str:
    if "=" not in rest:
        raise InputError(f"{rest!r}: expected KEY=VALUE, for example learning_rate=2.5e-5")
    return f"a fork: {debugger.fork(rest).branch}"


def _branch(debugger: Debugger, rest: str) -> str:
    if not rest:
        return "\n".join(str(timeline.branch) for timeline in debugger.branches.values())
    return f"on branch {debugger.look_at(rest).branch}"


def _open(debugger: Debugger, rest: str) -> str:
    return f"beside it {debugger.open_beside(str(Path(rest).expanduser())).branch}"


def _when(debugger: Debugger, rest: str) -> str:
    """Search the history: all stretches, or with --first or --last go there."""
    from nnviz.debugger.predicates import search

    text, flags = without_flags(rest)
    history = debugger.timeline.history
    found = search(history, debugger.predicate(text), debugger.findings)
    if found.first is None or found.last is None:
        return f"{text}: at none of the iterations {history.first} to {history.last}"
    if "--first" in flags or "--last" in flags:
        index = found.first if "--first" in flags else found.last
        debugger.timeline.seek(index)
        return f"{text}: {'first' if '--first' in flags else 'last'} at iteration {index}"
    stretches = ", ".join(f"{a}" if a == b else f"{a}-{b}" for a, b in found.stretches[:12])
    more = f" and {len(found.stretches) - 12} more" if len(found.stretches) > 12 else ""
    return f"{text}: at {found.count} iterations: {stretches}{more}"


def _why(debugger: Debugger, rest: str) -> str:
    """Run backwards to the iteration whose update made the predicate true."""
    from nnviz.debugger.predicates import last_false_before

    timeline = debugger.timeline
    predicate = debugger.predicate(rest)
    false_at = last_false_before(timeline.history, predicate, timeline.index, debugger.findings)
    if false_at == timeline.index:
        raise InputError(f"{rest}: does not hold at iteration {timeline.index}")
    if false_at is None:
        return f"{rest}: has held since iteration {timeline.history.first}"
    timeline.seek(false_at)
    return f"{rest}: last false at {false_at}; the update of this iteration made it true"


def _save(debugger: Debugger, rest: str) -> str:
    """Write the branch that is looked at; `nnviz tui FILE` goes on from there."""
    from nnviz.debugger.recorder import save  # not needed to get the screen up

    path = Path(rest).expanduser()
    save(debugger.timeline, path)
    return f"saved in {path}: `nnviz tui {path}` goes on from there"


def _help(debugger: Debugger, rest: str) -> str:
    if rest in COMMANDS:
        return f"{COMMANDS[rest].usage} - {COMMANDS[rest].help}"
    return "\n".join(f"{command.usage:<34}{command.help}" for command in COMMANDS.values())


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        command.name: command
        for command in (
            Command("next", "next", "do the next iteration", _next, checks.nothing),
            Command(
                "back",
                "back [N]",
                "go N iterations back",
                _back,
                checks.number("how many iterations", optional=True),
            ),
            Command(
                "phase",
                "phase [back]",
                "do the next phase of the iteration, or go one back",
                _phase,
                checks.word("back"),
            ),
            Command(
                "finish",
                "finish",
                "train ten iterations, or to the end of the epoch",
                _finish,
                checks.nothing,
            ),
            Command(
                "continue",
                "continue [back]",
                "train to a breakpoint or the planned end, or go back to one",
                _continue,
                checks.word("back"),
            ),
            Command(
                "goto",
                "goto N|live",
                "go to an iteration, forwards or backwards",
                _goto,
                checks.number("an iteration", "live", "end"),
            ),
            Command(
                "run",
                "run [N]",
                "train N iterations on, or to a breakpoint",
                _run,
                checks.number("how many iterations", optional=True),
            ),
            Command(
                "until",
                "until PREDICATE",
                "train on until it becomes true",
                _until,
                checks.predicate(),
                "metric",
            ),
            Command(
                "break",
                "break [PREDICATE]",
                "stop where it becomes true; list",
                _break,
                checks.predicate(optional=True),
                "metric",
            ),
            Command(
                "watch",
                "watch [EXPRESSION]",
                "always show its value; list",
                _watch,
                checks.expression,
                "metric",
            ),
            Command(
                "toggle",
                "toggle N",
                "switch a breakpoint off or on",
                _toggle,
                checks.number("the number of a breakpoint"),
            ),
            Command(
                "delete",
                "delete N",
                "remove a breakpoint or a watch",
                _delete,
                checks.number("the number of a breakpoint or watch"),
            ),
            Command(
                "when",
                "when PREDICATE [--first|--last]",
                "search the history",
                _when,
                checks.predicate(),
                "metric",
            ),
            Command(
                "why",
                "why PREDICATE",
                "back to the update that made it true",
                _why,
                checks.predicate(),
                "metric",
            ),
            Command(
                "set",
                "set KEY=VALUE",
                "fork here with a changed setting or weight",
                _set,
                checks.change(),
                "key",
            ),
            Command(
                "fork",
                "fork [KEY=VALUE]",
                "branch off here, changed or not",
                _fork,
                checks.change(optional=True),
                "key",
            ),
            Command(
                "branch",
                "branch [NAME]",
                "look at another branch; list",
                _branch,
                completes="branch",
            ),
            Command("open", "open RUN", "open another run beside this one", _open, checks.run),
            Command(
                "save",
                "save FILE.nnviz",
                "write the branch that is looked at into a new file",
                _save,
                checks.file(RECORDED),
            ),
            *(Command(*row) for row in own_program.COMMANDS),
            Command("help", "help [COMMAND]", "list the commands", _help, completes="command"),
        )
    }
)

SHORT: Mapping[str, str] = MappingProxyType(
    {
        "n": "next",
        "N": "back",
        "s": "phase",
        "S": "phase back",
        "f": "finish",
        "c": "continue",
        "C": "continue back",
    }
)
"""The single letters that are keys on the screen, and the lines that they stand for."""
