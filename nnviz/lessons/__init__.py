"""Broken nets to debug in class: each a folder with a run, a story, hints, a cause and its proof.

To add one, add a folder with an `experiment.toml` and a `lesson.toml` to `library/`;
`nnviz lessons --check` says whether its planted cause is found and its fix helps.
"""

from nnviz.lessons.lesson import Lesson, find_lesson, lesson_names

__all__ = ["Lesson", "find_lesson", "lesson_names"]
