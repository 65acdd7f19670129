"""The student's tables as pictures beside grade.json: what was read, with a sign at each box."""

from collections.abc import Mapping
from pathlib import Path

from grader.report.files import write_whole
from grader.results import Grade
from grader.table_picture import picture_svg
from nnviz.circuit import Circuit


def write_pictures(grade: Grade, circuits: Mapping[str, Circuit], folder: Path) -> list[Path]:
    """Write `folder`/problemID.svg for each problem with a circuit. Raises InputError: can't."""
    paths = []
    for problem in grade.problems:
        if problem.id in circuits:
            path = folder / f"problem{problem.id}.svg"
            write_whole(path, picture_svg(circuits[problem.id], problem.items).encode())
            paths.append(path)
    return paths
