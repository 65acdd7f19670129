"""Opens whatever a command takes as RUN: a preset, an experiment's file, a recorded session."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.forks import Tree
from nnviz.debugger.records import RECORDED
from nnviz.debugger.session import open_session
from nnviz.debugger.timeline import Timeline
from nnviz.errors import InputError
from nnviz.experiment import Experiment
from nnviz.presets import find_experiment


def open_run(
    run: str, changes: Mapping[str, Any] = MappingProxyType({}), *, beside: Tree | None = None
) -> tuple[Timeline, str]:
    """A run to travel in, and what its reader has to know ("" for nothing).

    A recorded one opens at its last state, any other one at iteration 0. `beside` are the branches
    of a run that is open already. Raises InputError where it can't be opened; where a recorded run
    is to be changed, which is what forks are for.
    """
    if Path(run).suffix != RECORDED:
        source = EngineSource(find_experiment(run).with_changes(changes))
        branch = None if beside is None else beside.of_its_own(run)
        return Timeline(source, branch=branch, tree=beside), source.dataset.note
    if changes:
        raise InputError(
            f"{run}: is recorded, so {', '.join(changes)} can't be changed; open it and fork it"
        )
    session = open_session(Path(run))
    note = f"{run}: {session.damage}; {session.extent}" if session.damage else ""
    return session.timeline(beside=beside), note


def experiment_of(run: str) -> Experiment:
    """The experiment that a RUN is one run of. InputError: it has none, or isn't there."""
    if Path(run).suffix != RECORDED:
        return find_experiment(run)
    header = open_session(Path(run)).header
    if header.first or header.branch.edits:
        raise InputError(f"{run}: holds a fork ({header.branch}), which only goes on from there")
    values = header.origin.get("experiment")
    if not isinstance(values, Mapping):
        raise InputError(f"{run}: was recorded from another program, and holds no experiment")
    return Experiment().with_changes(values)
