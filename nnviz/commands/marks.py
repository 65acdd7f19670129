"""`nnviz marks`: what people marked in a class, where they differ, and how far they agree."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the grades, and files of marks to bring in."""
    parser.add_argument(
        "folder", metavar="GRADES", type=Path, help="the --out folder of `nnviz grade`"
    )
    parser.add_argument(
        "files",
        metavar="FILE",
        type=Path,
        nargs="*",
        help="marks-NAME.jsonl of another machine: its marks are added to those in GRADES",
    )
    parser.epilog = (
        "Conflicts are settled by whoever marks an item finally: s in `nnviz grade --review`. "
        "The exit code is 1 where some are left."
    )


def run(arguments: argparse.Namespace) -> int:
    """Bring in, list, compare; 1 where two markers differ and nobody has settled it."""
    from grader.human_marks import PATTERN, Mark, decide, read_marks
    from grader.report.text import visible
    from grader.review.agreement import agreements, bring_in
    from nnviz.errors import InputError

    added, notes = bring_in(arguments.folder, arguments.files)
    for marker, count in added.items():
        print(f"{count} new marks of {marker}")
    paths = sorted(arguments.folder.glob(PATTERN))
    if not paths:
        raise InputError(f"{arguments.folder}: nobody has marked anything in it yet")
    marks: list[Mark] = []
    for path in paths:
        found, said = read_marks(path)
        marks += found
        notes += said
        print(f"{path.name}: {len({mark.key for mark in found})} items")
    decided = decide(marks)
    for pair in agreements(marks):
        print(f"{pair.one} and {pair.other}: {pair.common} in common, {pair.same} the same", end="")
        if pair.kappa is not None and pair.weighted is not None:
            print(f"; Cohen's kappa {pair.kappa:.2f}, weighted {pair.weighted:.2f}", end="")
        print()
    for conflict in decided.conflicts:
        print(f"  {visible(str(conflict), 200)}")
    print(f"{len(decided.marks)} items settled, {len(decided.conflicts)} in conflict")
    print(*map(visible, notes), sep="\n", end="\n" * bool(notes))
    return int(bool(decided.conflicts))
