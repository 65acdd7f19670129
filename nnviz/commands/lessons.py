"""`nnviz lessons`: the broken nets to debug in class, and whether each is what it says."""

import argparse
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nnviz.errors import InputError

if TYPE_CHECKING:
    from nnviz.lessons import Lesson
    from nnviz.lessons.checking import LessonResult

WIDTH = 79


def configure(parser: argparse.ArgumentParser) -> None:
    """Take the lessons to show or check."""
    parser.add_argument(
        "lessons", nargs="*", metavar="LESSON", help="by name or folder; all where left out"
    )
    parser.add_argument(
        "--check",
        action="store_true",
        help="train each one: is its cause found, does its evidence hold, does its fix help?",
    )
    parser.add_argument("--solutions", action="store_true", help="with cause, diagnosis and fix")
    parser.add_argument(
        "--program",
        type=Path,
        metavar="DIR",
        help="write a lesson's net as a student wrote it into a new folder, where it has one",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.epilog = "`nnviz tui --lesson LESSON` opens one."


def run(arguments: argparse.Namespace) -> int:
    """List or check. Raises InputError where a lesson is unknown or can't be read."""
    import json

    from nnviz.lessons import find_lesson, lesson_names

    lessons = [find_lesson(name) for name in arguments.lessons or lesson_names()]
    if arguments.program is not None:
        return _write_program(arguments, lessons)
    if arguments.check:
        if arguments.solutions:
            raise InputError("--check and --solutions: give one of them")
        return _check(arguments, lessons)
    if arguments.json:
        print(json.dumps({"lessons": [_plain(one, arguments.solutions) for one in lessons]}))
    elif arguments.lessons or arguments.solutions:
        print("\n\n".join(_page(one, arguments.solutions) for one in lessons))
    else:
        width = max(len(one.name) for one in lessons)
        print("\n".join(f"{one.name:<{width}}  {one.file.title}" for one in lessons))
        print("\n`nnviz lessons LESSON` tells its story, `nnviz tui --lesson LESSON` opens it.")
    return 0


def _write_program(arguments: argparse.Namespace, lessons: "list[Lesson]") -> int:
    """Write the program of the one lesson that is named."""
    from nnviz.lessons.programs import write_program

    if len(lessons) != 1 or arguments.check or arguments.solutions or arguments.json:
        raise InputError("--program: give one LESSON with it, and no other option")
    print(f"Written: nnviz tui {write_program(lessons[0], arguments.program)}")
    return 0


def _check(arguments: argparse.Namespace, lessons: "list[Lesson]") -> int:
    """Check each lesson, a line as soon as it is done; exit code 1 where one is not as it says."""
    import json

    from nnviz.lessons.checking import check_lessons, failures, result_json, result_line

    def show(result: "LessonResult") -> None:
        if not arguments.json:
            print(result_line(result), flush=True)

    results = check_lessons(lessons, show)
    wrong = failures(results)
    if arguments.json:
        print(json.dumps({"lessons": [result_json(r) for r in results], "failures": wrong}))
    else:
        right = sum(not result.failures for result in results)
        print("", *wrong, f"{right} of {len(results)} lessons are what they say.", sep="\n")
    return 1 if wrong else 0


def _page(lesson: "Lesson", solution: bool) -> str:
    """A lesson in words, for a screen or a board."""
    file = lesson.file
    parts = [
        f"{lesson.name}: {file.title}",
        *_wrapped(" ".join(file.story)),
        "",
        *_wrapped(file.question),
    ]
    if lesson.program:
        told = "As a student's program: nnviz lessons {} --program DIR"
        parts += ["", told.format(lesson.name)]
    if solution:
        parts += ["", f"Cause: {' or '.join(map(str, lesson.answers))}"]
        parts += [*_wrapped(lesson.diagnosis), *_wrapped(f"Fix: {file.fix}.")]
        parts += [*_wrapped(f"Seen by: {', '.join(file.evidence)}.")]
        parts += [*_wrapped(f"No finding names it: {file.silent}.")] if file.silent else []
    return "\n".join(parts)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH)


def _plain(lesson: "Lesson", solution: bool) -> dict[str, Any]:
    file = lesson.file
    told = {
        "name": lesson.name,
        "title": file.title,
        "story": list(file.story),
        "question": file.question,
        "hints": len(file.hints),
    }
    if not solution:
        return told
    return told | {
        "answers": [str(answer) for answer in lesson.answers],
        "evidence": list(file.evidence),
        "diagnosis": lesson.diagnosis,
        "fix": file.fix,
        "changes": dict(file.changes),
        "silent": file.silent or None,
    }
