"""States of a program as the timeline keeps them: a process, and how many iterations to replay."""

from collections.abc import Mapping
from dataclasses import dataclass

from nnviz.attach.family import Kept
from nnviz.engine.arrays import Labels


@dataclass(frozen=True, eq=False)
class ProgramSnapshot:
    """A state of a program: that of a process that keeps one, `index` - its own iterations on."""

    index: int
    kept: Kept
    active: tuple[Labels, ...]

    @property
    def parts(self) -> Mapping[int, int]:
        """What the process costs; states that are replayed from it cost nothing more."""
        return {id(self.kept): self.kept.nbytes}

    def shrunk(self) -> "ProgramSnapshot":
        """Itself."""
        return self
