"""When each student handed in, and until when each one had, from a CSV file."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

from grader.scoring import moment
from grader.submission import decoded
from nnviz.errors import InputError

Times = Mapping[str, tuple[str, str]]
"""Student -> (submitted, due), each ISO 8601 with an offset, or "" where it is not told."""


def read_times(path: Path) -> Times:
    """Read the columns `student`, `submitted` and, optionally, `due`.

    Raises InputError with the line where a time can't be read.
    """
    try:
        text = decoded(path.read_bytes())[0].lstrip("\ufeff")
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    rows = csv.DictReader(io.StringIO(text))
    if not {"student", "submitted"} <= set(rows.fieldnames or ()):
        raise InputError(f"{path}:1: expected the columns student,submitted and optionally due")
    found = {}
    for row in rows:
        times = [(row.get(name) or "").strip() for name in ("submitted", "due")]
        for time in filter(None, times):
            moment(time, f"{path}:{rows.line_num}")
        found[(row["student"] or "").strip()] = times[0], times[1]
    return found
