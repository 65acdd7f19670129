"""What the documentation shows as an extension works when it is put in, as it stands there."""

import re
from pathlib import Path
from types import MappingProxyType
from typing import Any

from nnviz.debugger.engine_source import EngineSource
from nnviz.debugger.findings import RULES, Diagnosis, gather
from nnviz.debugger.history import History
from nnviz.experiment import Experiment

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
