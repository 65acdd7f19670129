"""The diagnosis of a run: what is wrong, since when, why, and what to do about it.

`gather(source)` looks at the first iteration's arrays, `Diagnosis(info, history, facts)` at the
numbers of all of them; `Diagnosis.at(index)` are the findings that stand at an iteration. The rules
are in `registry.RULES`, their thresholds in `limits.LIMITS`.
"""

from nnviz.debugger.findings.diagnosis import Diagnosis
from nnviz.debugger.findings.facts import NO_FACTS, Facts, gather
from nnviz.debugger.findings.records import Finding, Level, Remedy
from nnviz.debugger.findings.registry import RULES, Rule

__all__ = [
    "NO_FACTS",
    "RULES",
    "Diagnosis",
    "Facts",
    "Finding",
    "Level",
    "Remedy",
    "Rule",
    "gather",
]
