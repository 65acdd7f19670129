"""A module of null bytes, broken encodings and a byte order mark in the middle."""

from pathlib import Path


def make(folder: Path, target: dict) -> Path:
    """A folder with that module."""
    (folder / "improvements.py").write_bytes(
        b"\xff\xfe\x00import os\0\0\xef\xbb\xbf\x80\r\rx=1\n" * 100
    )
    return folder
