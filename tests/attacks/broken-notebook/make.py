"""A notebook nested too deep, of wrong types, with a payload in its metadata."""

from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """A folder with notebooks that are none."""
    (folder / "a.ipynb").write_text('{"cells": ' + "[" * 100_000)
    (folder / "b.ipynb").write_text('{"nbformat": 4, "cells": {"a": 1}, "metadata": 3}')
    (folder / "improvements.py").write_text("def sigmoid(z, k=1):\n    return z\n")
    return folder
