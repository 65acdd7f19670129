"""The commands that are typed, `goto 120` or `break L1.dead > 10%`, for screen and line alike.

A command is a function of the debugger and the rest of its line that returns what to say. To add
one, add a function and a line to `COMMANDS`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.predicates import last_false_before, search
from nnviz.errors import InputError
from nnviz.experiment import nearest

Run = Callable[[Debugger, str], str]


@dataclass(frozen=True)
class Command:
    """One verb of the command line: how it is written, what it does, and its completions."""

    name: str
    usage: str
    help: str
    run: Run
    completes: str = ""


def execute(debugger: Debugger, line: str) -> str:
    """Carry out one line; returns what to say about it. Raises InputError for a wrong one."""
    words = line.strip().removeprefix(":").strip()
    name, _, rest = words.partition(" ")
    if name.isdigit() and not rest:
        return _goto(debugger, name)
    if name not in COMMANDS:
        raise InputError(f"there is no command {name!r}{nearest(name, COMMANDS)}")
    return COMMANDS[name].run(debugger, rest.strip())


def completions(line: str, debugger_names: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """The whole lines that `line` may become; `debugger_names` lists names by kind."""
    name, space, rest = line.partition(" ")
    if not space:
        return tuple(command for command in COMMANDS if command.startswith(name))
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


def _number(text: str, what: str, default: int | None = None) -> int:
    if not text and default is not None:
        return default
    try:
        return int(text)
    except ValueError:
        raise InputError(f"{text!r}: expected {what}, a whole number") from None


def _goto(debugger: Debugger, rest: str) -> str:
    timeline = debugger.timeline
    index = timeline.live if rest in ("live", "end") else _number(rest, "an iteration")
    try:
        timeline.seek(index)
    except IndexError as error:
        raise InputError(str(error)) from error
    return ""


def _run(debugger: Debugger, rest: str) -> str:
    count = _number(rest, "how many iterations", 1)
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
    count = _number(rest, "how many iterations", 1)
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
    return f"deleted {debugger.delete(_number(rest, 'the number of a breakpoint or watch'))}"


def _toggle(debugger: Debugger, rest: str) -> str:
    item = debugger.toggle(_number(rest, "the number of a breakpoint"))
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


def _when(debugger: Debugger, rest: str) -> str:
    """Search the history: all stretches, or with --first or --last go there."""
    words = rest.split()
    flags = [word for word in words if word in ("--first", "--last", "--all")]
    text = " ".join(word for word in words if word not in flags)
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
    timeline = debugger.timeline
    predicate = debugger.predicate(rest)
    false_at = last_false_before(timeline.history, predicate, timeline.index, debugger.findings)
    if false_at == timeline.index:
        raise InputError(f"{rest}: does not hold at iteration {timeline.index}")
    if false_at is None:
        return f"{rest}: has held since iteration {timeline.history.first}"
    timeline.seek(false_at)
    return f"{rest}: last false at {false_at}; the update of this iteration made it true"


def _help(debugger: Debugger, rest: str) -> str:
    if rest in COMMANDS:
        return f"{COMMANDS[rest].usage} - {COMMANDS[rest].help}"
    return "\n".join(f"{command.usage:<34}{command.help}" for command in COMMANDS.values())


COMMANDS: Mapping[str, Command] = MappingProxyType(
    {
        command.name: command
        for command in (
            Command("goto", "goto N|live", "go to an iteration, forwards or backwards", _goto),
            Command("run", "run [N]", "train N iterations on, or to a breakpoint", _run),
            Command("until", "until PREDICATE", "train on until it becomes true", _until, "metric"),
            Command("back", "back [N]", "go N iterations back", _back),
            Command(
                "break", "break [PREDICATE]", "stop where it becomes true; list", _break, "metric"
            ),
            Command("watch", "watch [EXPRESSION]", "always show its value; list", _watch, "metric"),
            Command("toggle", "toggle N", "switch a breakpoint off or on", _toggle),
            Command("delete", "delete N", "remove a breakpoint or a watch", _delete),
            Command(
                "when", "when PREDICATE [--first|--last]", "search the history", _when, "metric"
            ),
            Command("why", "why PREDICATE", "back to the update that made it true", _why, "metric"),
            Command(
                "set", "set KEY=VALUE", "fork here with a changed setting or weight", _set, "key"
            ),
            Command("fork", "fork [KEY=VALUE]", "branch off here, changed or not", _fork, "key"),
            Command("branch", "branch [NAME]", "look at another branch; list", _branch, "branch"),
            Command("help", "help [COMMAND]", "list the commands", _help, "command"),
        )
    }
)
