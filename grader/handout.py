"""The handout as a student gets it: Markdown and HTML, with the circuit drawn with own numbers."""

import re
from collections.abc import Mapping
from html import escape

from nnviz.circuit import Circuit
from nnviz.circuit.drawing import given_texts, short
from nnviz.circuit.svg import to_svg
from nnviz.errors import InputError

SOURCE = "handout.md"
_PLACE = re.compile(r"(?m)^\{\{circuit:(\w+)\}\}$")
_STYLE = """
body { font: 17px/1.5 Georgia, 'DejaVu Serif', serif; max-width: 46rem; margin: 2rem auto;
       padding: 0 1rem; color: #1f2328; background: white; }
h1, h2, th { font-family: 'Helvetica Neue', 'DejaVu Sans', sans-serif; line-height: 1.2; }
h1 { font-size: 1.8rem; } h2 { font-size: 1.25rem; margin-top: 2.2rem; }
pre, code { font: 0.86em/1.45 'DejaVu Sans Mono', Menlo, Consolas, monospace; background: #f6f8fa; }
pre { padding: 0.7rem 1rem; overflow-x: auto; }
p code, li code { padding: 0 0.2em; }
table { border-collapse: collapse; margin: 1rem 0; }
th, td { border: 1px solid #d0d7de; padding: 0.25rem 0.8rem; }
svg, img { max-width: 100%; height: auto; }
@media print { body { margin: 0; max-width: none; font-size: 11pt; } }
"""


def drawing_name(problem: str) -> str:
    """The file that the circuit of a problem is drawn in."""
    return f"problem{problem}.svg"


def handout_files(text: str, circuits: Mapping[str, Circuit]) -> dict[str, str]:
    """`handout.md`, `handout.html` and a drawing for each circuit, by name.

    A line `{{circuit:ID}}` of the text stands for the circuit of that problem. Only its formulas
    and the values of its inputs are told. Raises InputError where there is no such circuit.
    """
    drawings = {id: to_svg(circuit, given_texts(circuit)) for id, circuit in circuits.items()}

    def markdown(found: re.Match[str]) -> str:
        circuit = _circuit(found[1], circuits)
        picture = f"![The circuit of problem {found[1]}]({drawing_name(found[1])})"
        return f"`{circuit.title}`\n\n{picture}\n\n{_inputs(circuit)}"

    told = _PLACE.sub(markdown, text)
    return {
        SOURCE: told,
        "handout.html": _page(told, drawings),
        **{drawing_name(id): drawing for id, drawing in drawings.items()},
    }


def _circuit(problem: str, circuits: Mapping[str, Circuit]) -> Circuit:
    if problem not in circuits:
        raise InputError(f"{SOURCE}: problem {problem} has no circuit in the rubric")
    return circuits[problem]


def _inputs(circuit: Circuit) -> str:
    """A table of the inputs and their values."""
    nodes = [circuit.nodes[i] for i in circuit.inputs]
    names = " | ".join(node.name for node in nodes)
    values = " | ".join("" if node.value is None else short(node.value) for node in nodes)
    return f"| {names} |\n|{' --- |' * len(nodes)}\n| {values} |"


def _page(text: str, drawings: Mapping[str, str]) -> str:
    """One self-contained page: the drawings are in it."""
    from markdown_it import MarkdownIt

    body = MarkdownIt("commonmark").enable("table").render(text)
    for id, drawing in drawings.items():
        picture = re.compile(rf'<img src="{re.escape(drawing_name(id))}"[^>]*>')
        body = picture.sub(lambda _, svg=drawing: svg, body)  # type: ignore[misc]
    title = escape(re.sub(r"^#+ *", "", text.splitlines()[0]))
    return (
        f'<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f"<title>{title}</title>\n<style>{_STYLE}</style>\n</head>\n<body>\n{body}</body>\n</html>\n"
    )
