"""Measures all that has a target, and says what was reached.

    python -m benchmarks [NAME ...]

prints a table and writes `benchmarks/results.json`. It ends with 0 also where a target is missed:
a busy machine is no error. To add a benchmark, add a module with a generator `results()` that
yields `measuring.Result`s, and its name to `BENCHMARKS`.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path

from benchmarks.measuring import Result, SkippedError

BENCHMARKS = (
    "engine",
    "statistics",
    "debugger",
    "attach",
    "findings",
    "drawing",
    "tui",
    "marking",
    "grading",
    "class",
)
RESULTS = Path(__file__).parent / "results.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks named, all of them where none is, and write the results down."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure: {', '.join(BENCHMARKS)}"
    )
    names = parser.parse_args(arguments).names or BENCHMARKS
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"no benchmark {', '.join(unknown)}: there are {', '.join(BENCHMARKS)}")
    found = [result for name in names for result in _run(name)]
    write_results(found, RESULTS)
    missed = [result.name for result in found if not result.met]
    print(f"{len(found)} results in {RESULTS}; targets missed: {', '.join(missed) or 'none'}")
    return 0


def _run(name: str) -> list[Result]:
    print(f"{name}", flush=True)
    found = []
    try:
        for values in import_module(f"benchmarks.{name}").results():
            result = Result(*values)
            found.append(result)
            print(table_row(result), flush=True)
    except SkippedError as reason:
        print(f"  skipped: {reason}", flush=True)
    return found


def table_row(result: Result) -> str:
    """One line of the table."""
    verdict = "" if result.target is None else "met" if result.met else "MISSED"
    line = f"  {result.name:<66} {result.value:10.3f} {result.unit:<17}"
    return f"{line} {result.target or '':<9} {verdict}".rstrip()


def write_results(found: Sequence[Result], path: Path) -> None:
    """Write name -> value, unit, target as JSON, in place of an older file."""
    report = {r.name: {"value": r.value, "unit": r.unit, "target": r.target} for r in found}
    draft = path.with_suffix(".part")
    draft.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    draft.replace(path)


if __name__ == "__main__":
    sys.exit(main())
