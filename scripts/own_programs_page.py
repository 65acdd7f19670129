"""Writes the table of what the debugger recognises in differently written programs.

    python scripts/own_programs_page.py [FILE]     docs/reference/own-programs.md by default

A test holds the page against what is recognised now.
"""

import ast
import contextlib
import sys
import tempfile
from pathlib import Path

from nnviz.attach.attaching import attach
from nnviz.attach.namespace import path_text
from nnviz.attach.program import Program, read_program

ROOT = Path(__file__).resolve().parents[1]
PROGRAMS = ROOT / "tests" / "attach" / "programs"
ASSIGNMENT = ROOT / "assignments" / "assignment1"
PAGE = ROOT / "docs" / "reference" / "own-programs.md"

HEAD = """# What is recognised in programs

Programs written in different ways, as `nnviz attach FILE` sees them: the weights that it found
with the activation that follows each, how samples lie, the loss and the learning rate by the
program's own names, and how sure it is of the least sure layer, of the loss and of the rate. A test
recognises them anew, debugs the first 13 backwards and forwards, and compares with what a reader of
the program says.
Made by `scripts/own_programs_page.py`.

| program | written as | layers | samples | loss | rate | sure |
| --- | --- | --- | --- | --- | --- | --- |
"""

CALL = """

if __name__ == "__main__":
    from mnist import read_images

    images, labels = read_images("mnist-2k.npz")
    X = images.reshape(len(images), 784).T.astype("float32") / 255
    T = (np.arange(10)[:, None] == labels).astype("float32")
    train(X, T, 6, 0)
"""
"""What makes a program of the model answers' function."""


def row(program: Program, written: str) -> str:
    """One program of the table. Raises InputError where nothing is recognised."""
    source = attach(program)
    try:
        found = source.recognition
    finally:
        source.close()
    layers = ", ".join(f"`{path_text(each.weights)}` {each.activation}" for each in found.layers)
    computed = f"`{found.loss.place.text or 'unnamed'}`" if found.loss.place else "not computed"
    rate = f"`{path_text(found.rate.path)}`" if found.rate.path else "no variable"
    sure = min(each.confidence for each in found.layers), found.loss.confidence
    return (
        f"| {program.path.name} | {written} | {layers} | "
        f"{'columns' if found.columns else 'rows'} | {computed}, {found.loss.family} | {rate} | "
        f"{', '.join(f'{each:.0%}' for each in (*sure, found.rate.confidence))} |"
    )


def page() -> str:
    """The whole page; what the programs draw goes to a folder that is removed."""
    with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):
        return HEAD + "\n".join(rows()) + "\n"


def rows() -> list[str]:
    """All rows of the table."""
    found = []
    for path in sorted(PROGRAMS.glob("*.py")):
        said = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        found.append(row(read_program(path), said.partition("\n")[0].rstrip(".")))
    starter = ASSIGNMENT / "starter"
    found.append(row(read_program(starter / "network.py"), "the assignment's starter"))
    found.append(row(read_program(starter / "network.ipynb"), "the starter as a notebook"))
    with tempfile.TemporaryDirectory() as folder:
        found.append(row(read_program(model_answer(Path(folder))), "the model answers' training"))
    return found


def model_answer(folder: Path) -> Path:
    """The model answers put together, as a program: their best training on 2,000 images."""
    sys.path.insert(0, str(ASSIGNMENT / "solutions"))
    try:
        from build import improvements
    finally:
        sys.path.pop(0)
    path = folder / "improvements.py"
    path.write_text(improvements() + CALL, encoding="utf-8")
    reader = (ASSIGNMENT / "starter" / "mnist.py").read_text(encoding="utf-8")
    (folder / "mnist.py").write_text(reader, encoding="utf-8")
    return path


if __name__ == "__main__":
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else PAGE
    target.write_text(page(), encoding="utf-8")
