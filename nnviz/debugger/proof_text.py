"""What came of trying remedies, in words and as plain values for JSON."""

import math
import textwrap
from collections.abc import Mapping
from typing import Any

from nnviz.debugger.findings import Finding, Level
from nnviz.debugger.findings.text import LEVELS, WIDTH, changes_text
from nnviz.debugger.proof import BETTER_ACCURACY, Outcome, Proof, Trial
from nnviz.json_numbers import json_number


def proof_lines(proof: Proof, width: int = WIDTH) -> list[str]:
    """A heading, the run as it is, and each remedy with its verdict; broken at `width` columns."""
    finding = proof.finding
    place = f" in {finding.place}" if finding.place else ""
    title = f"Proof of the remedies for {finding.id}{place}"
    if not proof.trials:
        return [f"{title}: none of them can be had by changing a setting or variable of this run."]
    lines = [f"{title}:"]
    for trial in proof.trials:
        lines += _trial_lines(trial, finding, width)
    if proof.proven is None:
        lines.append("  None of them helped.")
    return lines


def summary(proof: Proof) -> str:
    """What came of it, on one line."""
    if proof.proven is not None:
        return f"{proof.finding.id}: HELPED: {proof.proven.remedy.text}"
    if not proof.trials:
        return f"{proof.finding.id}: none of its remedies can be tried here"
    return f"{proof.finding.id}: none of its remedies helped"


def verdict(trial: Trial) -> str:
    """Whether it helped, in words, and why not: what became of the finding, and of the training."""
    if trial.problem:
        return f"not tried: {trial.problem}"
    level = trial.remedied.stands
    stands = f"the finding still stands ({LEVELS[Level(level)]})" if level else ""
    if trial.helped:
        return f"HELPED: {stands or 'the finding is gone'}"
    if trial.trains_better:
        return f"did not help: it trains better, but {stands}"
    return f"did not help: {stands or f'the finding is gone, but {_no_better(trial)}'}"


def _no_better(trial: Trial) -> str:
    """What speaks against a remedy that rids the run of the finding."""
    a, b = trial.without, trial.remedied
    if not math.isfinite(b.loss):
        return f"the loss is {b.loss}"
    if b.accuracy < a.accuracy - BETTER_ACCURACY:
        return f"{100 * (a.accuracy - b.accuracy):.1f} points of accuracy are lost"
    if trial.comparable and b.loss > a.loss:
        return "the loss is worse"
    return "it trains no better"


def _trial_lines(trial: Trial, finding: Finding, width: int) -> list[str]:
    changes = f" [{changes_text(trial.changes)}]"
    lines = textwrap.wrap(
        f"{trial.remedy.text}{changes}", width, initial_indent="  - ", subsequent_indent="    "
    )
    if not trial.problem:
        lines.append(f"    from iteration {trial.start} to {trial.end}")
        lines.append(f"      without: {_numbers(trial.without, finding.metric)}")
        lines.append(f"         with: {_numbers(trial.remedied, finding.metric)}")
    return [*lines, f"    {verdict(trial)}"]


def _numbers(outcome: Outcome, metric: str) -> str:
    value = f", {metric} {outcome.value:.4g}" if metric and not math.isnan(outcome.value) else ""
    value = "" if metric == "loss" else value
    return f"loss {outcome.loss:.4g}, accuracy {outcome.accuracy:.1%}{value}"


def proof_json(proof: Proof) -> dict[str, Any]:
    """All of it in plain values; accuracies in percent."""
    return {
        "proven": proof.proven.remedy.text if proof.proven else None,
        "trials": [
            {
                "remedy": trial.remedy.text,
                "changes": dict(trial.changes),
                "from": trial.start,
                "to": trial.end,
                "without": _outcome_json(trial.without),
                "with": _outcome_json(trial.remedied),
                "helped": trial.helped,
                "problem": trial.problem,
            }
            for trial in proof.trials
        ],
    }


def _outcome_json(outcome: Outcome) -> Mapping[str, Any]:
    return {
        "loss": json_number(outcome.loss),
        "accuracy": 100 * outcome.accuracy,
        "value": json_number(outcome.value),
        "stands": LEVELS[Level(outcome.stands)] if outcome.stands else None,
    }
