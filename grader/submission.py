"""A submission as it arrived, read without running any of it.

Its author may be careless or hostile: every file is opened as a regular file inside the folder, up
to a size; what can't be read costs that part, and a message says which.
"""

import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.answers import FILE_NAME, Answers, AnswerSheet, Claim, read_answers
from nnviz.errors import InputError

MAX_ANSWERS_BYTES = 1024**2
MAX_HASHED_FILES = 2_000
MAX_HASHED_BYTES = 64 * 1024**2
MAX_STUDENT_LENGTH = 80

_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    `typed` maps a table of answers.toml to its answers as typed (`typed["problem1"]["a21"]`);
    `notes` tell what could not be read, each with its file and line; `has_code` says whether there
    is an improvements.py or a notebook; `input_hash` is over all files.
    """

    folder: Path
    assignment: str
    student: str
    typed: Mapping[str, Mapping[str, str]]
    claims: tuple[Claim, ...]
    notes: tuple[str, ...]
    has_code: bool
    input_hash: str

    def answer(self, table: str, key: str) -> str:
        """One answer as typed, "" where there is none."""
        return self.typed.get(table, {}).get(key, "")


def read_submission(folder: Path, sheet: AnswerSheet) -> Submission:
    """Read the folder of a submission.

    Raises InputError where there is no such folder, or neither answers nor code in it.
    """
    if not folder.is_dir():
        reason = "is not a folder" if folder.exists() else "there is no such folder"
        raise InputError(f"{folder}: {reason}; expected the folder of a submission")
    try:
        names = {path.name for path in folder.iterdir()}
        code = [name for name in names if name == "improvements.py" or name.endswith(".ipynb")]
        has_code = any(_is_regular(folder / name) for name in code)
    except OSError as error:
        raise InputError(f"{folder}: can't be read ({error.strerror})") from error
    if FILE_NAME not in names and not has_code:
        raise InputError(
            f"{folder}: holds neither {FILE_NAME}, improvements.py nor a notebook; expected a "
            "submission, such as `nnviz new assignment1 DIR` writes"
        )
    answers, notes = _read_answers(folder, sheet)
    input_hash, hash_notes = _hash(folder)
    student = answers.student or os.fsencode(folder.resolve().name).decode("utf-8", "replace")
    if not answers.student:
        notes = (*notes, f"{FILE_NAME}: no student is named; taken from the folder's name")
    return Submission(
        folder,
        answers.assignment,
        student[:MAX_STUDENT_LENGTH],
        answers.typed,
        answers.claims,
        (*notes, *hash_notes),
        has_code,
        input_hash,
    )


def read_inside(folder: Path, name: str, most: int) -> bytes:
    """The first `most` bytes of the file `name`, a path inside `folder`.

    Raises InputError where there is no such regular file, or it lies outside (also by a link).
    """
    try:
        path = (folder / name).resolve()
        if not path.is_relative_to(folder.resolve()):
            raise InputError(f"{name}: leads out of the submission")
        # Not blocking, since a named pipe would keep us waiting for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
        with os.fdopen(os.open(path, flags), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise InputError(f"{name}: is not a regular file")
            return stream.read(most)
    except FileNotFoundError:
        raise InputError(f"{name}: there is no such file in the submission") from None
    except OSError as error:
        raise InputError(f"{name}: can't be read ({error.strerror})") from error
    except (ValueError, RuntimeError) as error:  # a null character in the name; a circle of links
        raise InputError(f"{name}: can't be read ({error})") from error


def decoded(content: bytes) -> tuple[str, bool]:
    """The text, and whether it was Unicode; other bytes are read as Windows-1252 or Latin-1."""
    encoding = next((e for mark, e in _BYTE_ORDER_MARKS.items() if content.startswith(mark)), "")
    for candidate in (encoding or "utf-8", "cp1252"):
        try:
            return content.decode(candidate), candidate != "cp1252"
        except UnicodeDecodeError:
            continue
    return content.decode("latin-1"), False


def _is_regular(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()


def _read_answers(folder: Path, sheet: AnswerSheet) -> tuple[Answers, tuple[str, ...]]:
    """What answers.toml says (nothing, where it can't be read), and all notes on it."""
    try:
        content = read_inside(folder, FILE_NAME, MAX_ANSWERS_BYTES + 1)
    except InputError as error:
        return read_answers("", sheet), (str(error),)
    notes: list[str] = []
    if len(content) > MAX_ANSWERS_BYTES:
        content = content[:MAX_ANSWERS_BYTES]
        notes.append(f"{FILE_NAME}: is larger than 1 MB; only the first MB is read")
    text, is_unicode = decoded(content)
    if not is_unicode and not notes:
        notes.append(f"{FILE_NAME}: is not UTF-8; read as Windows-1252. Save it as UTF-8")
    answers = read_answers(text, sheet)
    return answers, (*notes, *answers.notes)


def _hash(folder: Path) -> tuple[str, tuple[str, ...]]:
    """SHA-256 over paths and contents of the regular files, in the order of their names."""
    digest, left = hashlib.sha256(), MAX_HASHED_BYTES
    for number, path in enumerate(_files(folder)):
        if number == MAX_HASHED_FILES or left <= 0:
            return f"sha256:{digest.hexdigest()}", (
                f"more than {MAX_HASHED_FILES:,} files or {MAX_HASHED_BYTES // 1024**2} MB; "
                "the hash is over the first of them",
            )
        try:
            content = read_inside(folder, str(path.relative_to(folder)), left)
        except InputError:
            content = b"(can't be read)"
        left -= len(content)
        name = os.fsencode(path.relative_to(folder))
        digest.update(b"%d %s %d " % (len(name), name, len(content)))
        digest.update(content)
    return f"sha256:{digest.hexdigest()}", ()


def _files(folder: Path) -> Iterator[Path]:
    """The files below `folder` in a fixed order; folders that tools make are left out."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(n for n in folders if not n.startswith(".") and n != "__pycache__")
        yield from (Path(place, name) for name in sorted(files))
