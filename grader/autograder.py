"""Writes the folder that Gradescope takes as an autograder: two scripts, the grader, an assignment.

The grader comes as a wheel made of the very files that are running now, so that what grades there
is what was tried here.
"""

import base64
import hashlib
import io
import shutil
import zipfile
from collections.abc import Iterator
from importlib import metadata, resources
from pathlib import Path

import grader
import nnviz
from grader.assignments import assignments_folder
from grader.report.files import write_whole
from nnviz.errors import InputError

DISTRIBUTION = "nnviz-classroom"
_DATE = (2020, 1, 1, 0, 0, 0)
"""Of every file in an archive, so that the same files give the same bytes."""

SCRIPTS = ("setup.sh", "run_autograder")


def write_autograder(folder: Path, assignment: Path, visibility: str, isolation: str) -> Path:
    """Write the autograder's folder, and beside it the zip to upload; returns the zip's path.

    Raises InputError where there is something of these names, or they can't be written.
    """
    archive = folder.with_name(f"{folder.name}.zip")
    for path in (folder, archive):
        if path.exists():
            raise InputError(f"{path}: exists already and is not overwritten; give another name")
    wheel, content = build_wheel()
    templates = resources.files("grader.report") / "templates"
    try:
        write_whole(folder / wheel, content)
        for name in SCRIPTS:
            script = (templates / name).read_text(encoding="utf-8")
            script = script.replace("VISIBILITY", visibility).replace("ISOLATION", isolation)
            write_whole(folder / name, script.encode())
            (folder / name).chmod(0o755)
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        shutil.copytree(assignment, folder / "assignment", ignore=ignored)
    except OSError as error:
        raise InputError(f"{folder}: can't be written ({error.strerror or error})") from error
    entries = [
        (path.relative_to(folder).as_posix(), path.read_bytes())
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    ]
    write_whole(archive, _zipped(entries))
    return archive


def build_wheel() -> tuple[str, bytes]:
    """The name and content of a wheel of the running packages, assignments inside.

    Raises InputError where the package is not installed, so that nothing says what it needs.
    """
    try:
        installed = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError as error:
        raise InputError(
            f"{DISTRIBUTION} is not installed here, so what it needs is not known; run make install"
        ) from error
    stem = f"{DISTRIBUTION.replace('-', '_')}-{nnviz.__version__}"
    info = f"{stem}.dist-info"
    files = dict(_package_files())
    about = (installed.read_text("METADATA") or "").splitlines(keepends=True)
    version = [i for i, line in enumerate(about) if line.startswith("Version:")]
    about[version[0]] = f"Version: {nnviz.__version__}\n"
    files[f"{info}/METADATA"] = "".join(about).encode()
    files[f"{info}/WHEEL"] = (
        b"Wheel-Version: 1.0\nGenerator: nnviz export\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    )
    files[f"{info}/entry_points.txt"] = b"[console_scripts]\nnnviz = nnviz.cli:main\n"
    record = "".join(f"{name},{_digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    return f"{stem}-py3-none-any.whl", _zipped(list(files.items()))


def _package_files() -> Iterator[tuple[str, bytes]]:
    """Every file of both packages and of the assignments, under its name in the wheel."""
    package = Path(nnviz.__file__).parent
    places = [(package, "nnviz"), (Path(grader.__file__).parent, "grader")]
    assignments = assignments_folder()
    if not assignments.is_relative_to(package):
        places.append((assignments, "nnviz/assignments"))
    for folder, name in places:
        for path in sorted(folder.rglob("*")):
            inside = path.relative_to(folder)
            if path.is_file() and "__pycache__" not in inside.parts:
                yield f"{name}/{inside.as_posix()}", path.read_bytes()


def _digest(content: bytes) -> str:
    """As RECORD has it (PEP 376, with the hash of PEP 427)."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=")
    return f"sha256={digest.decode()}"


def _zipped(files: list[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            entry = zipfile.ZipInfo(name, _DATE)
            entry.external_attr = (0o755 if name in SCRIPTS else 0o644) << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return stream.getvalue()
