"""Sandboxes to try, and students' code as a submission."""

import functools

import pytest

from grader.sandbox import Sandbox
from grader.sandbox.backends import BUBBLEWRAP, LANDLOCK, TRUST
from grader.sandbox.probing import refusal
from grader.submission import read_submission

ISOLATING = (BUBBLEWRAP, LANDLOCK)


@functools.cache
def _sandbox(backend):
    return Sandbox(backend)


@pytest.fixture(params=[*ISOLATING, TRUST], ids=lambda backend: backend.name)
def sandbox(request):
    """Each sandbox that works here; that one which isolates does is a test of its own."""
    if reason := refusal(request.param):
        pytest.skip(reason)
    return _sandbox(request.param)


@pytest.fixture
def strongest():
    """The strongest one."""
    works = [backend for backend in ISOLATING if not refusal(backend)]
    assert works, "; ".join(map(refusal, ISOLATING))
    return _sandbox(works[0])


@pytest.fixture
def submit(tmp_path):
    """Return a function that makes a submission of code: file name -> text or bytes."""

    def make(files):
        files = {"improvements.py": files} if isinstance(files, (str, bytes)) else files
        for name, content in files.items():
            path = tmp_path / "sub" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return read_submission(tmp_path / "sub", {})

    return make
