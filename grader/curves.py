"""The curves of a submission's claims over those of the reference improvements, as pictures.

For each part with a claim: the student's own configuration and the part's references, all on the
rubric's data set, so that they can be compared; what is not run here is left out. The pictures are
figures of the grade, so that every report and the review can show them.
"""

import re
from dataclasses import replace

from grader.claims import TrustedRuns, claimed_experiment
from grader.pictures import read_figures
from grader.results import Figure, Grade
from grader.rubric import Part, Rubric
from grader.submission import Submission
from nnviz.errors import InputError
from nnviz.experiment import Experiment
from nnviz.presets import PRESETS
from nnviz.trained import TrainedRun

MOST_CLAIMS = 3
"""Claims of a part that are drawn: more curves than that can't be told apart."""


DOTS_PER_INCH = 100
"""1,280 x 720 pixels: wider than a report's column, and a class holds thousands of them."""


def with_figures(
    grade: Grade, submission: Submission, rubric: Rubric, runs: TrustedRuns
) -> tuple[Grade, dict[str, bytes]]:
    """The grade with its claims' curves among the figures, and the contents of all of these."""
    curves = curve_pictures(submission, rubric, runs)
    images = dict(read_figures(submission.folder, grade.figures))
    images |= {figure.file: content for figure, content in curves.items()}
    return replace(grade, figures=(*grade.figures, *curves)), images


def curve_pictures(
    submission: Submission, rubric: Rubric, runs: TrustedRuns
) -> dict[Figure, bytes]:
    """Figure -> PNG, one for each part that has a claim which can be run here."""
    found = {}
    for problem in rubric.problems:
        for part in problem.parts:
            drawn = part_curves(part, submission, rubric, runs)
            if drawn:
                title = f"{part.id} {part.title}: your claims beside the references"
                name = re.sub(r"[^A-Za-z0-9]+", "-", part.id)
                figure = Figure(f"curves-{name}.png", title, part.id)
                found[figure] = _png(f"{part.id} {part.title}", drawn)
    return found


def part_curves(
    part: Part, submission: Submission, rubric: Rubric, runs: TrustedRuns
) -> dict[str, TrainedRun]:
    """The runs of a part by name, the student's first; none without a claim that can be run."""
    data = rubric.file.claims.data
    own: dict[str, TrainedRun] = {}
    for claim in [c for c in submission.claims if c.problem == part.id][:MOST_CLAIMS]:
        try:
            experiment = claimed_experiment(claim.experiment, submission.folder)
        except InputError:
            continue  # which the claim's own message says
        last = experiment.iterations if claim.iteration is None else claim.iteration
        name = f"yours: {experiment.name[:40]}"
        _add(own, name, replace(experiment, data=data), last, runs)
    if not own:
        return {}
    for name in part.references:
        _add(own, f"reference: {name}", replace(PRESETS[name], data=data), None, runs)
    return own


def _add(
    found: dict[str, TrainedRun],
    name: str,
    experiment: Experiment,
    last: int | None,
    runs: TrustedRuns,
) -> None:
    until = experiment.iterations if last is None else last
    if runs.obstacle(experiment, until):
        return
    try:
        run = runs.trained(experiment, until)
    except InputError:
        return
    while name in found:
        name += "'"
    found[name] = run


def _png(title: str, drawn: dict[str, TrainedRun]) -> bytes:
    from nnviz.figures.overlay import overlay
    from nnviz.figures.saving import quick_png

    return quick_png(overlay(title, drawn), DOTS_PER_INCH)
