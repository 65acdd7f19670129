"""A grade whose every text of a student's is an attack on whatever shows it."""

from dataclasses import replace
from fractions import Fraction

from grader.results import Figure, Result, Results
from grader.scoring import score

ATTACKS = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</style></title></textarea><svg onload=alert(1)>",
    "&lt;b&gt;&#60;i>",
    "{{ 7 * 7 }}{% raw %}",
    "[click](javascript:alert(1)) ![x](http://evil.example/x.png)",
    "| a | b |\n| --- | --- |\n# heading\n> quote\n- list\n1. one",
    "`code` ```\nfence\n```\n~~~ **bold** _em_ <http://evil.example>",
    "www.evil.example mail@evil.example https://evil.example",
    '=HYPERLINK("http://evil.example","x")',
    "\x1b[2J\x1b]0;title\x07\u202egnp.exe\u2066",
    "a\0b\ud800c\ufeffd",
    "$\\mathbb{R}$ \\[x\\] \\(y\\)",
)


def hostile_grade(rubric, attack):
    """A grade with the attack as name, answer, text, message, evidence, note and picture."""
    parts = [
        Result("cell", "1", "a21", "wrong", typed=attack, read_as=attack, message=attack),
        Result("derivative", "1", "square", "wrong", typed=attack, read_as=attack, message=attack),
        Result("code", "2.2", "sigmoid", "failed", message=attack, evidence=((attack, attack),)),
        Result("claim", "2.1", "", "could-not-run", typed=attack, message=attack),
        Result("text", "4", "", "needs-person", typed=attack * 3),
    ]
    results = Results(
        assignment="assignment1",
        student=attack,
        results=tuple(parts),
        headline=(attack,),
        notes=(attack,),
        isolation=(attack,),
        seed=1,
        input_hash="sha256:0",
        versions={"nnviz": attack},
        figures=(Figure("figure-1.png", attack),),
    )
    grade = score(results, rubric)
    problems = tuple(
        replace(
            problem,
            items=tuple(
                replace(item, marker=attack, comment=attack, points=Fraction(1))
                if item.id == "5 text"
                else item
                for item in problem.items
            ),
        )
        for problem in grade.problems
    )
    return replace(grade, problems=problems)
