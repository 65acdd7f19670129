"""A class of attackers with a few honest students among them, graded by `nnviz grade`."""

import json
import shutil
from contextlib import ExitStack
from pathlib import Path

import pytest

from benchmarks.attack_corpus import attacks, stage, written
from nnviz.cli import main

SOLUTIONS = Path(__file__).parents[1] / "solutions"
TEMPLATE = Path(__file__).parents[3] / "assignments" / "assignment1" / "template"

RUBRIC = """
assignment = "assignment1"
title = "The sigmoid, and what is tried for its points"
points = 3
isolation = "landlock"

[marking]
carried = 1
misconception = 0.5

[claims]
accuracy_tolerance = 1
dead_tolerance = 2
dead_share = 0.1
budget_seconds = 60

[[problems]]
id = "2"
title = "Sigmoid"
points = 3
parts = [
    { id = "2.2", title = "Slope of the sigmoid", code = 1, claim = 1, text = 1, checks = [
        { name = "sigmoid", weight = 2 }, "sigmoid-extremes", "sigmoid-keeps-z",
    ] },
]
"""

QUICK = (
    *("always-equal", "array-subclass", "exit-at-import", "forge-at-exit", "forge-descriptor"),
    *("fork-bomb", "kill-everyone", "kill-self", "leave-files", "notebook-magics", "patch-numpy"),
    *("path-in-name", "pickle-frame", "shadow-modules", "tar-links", "threads-left", "zip-slip"),
)


@pytest.fixture
def assignment(tmp_path):
    """An assignment of one function."""
    folder = tmp_path / "small"
    folder.mkdir()
    (folder / "rubric.toml").write_text(RUBRIC)
    return folder


@pytest.fixture
def honest(tmp_path):
    """Three students: one right, one who forgot the slope, one who handed in the starter."""
    right = (SOLUTIONS / "textbook.py").read_text()
    wrong = "import numpy as np\n\ndef sigmoid(z, k=1):\n    return 0.5 * (1 + np.tanh(0.5 * z))\n"
    starter = (TEMPLATE / "improvements.py").read_text()
    for name, code in (("m-ada", right), ("m-bob", wrong), ("m-cy", starter)):
        folder = tmp_path / "honest" / name
        folder.mkdir(parents=True)
        (folder / "improvements.py").write_text(code)
        (folder / "answers.toml").write_text(f'assignment = "assignment1"\nstudent = "{name}"\n')
    return tmp_path / "honest"


def grades(folder, assignment, out, jobs):
    """Grade a class; its grades as bytes by student."""
    arguments = ["grade", str(folder), "--assignment", str(assignment), "--out", str(out)]
    arguments += ["--seed", "1"]
    assert main([*arguments, "--jobs", str(jobs)]) == 0
    return {path.parent.name: path.read_bytes() for path in out.glob("*/grade.json")}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "jobs", "place"),
    [
        (QUICK, 1, "before-{}"),
        (QUICK, 2, "z-after-{}"),
        ([attack.name for attack in attacks()], 2, "{}"),
    ],
    ids=["before-1-job", "after-2-jobs", "all-2-jobs"],
)
def test_honest_grades_do_not_depend_on_attackers(
    tmp_path, assignment, honest, capsys, names, jobs, place
):
    """Byte for byte the same as alone, in any order, at any number of jobs; no attacker gains.

    A class is graded in the order of the names.
    """
    alone = grades(honest, assignment, tmp_path / "alone", 1)
    assert len(alone) == 3
    assert [json.loads(alone[name])["points"] for name in sorted(alone)] == [1, 0, 0]
    corpus = {attack.name: attack for attack in attacks()}
    everyone = tmp_path / "class"
    shutil.copytree(honest, everyone)
    with ExitStack() as stack:
        scene = stack.enter_context(stage())
        for name in names:
            made = stack.enter_context(written(corpus[name], scene.target))
            if made.is_dir():
                made.rename(everyone / place.format(name))
            elif made.suffix == ".ipynb":  # beside folders, it would make the class one submission
                (everyone / place.format(name)).mkdir()
                shutil.copy(made, everyone / place.format(name))
            else:
                suffix = made.name[made.name.index(".") :]
                shutil.copy(made, everyone / (place.format(name) + suffix))
        together = grades(everyone, assignment, tmp_path / "together", jobs)
        assert scene.reached() == []
    assert {name: together[name] for name in alone} == alone
    attackers = {name: json.loads(grade) for name, grade in together.items() if name not in alone}
    assert len(attackers) >= len(names) // 2
    assert {name: grade["points"] for name, grade in attackers.items() if grade["points"]} == {}
