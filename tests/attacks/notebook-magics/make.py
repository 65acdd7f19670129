"""A notebook that deletes files by shell lines, magics and other languages."""

import json
from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """The notebook."""
    place = target["writable"]
    cells = [
        f"!rm -rf / {place}; touch {place}/shell",
        f"%%bash\ntouch {place}/bash",
        f"%system touch {place}/magic\nfiles = !touch {place}/assigned",
        f"get_ipython().system('touch {place}/ipython')",
        f"import os\nos.system('touch {place}/os')",
        f"if True:\n    !touch {place}/indented",
        "%run other.py\n%load_ext other\n?open",
        "1 / 0",
        "def sigmoid(z, k=1):\n    return z",
    ]
    notebook = {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {
                "cell_type": "code",
                "metadata": {},
                "outputs": [],
                "execution_count": None,
                "source": cell,
            }
            for cell in cells
        ],
    }
    path = folder / "assignment1.ipynb"
    path.write_text(json.dumps(notebook))
    return path
