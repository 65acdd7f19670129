"""From a file's name to a program that stands before its training loop, for every command."""

import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from nnviz.attach.attaching import attach
from nnviz.attach.corrections import read_corrections, with_options
from nnviz.attach.family import OPEN, Enclosure
from nnviz.attach.program import read_program
from nnviz.attach.source import ProgramSource
from nnviz.errors import InputError


def open_program(
    run: str,
    *,
    loop: int | None = None,
    iterations: int | None = None,
    changes: Mapping[str, Any] | None = None,
    quiet: bool = False,
    enclosure: Enclosure = OPEN,
) -> ProgramSource:
    """Start the program of a file, up to its first iteration; `changes` are set before that one.

    What it prints until then goes to standard error, unless `quiet`; so does what shuts it in.
    Raises InputError.
    """
    program = read_program(Path(run))
    corrections = with_options(read_corrections(program), loop, iterations)
    for text in program.skipped if not quiet else ():
        print(f"nnviz: left out {text}", file=sys.stderr)
    for layer in enclosure.layers if not quiet else ():
        print(f"nnviz: sandbox: {layer}", file=sys.stderr)
    source = attach(program, corrections, _said(quiet), enclosure=enclosure)
    if source.forward_only and not quiet:
        print(f"nnviz: runs forward only, because {source.forward_only}", file=sys.stderr)
    if not changes:
        return source
    try:
        changed = source.fork(source.snapshot(), changes, {})
    except InputError:
        source.close()
        raise
    return changed


def _said(quiet: bool) -> Callable[[str], None]:
    def say(line: str) -> None:
        if not quiet:
            print(f"| {line}", file=sys.stderr)

    return say
