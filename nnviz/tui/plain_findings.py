"""What is wrong and whether its remedy helps, in plain lines: the findings' tab and the key P."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from nnviz.debugger.debugger import Debugger
from nnviz.debugger.findings import Finding
from nnviz.debugger.findings.facts import NO_FACTS
from nnviz.errors import InputError
from nnviz.tui.prover import proof_of

HELP = {
    "findings": "what is wrong here, why, and what may help",
    "prove": "try the remedies of the gravest finding on a fork",
}


def findings(debugger: Debugger, rest: str) -> str:
    """The findings that stand at this iteration, in words."""
    from nnviz.debugger.findings.text import finding_lines

    return "\n".join(finding_lines(_standing(debugger)))


def prove(debugger: Debugger, rest: str) -> str:
    """Try the remedies of the gravest one; the verdict. Raises InputError where there is none."""
    from nnviz.debugger.proof_text import proof_lines

    causes = [finding for finding in _standing(debugger) if not finding.folded]
    if not causes:
        raise InputError("nothing is wrong here: there is no remedy to prove")
    timeline = debugger.timeline
    proof = proof_of(timeline, causes[0], 0, timeline.source.cancelled)
    return "\n".join(proof_lines(proof(lambda what, done, total: None)))


def _standing(debugger: Debugger) -> tuple[Finding, ...]:
    if debugger.diagnosis.facts is NO_FACTS:
        debugger.gather_facts()
    return debugger.diagnosis.at(debugger.timeline.index)


DIAGNOSING: Mapping[str, Callable[[Debugger, str], str]] = MappingProxyType(
    {"findings": findings, "prove": prove}
)
"""Each by its verb, as `PlainLesson.commands` are."""
