"""All files that a grade becomes, as a pure function of the grade, its rubric and its pictures."""

from collections.abc import Mapping
from pathlib import Path

from grader.report import html, json, markdown
from grader.results import Grade
from grader.rubric import Rubric
from grader.table_picture import picture_svg


def report_files(grade: Grade, rubric: Rubric, images: Mapping[str, bytes]) -> dict[str, bytes]:
    """File name -> content, grade.json first; `images` are the grade's figures, by file name."""
    tables = {
        f"problem{problem.id}.svg": picture_svg(rubric.circuits[problem.id], problem.items).encode()
        for problem in grade.problems
        if problem.id in rubric.circuits
    }
    return {
        json.FILE_NAME: json.grade_json(grade),
        html.FILE_NAME: html.feedback_html(grade, rubric, images),
        markdown.FILE_NAME: markdown.feedback_markdown(grade, rubric),
        **tables,
        **images,
    }


def images_beside(grade: Grade, folder: Path) -> dict[str, bytes]:
    """The pictures that were written with a grade, as far as they are still in its folder."""
    paths = {figure.file: folder / figure.file for figure in grade.figures}
    return {file: path.read_bytes() for file, path in paths.items() if path.is_file()}
