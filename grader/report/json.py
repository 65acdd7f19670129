"""`grade.json`: the grade for other programs, in a shape that has a version and can be checked."""

import hashlib
import re
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import msgspec
from msgspec import Meta

from grader.human_marks import fraction, number
from grader.report.files import write_whole
from grader.results import Figure, Grade, Item, Kind, Late, ProblemGrade, Result, Verdict
from nnviz.errors import InputError

SCHEMA: Final = "nnviz-grade/1"
FILE_NAME = "grade.json"
MAX_BYTES = 16 * 1024**2

Points = Annotated[float, Meta(ge=0)]
Share = Annotated[float, Meta(ge=0, le=1)]


class ResultFile(msgspec.Struct, frozen=True, kw_only=True):
    """What was found out about one thing, before it is worth anything."""

    id: Annotated[str, Meta(description="its name among the items of its problem")]
    kind: Kind
    part: Annotated[str, Meta(description="the problem (cell, derivative) or part it belongs to")]
    name: Annotated[str, Meta(description="the box, derivative, check or number of the claim")]
    verdict: Verdict
    share: Annotated[
        float, Meta(ge=0, le=1, description="how much of what the verdict pays is earned")
    ]
    typed: Annotated[str, Meta(description="the student's own text, as it was typed")] = ""
    read_as: Annotated[str, Meta(description="how that was read")] = ""
    message: Annotated[str, Meta(description="the sentence the student reads")] = ""
    evidence: Annotated[
        tuple[tuple[str, str], ...],
        Meta(description="pairs of label and text: got, expected, smallest failing input"),
    ] = ()
    slip: Annotated[str, Meta(description="the stable id of a known slip")] = ""


class ItemFile(ResultFile, frozen=True, kw_only=True):
    """A result with its points."""

    points: Points
    max_points: Points
    marker: Annotated[str, Meta(description="who gave the points; empty: the machine")] = ""
    comment: Annotated[str, Meta(description="what the marker wrote")] = ""
    unsettled: Annotated[str, Meta(description="why a person has to look again")] = ""


class ProblemFile(msgspec.Struct, frozen=True):
    """One problem with its items; points of an extra one are not in the grade's maximum."""

    id: str
    title: str
    extra: bool
    points: Points
    max_points: Points
    open_points: Points
    items: tuple[ItemFile, ...]


class FigureFile(msgspec.Struct, frozen=True):
    """A picture: the file beside the grade, and what the student called it or it shows."""

    file: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]+\.(png|jpg|gif|svg)$")]
    title: str
    part: Annotated[
        str, Meta(description="whose claims' runs it shows, empty for the student's own")
    ] = ""


class LateFile(msgspec.Struct, frozen=True):
    """What coming late cost: days begun, the share of the points reached, and that in points."""

    days: int
    share: Share
    points: Points


class GradeFile(msgspec.Struct, frozen=True):
    """The grade of one submission."""

    schema: Literal["nnviz-grade/1"]
    assignment: str
    student: str
    points: Annotated[
        float,
        Meta(ge=0, description="given so far, extra ones included, less what came too late"),
    ]
    max_points: Annotated[float, Meta(ge=0, description="without extra ones")]
    open_points: Annotated[float, Meta(ge=0, description="waiting for a person")]
    headline: Annotated[
        tuple[str, ...], Meta(description="what was misunderstood, most important first")
    ]
    notes: Annotated[
        tuple[str, ...], Meta(description="what could not be read, what a person should look at")
    ]
    problems: tuple[ProblemFile, ...]
    isolation: Annotated[
        tuple[str, ...], Meta(description="layers that were active while the student's code ran")
    ]
    seed: Annotated[int | None, Meta(description="of the inputs drawn for the student's code")]
    input_hash: Annotated[str, Meta(description="SHA-256 over all files of the submission")]
    versions: dict[str, str]
    submitted: Annotated[str, Meta(description="when it was handed in, ISO 8601 with offset")] = ""
    due: Annotated[str, Meta(description="a due time of the student's own, likewise")] = ""
    marking: Annotated[str, Meta(description="stands for the rules that marked it")] = ""
    figures: Annotated[
        tuple[FigureFile, ...], Meta(description="of the submission and of its runs, beside this")
    ] = ()
    late: LateFile | None = None
    unpaid: Annotated[
        tuple[ResultFile, ...], Meta(description="results that the rubric gives no points for")
    ] = ()


def grade_json(grade: Grade) -> bytes:
    """The grade as JSON, in UTF-8 with a line break at the end; the same grade, the same bytes."""
    try:
        content = msgspec.json.encode(_file(grade))
    except UnicodeEncodeError:  # half a character, as a program can make them
        content = msgspec.json.encode(_whole_characters(msgspec.to_builtins(_file(grade))))
    return msgspec.json.format(content, indent=2) + b"\n"


def _whole_characters(value: Any) -> Any:
    """The same tables and lists, their texts without halves of characters."""
    if isinstance(value, str):
        return value.encode("utf-8", "replace").decode()
    if isinstance(value, dict):
        return {key: _whole_characters(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_whole_characters(one) for one in value]
    return value


def grade_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of `grade.json`."""
    schema = msgspec.json.schema(GradeFile)
    title = "The grade of one submission, as nnviz grade writes it"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title, **schema}


def parse_grade(content: bytes, name: str = FILE_NAME) -> Grade:
    """The grade that a `grade.json` holds, exactly. Raises InputError with the place."""
    try:
        return _grade(msgspec.json.decode(content, type=GradeFile))
    except msgspec.MsgspecError as error:
        raise InputError(f"{name}: not a grade: {str(error).replace('$.', '')}") from error


def read_grade(path: Path) -> Grade:
    """Read a `grade.json`. Raises InputError where it can't be read, or is none."""
    return parse_grade(read_bytes(path), str(path))


def read_bytes(path: Path) -> bytes:
    """The content of a `grade.json`. Raises InputError where it can't be read, or is too large."""
    try:
        with path.open("rb") as stream:
            content = stream.read(MAX_BYTES + 1)
    except OSError as error:
        raise InputError(f"{path}: can't be read ({error.strerror})") from error
    if len(content) > MAX_BYTES:
        raise InputError(f"{path}: is larger than {MAX_BYTES // 1024**2} MB")
    return content


def _file(grade: Grade) -> GradeFile:
    return GradeFile(
        SCHEMA,
        grade.assignment,
        grade.student,
        number(grade.points),
        number(grade.max_points),
        number(grade.open_points),
        grade.headline,
        grade.notes,
        tuple(_problem_file(problem) for problem in grade.problems),
        grade.isolation,
        grade.seed,
        grade.input_hash,
        dict(grade.versions),
        grade.submitted,
        grade.due,
        grade.marking,
        tuple(FigureFile(figure.file, figure.title, figure.part) for figure in grade.figures),
        _late_file(grade.late),
        tuple(ResultFile(**_result_fields(result)) for result in grade.unpaid),
    )


def _late_file(late: Late | None) -> LateFile | None:
    return LateFile(late.days, number(late.share), number(late.points)) if late else None


def _problem_file(problem: ProblemGrade) -> ProblemFile:
    return ProblemFile(
        problem.id,
        problem.title,
        problem.extra,
        number(problem.points),
        number(problem.max_points),
        number(problem.open_points),
        tuple(
            ItemFile(
                **_result_fields(item),
                points=number(item.points),
                max_points=number(item.max_points),
                marker=item.marker,
                comment=item.comment,
                unsettled=item.unsettled,
            )
            for item in problem.items
        ),
    )


def _result_fields(one: Item | Result) -> dict[str, Any]:
    return {
        "id": one.id,
        "kind": one.kind,
        "part": one.part,
        "name": one.name,
        "verdict": one.verdict,
        "share": number(one.share),
        "typed": one.typed,
        "read_as": one.read_as,
        "message": one.message,
        "evidence": one.evidence,
        "slip": one.slip,
    }


def _grade(file: GradeFile) -> Grade:
    late = file.late
    return Grade(
        assignment=file.assignment,
        student=file.student,
        problems=tuple(_problem(problem) for problem in file.problems),
        headline=file.headline,
        notes=file.notes,
        isolation=file.isolation,
        seed=file.seed,
        input_hash=file.input_hash,
        versions=file.versions,
        submitted=file.submitted,
        due=file.due,
        marking=file.marking,
        figures=tuple(Figure(figure.file, figure.title, figure.part) for figure in file.figures),
        late=Late(late.days, fraction(late.share), fraction(late.points)) if late else None,
        unpaid=tuple(_result(result) for result in file.unpaid),
    )


def _problem(file: ProblemFile) -> ProblemGrade:
    return ProblemGrade(file.id, file.title, file.extra, tuple(_item(item) for item in file.items))


def _item(file: ItemFile) -> Item:
    return Item(
        file.id,
        file.verdict,
        fraction(file.points),
        fraction(file.max_points),
        file.typed,
        file.read_as,
        file.message,
        file.evidence,
        file.slip,
        file.kind,
        file.part,
        file.name,
        fraction(file.share),
        file.marker,
        file.comment,
        file.unsettled,
    )


def _result(file: ResultFile) -> Result:
    return Result(
        file.kind,
        file.part,
        file.name,
        file.verdict,
        fraction(file.share),
        file.typed,
        file.read_as,
        file.message,
        file.evidence,
        file.slip,
    )


def student_folder(student: str) -> str:
    """A folder's name for a student: the id itself where it is a plain word.

    Otherwise what is plain of it, with a hash of the whole, so that two students never share one.
    """
    if re.fullmatch(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,63}", student) and student[-1] != ".":
        return student
    plain = re.sub(r"[^A-Za-z0-9_-]+", "-", student).strip("-")[:40]
    digest = hashlib.sha256(student.encode()).hexdigest()[:8]
    return f"{plain}-{digest}" if plain else f"student-{digest}"


def write_grade(grade: Grade, folder: Path, submission: Path) -> Path:
    """Write `folder`/STUDENT/grade.json in one step, and return its path.

    Raises InputError where that lies inside the submission (there a link could lead anywhere, and
    the input would change), or can't be written.
    """
    path = folder / student_folder(grade.student) / FILE_NAME
    if path.parent.resolve().is_relative_to(submission.resolve()):
        raise InputError(
            f"{path}: lies inside the submission, which is only read; choose another place with "
            "--out DIR"
        )
    write_whole(path, grade_json(grade))
    return path
