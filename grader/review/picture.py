"""A picture in a terminal: two pixels in each character, upper half and lower half."""

import io
from pathlib import Path

from rich.color import Color
from rich.style import Style
from rich.text import Text

from nnviz.errors import InputError

MOST_BYTES = 16 * 1024**2
MOST_PIXELS = 40_000_000


def picture(path: Path, columns: int, rows: int) -> Text:
    """Draw a picture in at most that many columns and rows of characters.

    Raises InputError where it can't be read, is no picture, or is too large.
    """
    from PIL import Image

    try:
        if path.stat().st_size > MOST_BYTES:
            raise InputError(f"{path.name}: is larger than {MOST_BYTES // 1024**2} MB")
        with Image.open(io.BytesIO(path.read_bytes())) as image:
            if image.width * image.height > MOST_PIXELS:
                raise InputError(f"{path.name}: has more than {MOST_PIXELS:,} pixels")
            scale = min(columns / image.width, 2 * rows / image.height, 1.0)
            size = max(1, int(image.width * scale)), max(2, int(image.height * scale) // 2 * 2)
            small = Image.new("RGB", size, "white")
            resized = image.convert("RGBA").resize(size, Image.Resampling.LANCZOS)
            small.paste(resized, mask=resized)
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise InputError(f"{path.name}: can't be drawn: {error}") from error
    return _halves(small.tobytes(), *size)


def _halves(pixels: bytes, width: int, height: int) -> Text:
    """Text of width x height/2 characters from RGB pixels."""
    text = Text(no_wrap=True)
    for row in range(0, height, 2):
        for column in range(width):
            above, below = (3 * ((row + half) * width + column) for half in (0, 1))
            upper = Color.from_rgb(*pixels[above : above + 3])
            lower = Color.from_rgb(*pixels[below : below + 3])
            text.append("▀", Style(color=upper, bgcolor=lower))
        text.append("\n")
    return text
