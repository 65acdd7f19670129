"""Finds an assignment's folder, in a source checkout and in an installed package alike."""

import difflib
from pathlib import Path

import nnviz
from grader.rubric import FILE_NAME
from nnviz.errors import InputError

DEFAULT_ASSIGNMENT = "assignment1"


def assignment_folder(name: str) -> Path:
    """The folder of the assignment of that name, or `name` itself where it is such a folder.

    It holds the rubric, the circuit, and in `template/` what a student gets.
    Raises InputError where there is none.
    """
    own = Path(name)
    if own.name != name and (own / FILE_NAME).is_file():
        return own
    known = {folder.name: folder for folder in _all()}
    if name in known:
        return known[name]
    near = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise InputError(
        f"assignment {name!r}: expected {', '.join(known)} or a folder with a {FILE_NAME}{hint}"
    )


def assignments_folder() -> Path:
    """The folder of all assignments that come with the package.

    Raises InputError where the package was copied without them.
    """
    package = Path(nnviz.__file__).parent
    for place in (package / "assignments", package.parent / "assignments"):
        if any(place.glob(f"*/{FILE_NAME}")):
            return place
    raise InputError(f"{package}: comes without its assignments; install it again")


def _all() -> list[Path]:
    """The folders of all assignments that come with the package, by name."""
    return sorted(rubric.parent for rubric in assignments_folder().glob(f"*/{FILE_NAME}"))
