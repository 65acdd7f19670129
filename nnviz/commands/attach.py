"""`nnviz attach FILE`: what the debugger recognises in a student's own program, and why."""

import argparse
from typing import TYPE_CHECKING

from nnviz.commands.train import add_sandbox, enclosure_of

if TYPE_CHECKING:
    from nnviz.attach.source import ProgramSource

REFERENCE_ITERATIONS = 20


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a program."""
    parser.add_argument("file", metavar="FILE", help="a numpy program, FILE.py or FILE.ipynb")
    parser.add_argument(
        "--explain", action="store_true", help="say what can be said without running it"
    )
    parser.add_argument(
        "--loop", type=int, metavar="LINE", help="the training loop is in this line"
    )
    parser.add_argument(
        "--gradients",
        action="store_true",
        help="check the gradients of its own code against differences of its loss",
    )
    parser.add_argument(
        "--reference",
        type=int,
        metavar="N",
        nargs="?",
        const=REFERENCE_ITERATIONS,
        help="run N iterations beside the project's engine and name the first array that differs "
        f"(N = {REFERENCE_ITERATIONS} where it is left out); exit code 1 where one does",
    )
    add_sandbox(parser)
    parser.epilog = (
        "Without --explain the program runs up to its training loop, and that loop's first "
        "iteration in a copy that is thrown away. `nnviz tui FILE` debugs it. A program has the "
        "rights of whoever starts it, as with python FILE, but for --sandbox. What was not "
        "recognised rightly can be said in nnviz.toml beside the program: weights, activations, "
        "loss, targets, labels, learning_rate, loop, iterations."
    )


def run(arguments: argparse.Namespace) -> int:
    """Print what was recognised. Raises InputError where nothing was."""
    from pathlib import Path

    from nnviz.attach.corrections import read_corrections, with_options
    from nnviz.attach.explain import explain, explain_unrun
    from nnviz.attach.loops import choose
    from nnviz.attach.opening import open_program
    from nnviz.attach.program import is_program, read_program
    from nnviz.errors import InputError

    if not is_program(arguments.file):
        raise InputError(f"{arguments.file}: expected a program, FILE.py or FILE.ipynb")
    program = read_program(Path(arguments.file))
    corrections = with_options(read_corrections(program), arguments.loop, None)
    chosen = choose(program, corrections.loop or None)
    if arguments.explain:
        print("\n".join(explain_unrun(program, chosen)))
        return 0
    if arguments.reference is not None and arguments.reference < 1:
        raise InputError(f"--reference {arguments.reference}: expected 1 iteration or more")
    enclosure = enclosure_of(arguments)
    source = open_program(arguments.file, loop=arguments.loop, enclosure=enclosure)
    try:
        if arguments.gradients or arguments.reference is not None:
            return _questions(source, arguments)
        length = source.info.options.get("length", "")
        print("\n".join(explain(program, source.recognition, chosen.line, length)))
    finally:
        source.close()
    return 0


def _questions(source: "ProgramSource", arguments: argparse.Namespace) -> int:
    """Ask for gradients and the reference; exit code 1 where something is wrong."""
    from nnviz.attach.gradient_words import named_slip, report_lines
    from nnviz.attach.reference import agreement_lines, compare_with_engine

    code = 0
    if arguments.gradients:
        report = source.gradient_report()
        print("\n".join(report_lines(report, named_slip(source, report))))
        code = int(bool(report.wrong))
    if arguments.reference is not None:
        agreement = compare_with_engine(source, arguments.reference)
        print("\n".join(agreement_lines(source, agreement)))
        code = code or int(agreement.difference is not None)
    return code
