"""A run trained and diagnosed in one go, for headless commands and the self-test."""

from collections.abc import Callable

import numpy as np

from nnviz.debugger.findings import Diagnosis, gather
from nnviz.debugger.history import History
from nnviz.debugger.source import Frame, RunSource
from nnviz.debugger.timeline import Timeline
from nnviz.engine.tiles import Cancelled


def examine(
    source: RunSource, iterations: int, watch: Callable[[Frame], None] = lambda frame: None
) -> Diagnosis:
    """Train from iteration 0 up to and including `iterations`, and diagnose what was seen.

    `watch` is shown every frame. Where `source.cancelled` says stop, the diagnosis is that of the
    iterations done; before the first one is done `Cancelled` is raised.
    """
    history = History(source.info.depth, first=source.index)
    # a run that overflows is there to be looked at: its findings say so, warnings would only repeat
    with np.errstate(all="ignore"):
        history.append(source.advance())
        facts = gather(source)
        try:
            while source.index <= iterations:
                frame = source.advance()
                history.append(frame)
                watch(frame)
        except Cancelled:
            pass
    return Diagnosis(source.info, history, facts)


def examine_timeline(timeline: Timeline) -> Diagnosis:
    """Diagnose a run that is opened already, such as a recorded one.

    Where its arrays can't be computed again, the rules that need them are silent.
    """
    return Diagnosis(timeline.source.info, timeline.history, gather(timeline.source))
