"""`nnviz lessons` lists without giving causes away, unless it is asked to."""

import json

import pytest

from nnviz.cli import main
from nnviz.lessons import lesson_names


def test_lists_names_and_titles(capsys):
    assert main(["lessons"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines[: len(lesson_names())]] == [*lesson_names()]


def test_tells_a_story_without_its_end(capsys):
    assert main(["lessons", "slow-start"]) == 0
    assert "poor-init" not in capsys.readouterr().out
    assert main(["lessons", "slow-start", "--solutions"]) == 0
    out = capsys.readouterr().out
    assert "Cause: poor-init L1 or saturated L1" in out
    assert "divide the start weights" in out


def test_json_holds_the_same(capsys):
    assert main(["lessons", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["lessons"]
    assert {"name", "title", "story", "question", "hints"} == set(told[0])
    assert main(["lessons", "--json", "--solutions"]) == 0
    whole = json.loads(capsys.readouterr().out)["lessons"]
    assert {"answers", "diagnosis", "fix", "changes"} < set(whole[0])


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["lessons", "nonsense"], "there is no lesson"),
        (["lessons", "--check", "--solutions"], "give one of them"),
        (["tui", "relu", "--lesson", "slow-start"], "leave out relu"),
        (["tui", "--tour", "--lesson", "slow-start"], "give one of them"),
        (["tui", "--tour"], "needs a terminal"),
        (["tui", "--lesson", "slow-start"], "needs a terminal"),
    ],
)
def test_says_what_does_not_go_together(capsys, words, told):
    assert main(words) == 2
    assert told in capsys.readouterr().err
