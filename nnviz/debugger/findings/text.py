"""Findings in words, for terminals without a screen, and as plain values for JSON."""

import textwrap
from collections.abc import Iterable, Mapping
from typing import Any

from nnviz.debugger.findings.records import Finding, Level, Remedy
from nnviz.experiment import Experiment

LEVELS = {Level.INFO: "info", Level.AMBER: "amber", Level.RED: "red"}
WIDTH = 79


def finding_lines(findings: Iterable[Finding], experiment: Experiment | None = None) -> list[str]:
    """A paragraph for each cause with its consequences, or one line where all is well.

    With the experiment, remedies say which of its keys they change.
    """
    found = list(findings)
    lines: list[str] = []
    for number, cause in enumerate((f for f in found if not f.folded), start=1):
        lines += ["", f"{number}. {heading(cause)}"]
        lines += _wrapped(cause.evidence)
        lines += _wrapped(cause.cause)
        for word, remedy in zip(_words("Try: "), cause.remedies, strict=False):
            lines += _wrapped(word + remedy_text(remedy, experiment), "        ")
        for word, other in zip(
            _words("So: "), (f for f in found if f.consequence_of == cause.key), strict=False
        ):
            lines += _wrapped(f"{word}{heading(other)}: {other.evidence}", "       ")
        lines += _wrapped(f"Source: {cause.source}")
    return lines[1:] or ["Nothing found: no rule has anything to say about this run."]


def heading(finding: Finding) -> str:
    """Level, name, place and time in one line."""
    place = f" in {finding.place}" if finding.place else ""
    until = "" if finding.until is None else f" to {finding.until}"
    time = f"from iteration {finding.since}{until}"
    return f"{LEVELS[finding.level].upper()} {finding.id}{place}, {time}"


def remedy_text(remedy: Remedy, experiment: Experiment | None) -> str:
    """What to do, and with which keys."""
    changes = remedy.changes(experiment) if experiment is not None else {}
    return remedy.text + (f" [{changes_text(changes)}]" if changes else "")


def changes_text(changes: Mapping[str, Any]) -> str:
    """Keys and values as in an experiment's file."""
    return ", ".join(f"{key} = {_value(value)}" for key, value in changes.items())


def finding_json(finding: Finding, experiment: Experiment | None) -> dict[str, Any]:
    """All of a finding in plain values; remedies with the keys of this experiment, if any."""
    return {
        "id": finding.id,
        "level": LEVELS[finding.level],
        "layer": finding.layer,
        "since": finding.since,
        "spoke": finding.spoke,
        "until": finding.until,
        "evidence": finding.evidence,
        "cause": finding.cause,
        "remedies": [
            {"text": remedy.text, "changes": remedy.changes(experiment) if experiment else {}}
            for remedy in finding.remedies
        ],
        "source": finding.source,
        "metric": finding.metric,
        "consequence_of": finding.consequence_of and list(finding.consequence_of),
    }


def _words(first: str) -> Iterable[str]:
    yield first
    while True:
        yield " " * len(first)


def _wrapped(text: str, indent: str = "   ") -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="   ", subsequent_indent=indent)


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return f"{value:.4g}" if isinstance(value, float) else repr(value).replace("'", '"')
