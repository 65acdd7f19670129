"""Runs lines as somebody types them into a shell, with the commands under test on the path."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def with_programs(folder: Path, *modules: str) -> dict[str, str]:
    """An environment whose path begins with `folder`, which is made with a program per module."""
    folder.mkdir()
    for module in modules:
        program = folder / module
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m {module} "$@"\n')
        program.chmod(0o755)
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    return {**os.environ, "PATH": path, "PYTHONPATH": str(ROOT)}


def without_a_terminal(
    line: str, folder: Path, environment: dict[str, str], seconds: float = 600
) -> tuple[int, str]:
    """Run a line; its exit code, and what it printed."""
    done = subprocess.run(
        ["sh", "-c", line],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=seconds,
    )
    return done.returncode, done.stdout


def with_nobody_reading(*words: str, unbuffered: str = "") -> tuple[int, str]:
    """Run `nnviz WORDS | head -0`; its exit code, and what it printed to standard error."""
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "nnviz", *words],
        stdout=writer,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONUNBUFFERED": unbuffered},
        text=True,
    )
    os.close(writer)
    return done.returncode, done.stderr
