"""A lesson can be solved without a screen: the same story, hints, answers and proof."""

import io

from nnviz.cli import main


def solved(monkeypatch, capsys, lines, name="half-asleep"):
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines) + "\n"))
    code = main(["tui", "--plain", "--lesson", name, "--set", "hidden=32,16"])
    return code, capsys.readouterr().out


def test_tells_hints_judges_and_proves(monkeypatch, capsys):
    lines = ["hint", "f", "answer dead L2", "answer frozen", "answer frozen L1", "quit"]
    code, out = solved(monkeypatch, capsys, lines)
    assert code == 0
    assert out.startswith("One layer doesn't care\n")
    assert "hint 1 of 3: Which numbers of the table change" in out
    assert "nothing in the run shows that" in out or "it is not what keeps" in out
    assert "in which layer?" in out
    right = out.index("Right: frozen-layer L1.")
    assert "HELPED" in out[right:]
    assert "frozen-layer" not in out[: out.index("(nnviz) answer frozen")]


def test_a_cause_that_is_none_is_a_wrong_line(monkeypatch, capsys):
    code, out = solved(monkeypatch, capsys, ["answer gremlins", "answer", "story", "help"])
    assert code == 2
    assert "'gremlins' is no cause" in out
    assert out.count("The loop that updates the weights was rewritten yesterday.") == 2
    assert "update-low " in out


def test_the_findings_wait_for_the_answer(monkeypatch, capsys):
    lines = ["f", "findings", "prove", "answer frozen L1", "findings", "quit"]
    code, out = solved(monkeypatch, capsys, lines)
    assert code == 0
    before, after = out.split("Right: frozen-layer L1.")
    assert before.count("hidden until you have answered") == 2
    assert "frozen-layer in L1" in after.partition("(nnviz) findings")[2]
