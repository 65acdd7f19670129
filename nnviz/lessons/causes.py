"""Causes as a student names them, such as `saturated L1`, and what the run says to that."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from nnviz.debugger.findings import RULES, Finding
from nnviz.errors import InputError, nearest

UNEVEN = "uneven-updates"

CAUSES: Mapping[str, str] = MappingProxyType(
    {name: rule.summary for name, rule in RULES.items()}
    | {UNEVEN: "one layer takes far smaller steps than another; no fault by itself"}
)
"""What may be named as a cause: what the findings know, and what they leave to people."""

PER_LAYER = frozenset(name for name, rule in RULES.items() if rule.layer is not None) | {UNEVEN}
"""Causes that are in one layer always."""


@dataclass(frozen=True)
class Cause:
    """A cause by its name in `CAUSES`, and the layer it is in (0: the run as a whole)."""

    name: str
    layer: int = 0

    @property
    def key(self) -> tuple[str, int]:
        """By what the finding is known that names it."""
        return (self.name, self.layer)

    def __str__(self) -> str:
        return f"{self.name} L{self.layer}" if self.layer else self.name


def read_cause(text: str) -> Cause:
    """A cause from words: `saturated L1`, `L1 saturated`, `dead in layer 2`, `label-mismatch`.

    A name may be cut short where only one begins like that. Raises InputError with what there is.
    """
    layers = re.findall(r"\b(?:[LlWw]|layer\s+)(\d+)\b", text)
    if len(layers) > 1:
        raise InputError(f"{text!r}: expected one layer; name the one in which it begins")
    rest = re.sub(r"\b(?:[LlWw]|layer\s+)\d+\b", " ", text)
    words = [word.lower() for word in rest.split() if word.lower() not in ("in", "of", "layer")]
    name = "-".join(words)
    if not name:
        raise InputError("expected a cause and its layer, such as `saturated L1`")
    found = [known for known in CAUSES if known.startswith(name)]
    if name not in CAUSES and len(found) != 1:
        hint = f"; did you mean {' or '.join(found)}?" if found else nearest(name, CAUSES)
        raise InputError(f"{name!r} is no cause that is known here{hint}")
    return Cause(name if name in CAUSES else found[0], int(layers[0]) if layers else 0)


def causes_text() -> str:
    """All causes with what they mean, a line each."""
    width = max(map(len, CAUSES))
    return "\n".join(f"{name:<{width}}  {summary}" for name, summary in CAUSES.items())


def reply(named: Cause, answers: Iterable[Cause], findings: Iterable[Finding], depth: int) -> str:
    """What to say to a cause that is not the right one, judged by what the run shows so far."""
    right, found = list(answers), {finding.key: finding for finding in findings}
    if named.layer > depth:
        return f"There is no L{named.layer}: the net has {depth} layers."
    if any(named.name == answer.name for answer in right):
        if not named.layer:
            return f"{named.name}, yes - but in which layer? Add it, such as `{named.name} L1`."
        if all(answer.layer == 0 for answer in right if answer.name == named.name):
            return f"{named.name}, yes - but it is not in one layer: name it without one."
        return f"{named.name}, yes - but not in L{named.layer}: it begins elsewhere."
    standing = found.get(named.key) or next(
        (one for one in findings if one.id == named.name and not named.layer), None
    )
    if standing is not None and standing.folded:
        return f"{named}: that is there, but it follows from something else. What came first?"
    if standing is not None:
        return f"{named}: that is there, but it is not what keeps this net from learning."
    return f"{named}: nothing in the run shows that. :hint helps."
