"""The pictures that a student handed in: found and checked by their first bytes, never decoded.

Whatever shows them later decodes them, so pictures that are too large in bytes or in pixels, or
that may hold more than a picture (SVG), stay out, and a note says so.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path

from grader.results import Figure
from grader.submission import read_inside
from nnviz.errors import InputError

FOLDER = "figures"
MOST = 12
MOST_LOOKED_AT = 200
MAX_BYTES = 2 * 1024**2
MAX_PIXELS = 40_000_000
MEDIA_TYPES = {".png": "image/png", ".jpg": "image/jpeg", ".gif": "image/gif"}


def find_figures(folder: Path) -> tuple[tuple[Figure, ...], tuple[str, ...]]:
    """The pictures in the submission's `figures/`, by name, and notes on what is left out."""
    figures: list[Figure] = []
    notes: list[str] = []
    for name in _names(folder):
        if len(figures) == MOST:
            notes.append(f"{FOLDER}: more than {MOST} pictures; the others are not shown")
            break
        try:
            ending = _ending(read_inside(folder, name, MAX_BYTES + 1))
        except InputError as error:
            notes.append(f"{name}: not shown: {str(error).removeprefix(f'{name}: ')}")
            continue
        figures.append(Figure(f"figure-{len(figures) + 1}{ending}", name))
    return tuple(figures), tuple(notes)


def read_figures(folder: Path, figures: tuple[Figure, ...]) -> Mapping[str, bytes]:
    """The contents of pictures of a submission, under the names that a report gives them."""
    return {figure.file: read_inside(folder, figure.title, MAX_BYTES) for figure in figures}


def _names(folder: Path) -> Iterator[str]:
    place = folder / FOLDER
    try:
        paths = [] if place.is_symlink() else sorted(place.iterdir())[:MOST_LOOKED_AT]
    except OSError:  # there is no such folder
        return
    for name in (path.name for path in paths):
        if name.isprintable() and not name.startswith(".") and not name.endswith((".md", ".txt")):
            yield f"{FOLDER}/{name}"


def _ending(content: bytes) -> str:
    """The ending for a picture's kind. Raises InputError where it can't be shown."""
    if len(content) > MAX_BYTES:
        raise InputError(f"larger than {MAX_BYTES // 1024**2} MB")
    ending, size = _kind(content)
    if not ending:
        raise InputError("expected a PNG, JPEG or GIF picture")
    width, height = size
    if not 0 < width * height <= MAX_PIXELS:
        raise InputError(f"{width} x {height} pixels")
    return ending


def _kind(content: bytes) -> tuple[str, tuple[int, int]]:
    """The ending and width and height as the header says; "" where it is no such picture."""
    if content.startswith(b"\x89PNG\r\n\x1a\n") and content[12:16] == b"IHDR":
        return ".png", (_number(content[16:20]), _number(content[20:24]))
    if content[:6] in (b"GIF87a", b"GIF89a"):
        return ".gif", (_number(content[7:5:-1]), _number(content[9:7:-1]))
    if content.startswith(b"\xff\xd8\xff"):
        return ".jpg", _jpeg_size(content)
    return "", (0, 0)


def _jpeg_size(content: bytes) -> tuple[int, int]:
    """Width and height from the frame header of a JPEG (ITU T.81, B.2.2); zeros without one."""
    position = 2
    while content[position : position + 1] == b"\xff":
        marker = content[position + 1 : position + 2]
        if marker == b"\xff":  # a fill byte
            position += 1
            continue
        frame = marker[:1] in _FRAMES
        if frame:
            height, width = (
                content[position + 5 : position + 7],
                content[position + 7 : position + 9],
            )
            return _number(width), _number(height)
        length = _number(content[position + 2 : position + 4])
        if length < 2:
            break
        position += 2 + length
    return 0, 0


_FRAMES = [bytes([code]) for code in range(0xC0, 0xD0) if code not in (0xC4, 0xC8, 0xCC)]


def _number(content: bytes) -> int:
    return int.from_bytes(content, "big")
