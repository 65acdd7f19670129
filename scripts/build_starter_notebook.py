"""Write the starter as a notebook: the same program, cell by cell, so that the two never differ.

The program is cut at its `# %%` lines: text cells say `# %% [markdown]`, and its docstring is the
first one.
"""

import ast
import re
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

STARTER = Path(__file__).parent.parent / "assignments" / "assignment1" / "starter"
PROGRAM, NOTEBOOK = STARTER / "network.py", STARTER / "network.ipynb"
KERNEL = {"display_name": "Python 3", "language": "python", "name": "python3"}


def notebook_text(program: str) -> str:
    """The notebook of a program, as JSON; the same bytes each time."""
    docstring = ast.get_docstring(ast.parse(program)) or ""
    _, *parts = re.split(r"(?m)^# %%", program)
    cells = [new_markdown_cell(docstring, id="about")]
    for number, part in enumerate(parts):
        kind, _, text = part.partition("\n")
        name = f"cell-{number}"
        if kind.strip() == "[markdown]":
            words = re.sub(r"(?m)^# ?", "", text.strip())
            cells.append(new_markdown_cell(words, id=name))
        else:
            cells.append(new_code_cell(text.strip("\n"), id=name))
    notebook = new_notebook(cells=cells, metadata={"kernelspec": KERNEL})
    nbformat.validate(notebook)
    return nbformat.writes(notebook) + "\n"


if __name__ == "__main__":
    text = notebook_text(PROGRAM.read_text(encoding="utf-8"))
    NOTEBOOK.write_text(text, encoding="utf-8")
    print(NOTEBOOK)
