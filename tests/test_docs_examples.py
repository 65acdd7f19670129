"""What the documentation shows as an extension works when it is put in, as it stands there."""

import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

from grader.checking import run_checks
from grader.checks import REGISTRY
from nnviz.cli import main
from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.findings import RULES, Diagnosis, gather
from nnviz.debugger.history import History
from nnviz.experiment import Experiment
from tests.grader.in_process import InProcess

ROOT = Path(__file__).parents[1]


def example(page: str) -> dict[str, Any]:
    """The names that a page's Python code defines."""
    code = re.findall(r"^```python\n(.*?)^```", (ROOT / page).read_text(), re.M | re.S)
    names: dict[str, Any] = {}
    exec("\n".join(code), names)
    return names


def test_the_rule_of_the_page_speaks_where_it_should_and_not_where_it_should_not(monkeypatch):
    """A bias of 20 in each unit makes ReLU outputs of about 20; without one they are below 5."""
    rule = example("docs/how-to/add-a-rule.md")["RULE"]
    rules = MappingProxyType({**RULES, rule.id: rule})
    order = {id: number for number, id in enumerate(rules)}
    monkeypatch.setattr("nnviz.debugger.findings.diagnosis.RULES", rules)
    monkeypatch.setattr("nnviz.debugger.findings.diagnosis._ORDER", order)
    small = {"data": "digits", "hidden": (16,), "activation": "relu", "initializer": "he"}
    found = {}
    for bias in (0.0, 20.0):
        source = EngineSource(Experiment(biases=True, init_bias=bias, **small))
        history = History(source.info.depth)
        history.append(source.advance())
        standing = Diagnosis(source.info, history, gather(source)).at(0)
        found[bias] = [f.level.name for f in standing if f.id == "drifting"]
    assert found == {0.0: [], 20.0: ["AMBER"]}


SOFTPLUS = "import numpy as np\ndef softplus(z):\n    return {}\n"


def test_the_check_of_the_page_passes_what_is_right_and_names_what_is_wrong(monkeypatch):
    """ln(1 + exp(z)) is `np.logaddexp(0, z)`; written as it reads, it overflows at 1000."""
    monkeypatch.setattr("grader.checks.REGISTRY.checks", {})
    example("docs/how-to/write-a-check.md")
    written = REGISTRY.checks.values()
    verdicts = {}
    for formula in ("np.logaddexp(0, z)", "np.log(1 + np.exp(z))", "np.exp(z)"):
        code = InProcess(SOFTPLUS.format(formula))
        result = run_checks(code, written, seed=1)["softplus"]
        verdicts[formula] = result.verdict, result.slip
    assert verdicts == {
        "np.logaddexp(0, z)": ("passed", ""),
        "np.log(1 + np.exp(z))": ("failed", "overflow"),
        "np.exp(z)": ("failed", ""),
    }


def test_the_lesson_of_the_page_proves_itself(tmp_path, capsys):
    page = (ROOT / "docs/how-to/write-a-lesson.md").read_text()
    experiment, lesson = re.findall(r"^```toml\n(.*?)^```", page, re.M | re.S)
    folder = tmp_path / "great-strides"
    folder.mkdir()
    (folder / "experiment.toml").write_text(experiment)
    (folder / "lesson.toml").write_text(lesson)
    assert main(["lessons", str(folder), "--check"]) == 0, capsys.readouterr().out
