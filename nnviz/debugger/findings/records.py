"""What a diagnosis says: findings with their levels and remedies, as plain values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType
from typing import Any

from nnviz.experiment import Experiment, per_layer

NO_KEYS: Mapping[str, Any] = MappingProxyType({})


class Level(IntEnum):
    """How serious a finding is: worth knowing, a likely fault, a certain one."""

    INFO = 1
    AMBER = 2
    RED = 3


@dataclass(frozen=True)
class Remedy:
    """An edit of the experiment that should help, so that it can be proven on a fork.

    `text` says what to do, as to a student with a program. `settings` are keys to set, `factors`
    keys to multiply, in layer number `layer` only, or in all of them (0); `same` are keys that get
    their largest value in all layers.
    """

    text: str
    settings: Mapping[str, Any] = field(default_factory=lambda: NO_KEYS)
    factors: Mapping[str, float] = field(default_factory=lambda: NO_KEYS)
    layer: int = 0
    same: tuple[str, ...] = ()

    def changes(self, experiment: Experiment) -> dict[str, Any]:
        """The keys of this experiment that the remedy changes, with their new values."""
        changed = dict(self.settings)
        for key in self.same:
            changed[key] = max(per_layer(getattr(experiment, key), experiment.layers))
        for key, factor in self.factors.items():
            value = getattr(experiment, key)
            if not self.layer and not isinstance(value, tuple):
                changed[key] = value * factor
                continue
            each = per_layer(value, experiment.layers)
            changed[key] = tuple(
                one * factor if self.layer in (0, number) else one
                for number, one in enumerate(each, start=1)
            )
        return {key: new for key, new in changed.items() if getattr(experiment, key) != new}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a run, or worth knowing about it.

    `layer` counts from 1 (0: the run as a whole). `since` is the first iteration at which the
    condition held, `spoke` the one at which it could be said (some conditions have to hold for a
    while), `until` the last one (None: it still holds). `evidence` holds the numbers, `cause` a
    sentence for a student, `remedies` what to do, the likeliest first. `metric` names the number in
    question in the history. `consequence_of` is the (id, layer) of the finding that explains this
    one, None where nothing does.
    """

    id: str
    level: Level
    layer: int
    since: int
    spoke: int
    until: int | None
    evidence: str
    cause: str
    remedies: tuple[Remedy, ...]
    source: str
    metric: str = ""
    consequence_of: tuple[str, int] | None = None

    @property
    def key(self) -> tuple[str, int]:
        """By what the finding is known in its run: its id and layer."""
        return (self.id, self.layer)

    @property
    def place(self) -> str:
        """Where it is: L2, or an empty text for the run as a whole."""
        return f"L{self.layer}" if self.layer else ""

    @property
    def folded(self) -> bool:
        """Whether it is a mere consequence of another finding."""
        return self.consequence_of is not None
