"""Programs as students write them, started under the debugger and ended with the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from nnviz.attach.attaching import attach
from nnviz.attach.program import read_program
from nnviz.attach.recognition import Corrections
from nnviz.attach.source import ProgramSource

PROGRAMS = Path(__file__).parent / "programs"

Start = Callable[..., ProgramSource]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Start a program of `programs/`, or one whose text is given; it ends with the test."""
    started = []

    def begin(name: str, text: str | None = None, **corrections: object) -> ProgramSource:
        path = PROGRAMS / name
        if text is not None:
            path = tmp_path / name
            path.write_text(text)
        source = attach(read_program(path), Corrections(**corrections))
        started.append(source)
        return source

    yield begin
    for source in started:
        source.close()
