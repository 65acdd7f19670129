"""`nnviz findings`: what is wrong with a run, why, and what helps; and how good that is."""

import argparse
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from nnviz.commands.train import add_changes, changed, program_source
from nnviz.errors import InputError
from nnviz.json_numbers import json_number

if TYPE_CHECKING:
    from nnviz.debugger.findings import Diagnosis, Finding
    from nnviz.debugger.proof import Proof
    from nnviz.experiment import Experiment


PROOF_ITERATIONS = 50


def configure(parser: argparse.ArgumentParser) -> None:
    """Take a run, or the order to test the diagnosis itself."""
    parser.add_argument(
        "run",
        metavar="RUN",
        nargs="?",
        help="a preset, a FILE.toml, a recorded FILE.nnviz, or a program FILE.py, FILE.ipynb",
    )
    add_changes(parser)
    parser.add_argument(
        "--prove",
        metavar="K",
        nargs="?",
        type=int,
        const=PROOF_ITERATIONS,
        help="try the remedies on forks, each for K iterations beside the run as it is "
        f"(K = {PROOF_ITERATIONS} where it is left out)",
    )
    parser.add_argument(
        "--self-test",
        action="store_true",
        help="test the diagnosis on healthy runs and planted faults; takes some minutes",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead")


def run(arguments: argparse.Namespace) -> int:
    """Diagnose a run. Raises InputError where it can't be run or opened."""
    import json

    from nnviz.attach.program import is_program

    if arguments.self_test:
        return _self_test(arguments)
    if arguments.run is None:
        raise InputError("nothing to diagnose: give a RUN (`nnviz presets` lists the course's)")
    if arguments.prove is not None and arguments.prove < 1:
        raise InputError(f"--prove {arguments.prove}: expected 1 iteration or more")
    if is_program(arguments.run):
        return _program_findings(arguments)
    experiment, diagnosis = _diagnosed(arguments)
    findings = diagnosis.spoken()
    proofs = _proofs(arguments, experiment, findings) if arguments.prove else {}
    if arguments.json:
        print(json.dumps(_json(experiment, diagnosis, findings, proofs)))
    else:
        print("\n".join(_lines(experiment, diagnosis, findings, proofs)))
    return 0


def _program_findings(arguments: argparse.Namespace) -> int:
    """Diagnose a program of the user's own, its gradients included."""
    import json
    import sys

    from nnviz.attach.proving import prove_on_program
    from nnviz.debugger.examination import examine
    from nnviz.debugger.findings import Level
    from nnviz.debugger.findings.text import finding_lines
    from nnviz.debugger.proof_text import proof_lines
    from nnviz.engine.tiles import Cancelled
    from nnviz.headless import progress, stopped_by_ctrl_c

    source = program_source(arguments)
    name, iterations = source.info.name, source.info.iterations
    start = source.fork(source.snapshot(), {}, {})
    try:
        with (
            stopped_by_ctrl_c() as source.cancelled,
            progress(name, iterations, sys.stderr, quiet=arguments.json) as show,
        ):
            diagnosis = examine(source, iterations, show)
        findings = diagnosis.spoken()
        serious = [f for f in findings if f.level >= Level.AMBER and not f.folded]
        tried = serious if arguments.prove else []
        proofs = {f.key: prove_on_program(start, f, arguments.prove) for f in tried}
    except Cancelled as cancelled:
        raise KeyboardInterrupt from cancelled
    finally:
        source.close()
    if arguments.json:
        print(json.dumps(_json(None, diagnosis, findings, proofs)))
        return 0
    row = diagnosis.history.row(diagnosis.history.last)
    lines = [
        f"{name}, iterations 0 to {diagnosis.history.last}: {_outcome(row)}",
        "",
        *finding_lines(findings),
    ]
    for proof in proofs.values():
        lines += ["", *proof_lines(proof)]
    print("\n".join(lines))
    return 0


def _self_test(arguments: argparse.Namespace) -> int:
    """Print how good the diagnosis is; exit code 1 where a goal is missed."""
    import json
    import sys

    from nnviz.debugger.self_test import catalogue, run_cases, score, score_json, score_lines

    given = arguments.run, arguments.prove, arguments.data, arguments.iterations, arguments.seed
    if arguments.changes or any(value is not None for value in given):
        raise InputError("--self-test runs a catalogue of its own: only --json goes with it")

    def show(done: int, total: int) -> None:
        if sys.stderr.isatty():
            print(f"\r{done}/{total} runs", end="" if done < total else "\n", file=sys.stderr)

    results = run_cases(catalogue(), show)
    if arguments.json:
        print(json.dumps(score_json(results)))
    else:
        print("\n".join(score_lines(results)))
    return 1 if score(results).failures else 0


def _diagnosed(arguments: argparse.Namespace) -> "tuple[Experiment, Diagnosis]":
    """The run's experiment, and its diagnosis from the first to the last iteration."""
    import sys
    from pathlib import Path

    from nnviz.debugger.engine_source import EngineSource
    from nnviz.debugger.examination import examine, examine_timeline
    from nnviz.debugger.records import RECORDED
    from nnviz.debugger.runs import experiment_of, open_run
    from nnviz.engine.tiles import Cancelled
    from nnviz.headless import progress, stopped_by_ctrl_c

    experiment = changed(experiment_of(arguments.run), arguments)
    if Path(arguments.run).suffix == RECORDED:
        if experiment != experiment_of(arguments.run):
            raise InputError(f"{arguments.run}: is recorded, so nothing can be changed in it")
        return experiment, examine_timeline(open_run(arguments.run)[0])
    source = EngineSource(experiment)
    name, iterations = experiment.name, experiment.iterations
    try:
        with (
            stopped_by_ctrl_c() as source.cancelled,
            progress(name, iterations, sys.stderr, quiet=arguments.json) as show,
        ):
            return experiment, examine(source, iterations, show)
    except Cancelled as cancelled:
        raise KeyboardInterrupt from cancelled


def _proofs(
    arguments: argparse.Namespace, experiment: "Experiment", findings: "tuple[Finding, ...]"
) -> "dict[tuple[str, int], Proof]":
    """A proof for each cause that is amber or red. Raises KeyboardInterrupt on Ctrl-C."""
    import sys

    from nnviz.debugger.engine_source import EngineSource
    from nnviz.debugger.findings import Level
    from nnviz.debugger.proof import prove
    from nnviz.engine.tiles import Cancelled
    from nnviz.headless import stopped_by_ctrl_c

    def show(what: str, done: int, total: int) -> None:
        if sys.stderr.isatty() and not arguments.json:
            print(f"\r\033[K{what}: {done}/{total}", end="", file=sys.stderr, flush=True)

    source = EngineSource(experiment)
    start = source.snapshot()
    try:
        with stopped_by_ctrl_c() as cancelled:
            proofs = {
                f.key: prove(
                    source,
                    start,
                    f,
                    iterations=arguments.prove,
                    progress=show,
                    cancelled=cancelled,
                )
                for f in findings
                if f.level >= Level.AMBER and not f.folded
            }
    except Cancelled as stopped:
        raise KeyboardInterrupt from stopped
    if sys.stderr.isatty() and not arguments.json:
        print("\r\033[K", end="", file=sys.stderr)
    return proofs


def _lines(
    experiment: "Experiment",
    diagnosis: "Diagnosis",
    findings: "tuple[Finding, ...]",
    proofs: "dict[tuple[str, int], Proof]",
) -> list[str]:
    from nnviz.debugger.findings.text import finding_lines
    from nnviz.debugger.proof_text import proof_lines

    history = diagnosis.history
    row = history.row(history.last)
    headline = (
        f"{experiment.name} on {experiment.data}, iterations {history.first} to {history.last}: "
        f"{_outcome(row)}"
    )
    lines = [headline, "", *finding_lines(findings, experiment)]
    for proof in proofs.values():
        lines += ["", *proof_lines(proof)]
    return lines


def _outcome(row: Mapping[str, float]) -> str:
    right = row["accuracy"]  # a program without classes has none
    return f"loss {row['loss']:.4g}" + ("" if math.isnan(right) else f", accuracy {right:.1%}")


def _json(
    experiment: "Experiment | None",
    diagnosis: "Diagnosis",
    findings: "tuple[Finding, ...]",
    proofs: "dict[tuple[str, int], Proof]",
) -> dict[str, Any]:
    from nnviz.debugger.findings.text import finding_json
    from nnviz.debugger.proof_text import proof_json

    history = diagnosis.history
    row = history.row(history.last)
    return {
        "run": diagnosis.info.name if experiment is None else experiment.name,
        "data": None if experiment is None else experiment.data,
        "iterations": history.last,
        "loss": json_number(row["loss"]),
        "accuracy": json_number(100 * row["accuracy"]),
        "findings": [
            finding_json(f, experiment)
            | ({"proof": proof_json(proofs[f.key])} if f.key in proofs else {})
            for f in findings
        ],
    }
