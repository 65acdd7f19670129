"""Builds the documentation: `make docs`. What the program knows about itself is asked of it."""

import re
import sys
from pathlib import Path

from sphinx.application import Sphinx

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "scripts")]

import reference_pages  # noqa: E402 - found by the path above

from nnviz import __version__  # noqa: E402

project, author = "nnviz", "The nnviz authors"
copyright = author
version = release = __version__

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx_copybutton"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
autodoc_member_order = "bysource"
autodoc_typehints = "signature"
autodoc_default_options = {"members": True}
copybutton_exclude = ".linenos, .gp, .go"
suppress_warnings = ["myst.header"]  # generated pages start where their page's title left off

html_theme = "furo"
html_title = f"nnviz {__version__}"
html_show_sourcelink = False
exclude_patterns = ["_build"]


def as_code(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Show what docstrings put between backquotes as code, and leave their other signs alone."""
    for number, line in enumerate(lines):
        parts = line.split("`")
        if len(parts) % 2:
            parts[::2] = [re.sub(r"\||(?<!\*)\*(?!\*)", r"\\\g<0>", part) for part in parts[::2]]
            lines[number] = "``".join(parts)


def setup(app: Sphinx) -> None:
    """Write the pages that come from the program before the others are read."""
    app.connect("builder-inited", lambda app: reference_pages.write(Path(app.srcdir)))
    app.connect("autodoc-process-docstring", as_code)
