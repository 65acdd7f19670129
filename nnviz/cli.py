"""The command line: finds the module of one verb and calls it, so that starting costs nothing else.

`--help` and `--version` answer without numpy; each verb imports what it needs in its `run`.
"""

import argparse
import difflib
import importlib
import io
import keyword
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from nnviz import __version__
from nnviz.errors import InputError

EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130


class CommandModule(Protocol):
    """What each module of `nnviz.commands` offers."""

    def configure(self, parser: argparse.ArgumentParser) -> None:
        """Add the verb's arguments to its parser."""

    def run(self, arguments: argparse.Namespace) -> int:
        """Do it; the exit code: 0 done, 1 a check failed. Raises InputError for bad input."""


@dataclass(frozen=True)
class Verb:
    """One line of `nnviz --help`; its module is `nnviz.commands.NAME`."""

    name: str
    group: str
    summary: str

    @property
    def module(self) -> str:
        """Name of the module to import (`class_` for a name that Python keeps to itself)."""
        return f"nnviz.commands.{self.name}{'_' * keyword.iskeyword(self.name)}"


VERBS = {
    verb.name: verb
    for verb in (
        Verb("tui", "Debug a training run", "step through a training run in the terminal"),
        Verb("run", "Train", "train to where a condition such as 'L1.dead > 10%' holds"),
        Verb("train", "Train", "train without the debugger: closing table, JSON, figures"),
        Verb("findings", "Train", "diagnose a run: what is wrong, why, and what helps"),
        Verb("plot", "Train", "draw one figure of a run, a comparison, or a film of its training"),
        Verb("compare", "Train", "two or more runs beside each other: numbers, where they part"),
        Verb("attach", "Train", "what the debugger sees in a numpy program of your own, and why"),
        Verb("sweep", "Train", "a run with several values of its settings: curves, and the best"),
        Verb("reference", "Train", "run the course's improvements beside the published numbers"),
        Verb("show", "Train", "look into a recorded run, at any iteration, or search it"),
        Verb("new", "Hand in and grade", "write what a student gets of an assignment"),
        Verb("check", "Hand in and grade", "see how a submission is read before handing it in"),
        Verb("grade", "Hand in and grade", "mark a submission and write grade.json"),
        Verb(
            "marks", "Hand in and grade", "what people marked: conflicts, agreement, merging files"
        ),
        Verb("regrade", "Hand in and grade", "score grades anew by a changed rubric or by marks"),
        Verb(
            "export",
            "Hand in and grade",
            "a gradebook for Canvas or Moodle; for Gradescope",
        ),
        Verb(
            "class", "Hand in and grade", "see a whole class: points, misconceptions, similar code"
        ),
        Verb("circuit", "Look things up", "draw a formula as boxes, empty or solved step by step"),
        Verb("lessons", "Look things up", "list the broken nets to debug in class, or check them"),
        Verb("predicates", "Look things up", "the words of breakpoints, watches and searches"),
        Verb("presets", "Look things up", "list the course's runs, or print one as a file"),
        Verb("data", "Look things up", "list the data sets, and whether they are on this machine"),
    )
}
"""Every verb in the order of `--help`, a group's together; adding one is one line here."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command line (that of the process by default) and return its exit code."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a terminal without UTF-8 shows ?, not a crash
    try:
        code = _dispatch(words)
        sys.stdout.flush()  # here, where a closed pipe can still be noticed
        return code
    except InputError as error:
        print(f"nnviz: {error}", file=sys.stderr)
        return EXIT_BAD_INPUT
    except KeyboardInterrupt:
        print("\nnnviz: interrupted", file=sys.stderr)
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        _abandon_output()  # `| head` has read enough
        return 0
    except OSError as error:
        # Files have their own messages; what gets here is a full disk behind `>`, a name too long.
        _abandon_output()
        where = f"{str(error.filename)[:60]}: " if error.filename else ""
        print(f"nnviz: {where}can't be read or written: {error.strerror or error}", file=sys.stderr)
        return EXIT_BAD_INPUT


def _abandon_output() -> None:
    """Let Python's last flush at its exit go nowhere: it must not fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _dispatch(words: list[str]) -> int:
    if not words or words[0] in ("-h", "--help", "help"):
        print(help_text())
        return 0 if words else EXIT_BAD_INPUT
    if words[0] in ("-V", "--version"):
        print(f"nnviz {__version__}")
        return 0
    verb = VERBS.get(words[0])
    if verb is None:
        raise InputError(_unknown(words[0]))
    command: CommandModule = importlib.import_module(verb.module)
    parser = argparse.ArgumentParser(
        prog=f"nnviz {verb.name}", description=_sentence(verb.summary), allow_abbrev=False
    )
    command.configure(parser)
    return command.run(parser.parse_args(words[1:]))


def help_text() -> str:
    """The text of `nnviz --help`: the verbs by group, one line each."""
    lines = [
        "usage: nnviz COMMAND [ARGUMENT ...]",
        "",
        "A visual debugger for training small neural networks, and the grader of its course.",
    ]
    width = max(len(name) for name in VERBS)
    group = ""
    for verb in VERBS.values():
        if verb.group != group:
            group = verb.group
            lines += ["", f"{group}:"]
        lines.append(f"  {verb.name:{width}}  {verb.summary}")
    return "\n".join(
        [*lines, "", "nnviz COMMAND --help says more; nnviz --version prints the version."]
    )


def _unknown(word: str) -> str:
    if word.startswith("-"):
        return f"option {word} is unknown; options follow a command, and nnviz --help lists those."
    nearest = difflib.get_close_matches(word, VERBS, n=1)
    hint = f" Did you mean {nearest[0]}?" if nearest else ""
    return f"there is no command {word!r}.{hint} nnviz --help lists the commands."


def _sentence(summary: str) -> str:
    return summary[0].upper() + summary[1:] + "."
