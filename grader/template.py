"""Writes what a student gets of an assignment, and nothing else of it.

That is the template of a submission, the starter with its data, and the handout with the student's
own numbers. Solutions, rubric and guide are never looked at.
"""

import re
from collections.abc import Mapping
from pathlib import Path

import nnviz
from grader.answers import FILE_NAME
from grader.handout import SOURCE, handout_files
from nnviz.circuit import Circuit
from nnviz.errors import InputError

TEMPLATE_FOLDER, STARTER_FOLDER = "template", "starter"
DATA = Path(nnviz.__file__).parent / "data" / "mnist-2k.npz"
"""What the starter trains on."""


def new_submission(
    assignment: Path, folder: Path, student: str, circuits: Mapping[str, Circuit]
) -> tuple[Path, ...]:
    """Write the student's folder; returns the files written. `circuits` are the student's own.

    Raises InputError, with nothing written, where one of them is there already, or the folder
    can't be written to.
    """
    contents = {folder / name: text for name, text in student_files(assignment, circuits).items()}
    if there := [path for path in contents if path.exists() or path.is_symlink()]:
        names = ", ".join(str(path.relative_to(folder)) for path in there)
        raise InputError(
            f"{folder}: {names} exists already and is not overwritten; choose a new folder"
        )
    answers = folder / FILE_NAME
    if answers in contents:
        contents[answers] = _with_student(contents[answers].decode("utf-8"), student)
    written: list[Path] = []
    try:
        for path, content in contents.items():
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as stream:
                written.append(path)
                stream.write(content)
    except OSError as error:
        for path in written:
            path.unlink()
        raise InputError(f"{folder}: can't be written to ({error.strerror})") from error
    return tuple(written)


def student_files(assignment: Path, circuits: Mapping[str, Circuit]) -> dict[str, bytes]:
    """Everything a student gets, by its path in the student's folder."""
    template = _files(assignment / TEMPLATE_FOLDER)
    if not template:
        raise InputError(f"{assignment / TEMPLATE_FOLDER}: there is no template of a submission")
    starter = {
        f"{STARTER_FOLDER}/{name}": content
        for name, content in _files(assignment / STARTER_FOLDER).items()
    }
    if starter:
        starter[f"{STARTER_FOLDER}/{DATA.name}"] = DATA.read_bytes()
    handout = assignment / SOURCE
    told = handout_files(handout.read_text(encoding="utf-8"), circuits) if handout.exists() else {}
    return template | starter | {name: text.encode() for name, text in told.items()}


def _files(folder: Path) -> dict[str, bytes]:
    """The files under a folder by their path in it; none where there is no such folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and "__pycache__" not in path.parts
    }


def _with_student(text: str, student: str) -> bytes:
    """The answers with the student's id in them, as a TOML text."""
    import tomli_w

    line = tomli_w.dumps({"student": student}).strip()
    return re.sub(r'(?m)^student = ""$', lambda _: line, text, count=1).encode()
