"""What tests of going back compare: hashes of all that a run's state consists of."""

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.source import fingerprint
from nnviz.debugger.timeline import Timeline


def bits(source: EngineSource) -> str:
    """The hash of the whole state before the iteration that comes next."""
    return fingerprint(source.pack(source.snapshot()))


def hashes(source: EngineSource, iterations: int) -> list[str]:
    """The hash of the whole state before iterations 0, 1, ..., in one straight run."""
    straight = []
    for _ in range(iterations):
        straight.append(bits(source))
        source.advance()
    return straight


def state_at(timeline: Timeline) -> str:
    """The hash of the state before the iteration that is looked at."""
    kept = timeline.keyframes.get(timeline.index)
    assert kept is not None
    return fingerprint(timeline.source.pack(kept))
