"""Pictures of a submission are shown where they are pictures, of a size that can be shown."""

import io

import pytest
from PIL import Image

from grader.pictures import MAX_BYTES, MOST, find_figures, read_figures
from grader.results import Figure


def picture(kind, size=(3, 2)):
    stream = io.BytesIO()
    Image.new("RGB", size).save(stream, kind)
    return stream.getvalue()


@pytest.fixture
def put(tmp_path):
    """Return a function that puts a file into the submission's figures/."""
    (tmp_path / "figures").mkdir()

    def write(name, content):
        (tmp_path / "figures" / name).write_bytes(content)
        return tmp_path

    return write


@pytest.mark.parametrize(("kind", "ending"), [("PNG", ".png"), ("JPEG", ".jpg"), ("GIF", ".gif")])
def test_kind_is_seen_in_the_bytes(put, kind, ending):
    """Not in the name; the report's name is our own. Written by Pillow."""
    folder = put("my picture", picture(kind))
    figures, notes = find_figures(folder)
    assert figures == (Figure(f"figure-1{ending}", "figures/my picture"),)
    assert notes == ()
    assert read_figures(folder, figures) == {f"figure-1{ending}": picture(kind)}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"<svg onload='alert(1)'/>", "expected a PNG, JPEG or GIF picture"),
        (b"", "expected a PNG, JPEG or GIF picture"),
        (b"\x89PNG\r\n\x1a\n", "expected a PNG, JPEG or GIF picture"),
        (b"\xff\xd8\xff\xe0\x00\x00", "0 x 0 pixels"),
        (b"\xff\xd8" + b"\xff" * 999, "0 x 0 pixels"),
        (picture("PNG")[:16] + b"\x7f\xff\xff\xff" * 2, "2147483647 x 2147483647 pixels"),
        (b"GIF89a\xff\xff\xff\xff", "65535 x 65535 pixels"),
        (picture("PNG") + b"0" * MAX_BYTES, "larger than 2 MB"),
    ],
)
def test_what_is_no_picture_is_left_out_and_told(put, content, reason):
    """With its name."""
    figures, notes = find_figures(put("x.png", content))
    assert figures == ()
    assert notes == (f"figures/x.png: not shown: {reason}",)


def test_links_out_of_the_submission_are_not_followed(put, tmp_path):
    """Not of a picture, not of the folder."""
    secret = tmp_path / "secret.png"
    secret.write_bytes(picture("PNG"))
    folder = put("a.png", picture("PNG"))
    submission = tmp_path / "sub"
    submission.mkdir()
    (submission / "figures").symlink_to(folder / "figures")
    assert find_figures(submission) == ((), ())
    (submission / "figures").unlink()
    (submission / "figures").mkdir()
    (submission / "figures" / "b.png").symlink_to(secret)
    figures, (note,) = find_figures(submission)
    assert figures == ()
    assert "leads out of the submission" in note


def test_there_are_not_too_many(put, tmp_path):
    """The first ones by name; without a folder there are none."""
    for number in range(MOST + 1):
        folder = put(f"{number:02}.png", picture("PNG"))
    figures, (note,) = find_figures(folder)
    assert [figure.title for figure in figures] == [f"figures/{n:02}.png" for n in range(MOST)]
    assert "more than 12 pictures" in note
    assert find_figures(tmp_path / "figures") == ((), ())
