"""`nnviz attach FILE`: what the debugger recognises in a student's own program, and why."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a program."""
    parser.add_argument("file", metavar="FILE", help="a numpy program, FILE.py or FILE.ipynb")
    parser.add_argument(
        "--explain", action="store_true", help="say what can be said without running it"
    )
    parser.add_argument(
        "--loop", type=int, metavar="LINE", help="the training loop is in this line"
    )
    parser.epilog = (
        "Without --explain the program runs up to its training loop, and that loop's first "
        "iteration in a copy that is thrown away. `nnviz tui FILE` debugs it. A program has the "
        "rights of whoever starts it, as with python FILE. What was not recognised rightly can be "
        "said in nnviz.toml beside the program: weights, activations, loss, targets, labels, "
        "learning_rate, loop, iterations."
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
    source = open_program(arguments.file, loop=arguments.loop)
    try:
        print("\n".join(explain(program, source.recognition, chosen.line)))
    finally:
        source.close()
    return 0
