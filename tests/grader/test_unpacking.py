"""Archives from strangers are unpacked inside their folder, up to a size, or refused."""

import io
import tarfile
import zipfile

import pytest

from grader.submission import read_submission
from grader.unpacking import MAX_FILES, unpack_archive
from nnviz.errors import InputError

SHEET = {"problem1": ("a21",)}
ANSWERS = 'student = "ann"\n[problem1]\na21 = "-4"\n'


def zipped(path, files):
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return path


def tarred(path, files):
    with tarfile.open(path, "w:gz" if path.name.endswith("gz") else "w") as packed:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            packed.addfile(entry, io.BytesIO(content.encode()))
    return path


@pytest.mark.parametrize("name", ["hw.zip", "HW.ZIP", "hw.tar.gz", "hw.tgz", "hw.tar"])
@pytest.mark.parametrize("inside", ["", "assignment1/"])
def test_archive_is_read_like_its_folder(tmp_path, name, inside):
    """Packed with or without the folder itself; what macOS adds does no harm."""
    pack = zipped if name.lower().endswith(".zip") else tarred
    files = {f"{inside}answers.toml": ANSWERS, f"{inside}improvements.py": "x = 1\n"}
    path = pack(tmp_path / name, {**files, "__MACOSX/._answers.toml": "junk"})
    submission = read_submission(path, SHEET)
    assert submission.student == "ann"
    assert submission.answer("problem1", "a21") == "-4"
    assert submission.notes == ()
    assert [source.file for source in submission.sources] == ["improvements.py"]


def test_hash_is_that_of_the_folder(tmp_path):
    """However it was packed."""
    (tmp_path / "hw").mkdir()
    (tmp_path / "hw" / "answers.toml").write_text(ANSWERS)
    packed = zipped(tmp_path / "hw.zip", {"hw/answers.toml": ANSWERS})
    hashes = {read_submission(p, SHEET).input_hash for p in (tmp_path / "hw", packed)}
    assert len(hashes) == 1


def test_unpacked_files_go_with_the_submission(tmp_path):
    """They are there as long as it is, and not longer."""
    submission = read_submission(zipped(tmp_path / "a.zip", {"answers.toml": ANSWERS}), SHEET)
    folder = submission.folder
    assert (folder / "answers.toml").is_file()
    del submission
    assert not folder.exists()


@pytest.mark.parametrize(
    "name", ["../out", "/out", "a/../../out", "..\\out", "C:\\out", "x" * 300, "a/" * 50 + "b"]
)
@pytest.mark.parametrize("pack", [zipped, tarred])
def test_entry_that_leaves_is_left_out(tmp_path, pack, name):
    """And told; the others are unpacked."""
    path = pack(tmp_path / ("a.zip" if pack is zipped else "a.tar"), {name: "x", "b": "y"})
    target = tmp_path / "deep" / "er"
    target.mkdir(parents=True)
    (note,) = unpack_archive(path, target)
    assert "left out" in note
    assert {file.name for file in tmp_path.rglob("*") if file.is_file()} == {path.name, "b"}


@pytest.mark.parametrize("pack", [zipped, tarred])
def test_too_many_files_are_refused(tmp_path, pack):
    """One more than there may be."""
    path = pack(
        tmp_path / ("a.zip" if pack is zipped else "a.tar"),
        {str(number): "" for number in range(2 * MAX_FILES + 2)},
    )
    with pytest.raises(InputError, match="unpacks to more than 2,000 files or 64 MB"):
        unpack_archive(path, tmp_path)


@pytest.mark.parametrize("name", ["a.zip", "a.tar.gz", "a.tar"])
@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x1f\x8b\x08broken", b"x" * 5000])
def test_damaged_archive_is_one_line(tmp_path, name, content):
    """With its name."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(InputError, match=r"^[^ ]*a\.(zip|tar|tar\.gz): |^a: holds neither"):
        read_submission(tmp_path / name, SHEET)
