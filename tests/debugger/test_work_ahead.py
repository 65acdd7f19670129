"""Work done ahead keeps going back quick, and changes nothing that can be seen."""

from nnviz.debugger import timeline as timelines
from nnviz.debugger.timeline import Timeline

from .states import hashes, state_at


class Clock:
    """Stands for the module `time`: an iteration takes 13 ms, and nothing else takes time."""

    ticks = 0

    def perf_counter(self):
        return 0.013 * self.ticks

    def ticking(self, iterate):
        """What `iterate` does, and the time that it takes."""

        def counted(*known):
            self.ticks += 1
            return iterate(*known)

        return counted


def test_work_done_ahead_keeps_going_back_quick(run):
    """From an old position on, each step back replays 2 iterations at most, with the same bits."""
    timeline, replayed = Timeline(run()), 0
    timeline.seek(900)
    straight = hashes(run(), 601)
    replay = timeline.source.replay

    def counted(known):
        nonlocal replayed
        replayed += 1
        return replay(known)

    timeline.source.replay = counted
    timeline.seek(600)
    for index in range(599, 500, -1):
        while timeline.prepare(seconds=1):
            pass
        assert not timeline.prepare()
        assert timeline.index == timeline.source.index == index + 1
        replayed = 0
        timeline.seek(index)
        assert replayed <= 2
        assert state_at(timeline) == straight[index]


def test_where_states_lie_far_apart_no_step_back_waits_for_all_between_two(run, monkeypatch):
    """Two iterations of work ahead at each step suffice, but for the gap that one arrives in."""
    clock = Clock()
    monkeypatch.setattr(timelines, "time", clock)
    source = run()
    size = sum(source.snapshot().parts.values())
    timeline = Timeline(source, budget=150 * size)
    for name in ("advance", "replay"):
        monkeypatch.setattr(source, name, clock.ticking(getattr(source, name)))
    timeline.seek(6000)
    timeline.seek(3333)
    spacing, old = timeline.keyframes.spacing, timeline.keyframes.gap(1000)
    assert old > 50
    waits = []
    for index in range(3332, 3332 - 5 * old, -1):
        before = clock.ticks
        timeline.seek(index)
        waits.append(clock.ticks - before)
        timeline.prepare()
    assert max(waits[2 * old :]) <= spacing


def test_work_ahead_can_be_interrupted(run):
    """It says that there is more to do, and the position stays."""
    timeline = Timeline(run(), budget=1)
    timeline.seek(90)
    timeline.seek(50)
    timeline.source.cancelled = lambda: True
    assert timeline.prepare(seconds=1)
    assert timeline.index == timeline.source.index == 50
    timeline.source.cancelled = lambda: False
    assert not timeline.prepare(seconds=60)  # it ends, though there is no memory to keep states in
    assert timeline.index == timeline.source.index == 50
