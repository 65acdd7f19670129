"""Recordings of the small run, for the tests of what is written and of what is read."""

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.recorder import Recorder
from nnviz.debugger.timeline import Timeline
from nnviz.experiment import Experiment

from .conftest import SMALL, small_dataset

DATASET = small_dataset()


def source_here(origin):
    """The small run again, as `source_from` makes a run whose data have a name."""
    return EngineSource(Experiment().with_changes(origin["experiment"]), DATASET)


def recorded(path, iterations=60, every=10, **changes):
    """Record a run whose states are written at every tenth iteration, and return its timeline."""
    timeline = Timeline(EngineSource(SMALL.with_changes(changes), DATASET))
    ticks = iter(range(10**6))
    first = [timeline.keyframes.get(0)]
    # a clock that goes on by so much at each look: 10 looks make half a second
    recorder = Recorder(path, timeline.source, first, clock=lambda: next(ticks) * 0.5 / every)
    recorder.write(timeline.history)
    timeline.on_iteration.append(lambda each: recorder.write(each.history))
    timeline.seek(iterations)
    return timeline, recorder
