"""Pictures as characters: which pixel becomes which half of which character."""

import pytest
from PIL import Image

from grader.review.picture import picture
from nnviz.errors import InputError


def test_two_pixels_in_a_character(tmp_path):
    """Red above blue: the upper half block in red on blue."""
    image = Image.new("RGB", (1, 2), (255, 0, 0))
    image.putpixel((0, 1), (0, 0, 255))
    image.save(tmp_path / "a.png")
    text = picture(tmp_path / "a.png", 10, 10)
    assert text.plain == "▀\n"
    assert str(text.spans[0].style) == "#ff0000 on #0000ff"


def test_large_picture_is_made_to_fit(tmp_path):
    """It keeps its shape: 200 x 100 pixels in 40 columns are 10 rows of two."""
    Image.new("L", (200, 100)).save(tmp_path / "a.png")
    lines = picture(tmp_path / "a.png", 40, 30).plain.splitlines()
    assert [len(line) for line in lines] == [40] * 10


def test_what_is_no_picture_is_one_line(tmp_path):
    """A text under a picture's name, and one of too many pixels, never drawn."""
    (tmp_path / "a.png").write_text("no picture")
    with pytest.raises(InputError, match=r"a\.png: can't be drawn"):
        picture(tmp_path / "a.png", 10, 10)
    Image.new("1", (20_000, 20_000)).save(tmp_path / "b.png")
    with pytest.raises(InputError, match=r"b\.png: (has more than|can't be drawn)"):
        picture(tmp_path / "b.png", 10, 10)
