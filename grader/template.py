"""Writes the empty submission a student starts from, and nothing else of an assignment."""

import re
from pathlib import Path

from grader.answers import FILE_NAME
from nnviz.errors import InputError

TEMPLATE_FOLDER = "template"


def new_submission(assignment: Path, folder: Path, student: str) -> tuple[Path, ...]:
    """Copy the template of the assignment into `folder`; returns the files written.

    Raises InputError, with nothing written, where one of them is there already, or the folder
    can't be written to.
    """
    template = assignment / TEMPLATE_FOLDER
    sources = sorted(path for path in template.rglob("*") if _is_template(path))
    if not sources:
        raise InputError(f"{template}: there is no template of a submission")
    contents = {folder / path.relative_to(template): path.read_bytes() for path in sources}
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


def _is_template(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts


def _with_student(text: str, student: str) -> bytes:
    """The answers with the student's id in them, as a TOML text."""
    import tomli_w

    line = tomli_w.dumps({"student": student}).strip()
    return re.sub(r'(?m)^student = ""$', lambda _: line, text, count=1).encode()
