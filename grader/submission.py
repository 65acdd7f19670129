"""A submission as it arrived, a folder, an archive or a notebook, read without running any of it.

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
from grader.source import Source, Unit, read_notebook
from grader.temporary import TemporaryFolder
from grader.unpacking import SUFFIXES, is_archive, regular_files, unpack_archive
from nnviz.errors import InputError

MODULE = "improvements.py"
NOTEBOOK = ".ipynb"

MAX_CODE_BYTES = 1024**2
MAX_NOTEBOOK_BYTES = 32 * 1024**2
MAX_ANSWERS_BYTES = 1024**2
MAX_HASHED_FILES = 2_000
MAX_HASHED_BYTES = 64 * 1024**2
MAX_STUDENT_LENGTH = 80

_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


@dataclass(frozen=True)
class Submission:
    """What one student handed in.

    `typed` maps a table of answers.toml to its answers as typed (`typed["problem1"]["a21"]`);
    `notes` tell what could not be read, each with its file and line; `sources` are the code;
    `input_hash` is over all files. `unpacked` keeps the folder that an archive was unpacked to.
    """

    folder: Path
    assignment: str
    student: str
    typed: Mapping[str, Mapping[str, str]]
    claims: tuple[Claim, ...]
    notes: tuple[str, ...]
    sources: tuple[Source, ...]
    input_hash: str
    unpacked: TemporaryFolder | None = None

    @property
    def has_code(self) -> bool:
        """Whether there is an improvements.py or a notebook."""
        return bool(self.sources)

    def answer(self, table: str, key: str) -> str:
        """One answer as typed, "" where there is none."""
        return self.typed.get(table, {}).get(key, "")

    def copy_files(self, target: Path) -> None:
        """Copy the regular files into an existing folder, readable for everybody who gets there.

        No links, pipes or devices; what exceeds the limits of the hash is left out.
        """
        left = MAX_HASHED_BYTES
        for number, (name, _) in enumerate(regular_files(self.folder)):
            if number == MAX_HASHED_FILES or left <= 0:
                return
            try:
                content = read_inside(self.folder, name, left)
            except InputError:
                continue
            left -= len(content)
            copy = target / name
            for folder in reversed(copy.relative_to(target).parents[:-1]):
                (target / folder).mkdir(exist_ok=True)
                (target / folder).chmod(0o755)
            copy.write_bytes(content)
            copy.chmod(0o644)


def read_submission(path: Path, sheet: AnswerSheet) -> Submission:
    """Read a submission: a folder, a `.zip` or `.tar.gz` of one, or a single notebook.

    Raises InputError where there is none, it can't be unpacked, or neither answers nor code are in
    it.
    """
    if path.is_dir():
        return _read_folder(path, sheet, path.resolve().name, ())
    if not path.exists():
        raise InputError(f"{path}: there is no such folder; expected the folder of a submission")
    if is_archive(path):
        unpacked = TemporaryFolder("submission")
        notes = unpack_archive(path, unpacked.path)
        name = next(path.name[: -len(s)] for s in SUFFIXES if path.name.lower().endswith(s))
        return _read_folder(_innermost(unpacked.path), sheet, name, notes, unpacked)
    if path.name.endswith(NOTEBOOK):
        unpacked = TemporaryFolder("submission")
        content = read_inside(path.parent, path.name, MAX_NOTEBOOK_BYTES + 1)
        (unpacked.path / path.name).write_bytes(content)
        return _read_folder(unpacked.path, sheet, path.stem, (), unpacked)
    raise InputError(
        f"{path}: is not a folder; expected the folder of a submission, a .zip or .tar.gz of one, "
        "or a notebook"
    )


def _innermost(folder: Path) -> Path:
    """The folder itself, or the one that lies alone in it, as most programs pack a folder."""
    inside = list(folder.iterdir())
    return inside[0] if len(inside) == 1 and inside[0].is_dir() else folder


def _read_folder(
    folder: Path,
    sheet: AnswerSheet,
    name: str,
    unpacking: tuple[str, ...],
    unpacked: TemporaryFolder | None = None,
) -> Submission:
    """Read the folder of a submission that came under this name."""
    try:
        names = {path.name for path in folder.iterdir()}
    except OSError as error:
        raise InputError(f"{folder}: can't be read ({error.strerror})") from error
    sources, code_notes = _read_code(folder, names)
    if FILE_NAME not in names and not sources:
        raise InputError(
            f"{folder if unpacked is None else name}: holds neither {FILE_NAME}, {MODULE} nor a "
            "notebook; expected a submission, such as `nnviz new assignment1 DIR` writes"
        )
    answers, notes = _read_answers(folder, sheet)
    input_hash, hash_notes = _hash(folder)
    student = answers.student or os.fsencode(name).decode("utf-8", "replace")
    if not answers.student:
        notes = (*notes, f"{FILE_NAME}: no student is named; taken from the folder's name")
    return Submission(
        folder,
        answers.assignment,
        student[:MAX_STUDENT_LENGTH],
        answers.typed,
        answers.claims,
        (*unpacking, *notes, *code_notes, *hash_notes),
        sources,
        input_hash,
        unpacked,
    )


def _read_code(folder: Path, names: set[str]) -> tuple[tuple[Source, ...], tuple[str, ...]]:
    """The student's code: a notebook, then the module, whose functions hide the notebook's."""
    sources: list[Source] = []
    notes: list[str] = []
    notebooks = sorted(name for name in names if name.endswith(NOTEBOOK))
    notebooks = [name for name in notebooks if _is_regular(folder / name)]
    for name in notebooks[:1]:
        try:
            text, _ = _read_text(folder, name, MAX_NOTEBOOK_BYTES)
            sources.append(read_notebook(name, text))
        except InputError as error:
            sources.append(Source(name, (), (str(error),)))
    if len(notebooks) > 1:
        notes.append(f"{len(notebooks)} notebooks; only the code of {notebooks[0]} is read")
    if MODULE in names and _is_regular(folder / MODULE):
        try:
            text, more = _read_text(folder, MODULE, MAX_CODE_BYTES)
            sources.append(Source(MODULE, (Unit(MODULE, text),), more))
        except InputError as error:
            sources.append(Source(MODULE, (), (str(error),)))
    return tuple(sources), (*notes, *(note for source in sources for note in source.notes))


def _read_text(folder: Path, name: str, most: int) -> tuple[str, tuple[str, ...]]:
    """A text file, with Unix line ends. Raises InputError: too large, or can't be read."""
    content = read_inside(folder, name, most + 1)
    if len(content) > most:
        raise InputError(f"{name}: is larger than {most // 1024**2} MB; it isn't read")
    text, is_unicode = decoded(content)
    note = f"{name}: is not UTF-8; read as Windows-1252. Save it as UTF-8"
    return text.replace("\r\n", "\n").replace("\r", "\n"), () if is_unicode else (note,)


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
