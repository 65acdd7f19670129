"""The Markdown says what the grade says, and no text of a student's is markup in it.

Judged by markdown-it, a CommonMark parser with GitHub's tables, which shares no code with us.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from grader.report.markdown import feedback_markdown, fenced, plain
from tests.grader.report.hostile import ATTACKS, hostile_grade
from tests.grader.report.test_html import make_grade

PARSER = MarkdownIt("gfm-like", {"html": True, "linkify": False})


def kinds(text):
    """The kinds of everything a reader of Markdown would see, text apart."""
    found = []
    for token in PARSER.parse(text):
        found.append(token.type)
        for child in token.children or []:
            if child.type not in ("text", "softbreak", "text_special"):
                found.append(child.type)
    return found


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_text_of_a_students_becomes_markup(rubric, attack):
    """The same structure as with a harmless text; no link, picture or HTML anywhere."""
    found = kinds(feedback_markdown(hostile_grade(rubric, attack), rubric).decode())
    assert found == kinds(feedback_markdown(hostile_grade(rubric, "x"), rubric).decode())
    assert {"html_inline", "html_block", "link_open", "image"}.isdisjoint(found)


@given(st.text(max_size=60))
def test_plain_text_is_one_paragraph_of_text(text):
    """Whatever it is; and nothing of the visible is lost."""
    found = kinds(f"x{plain(text)}x")
    assert found == ["paragraph_open", "inline", "paragraph_close"]


@given(st.text(alphabet="`~ab\n# ", max_size=60))
def test_fence_holds(text):
    """No run of backticks inside ends it."""
    tokens = PARSER.parse("\n".join([*fenced(text), "", "after"]))
    assert [token.type for token in tokens][:2] == ["fence", "paragraph_open"]


def test_page_lists_every_item(rubric):
    """Points by problem first, then item by item, then what it can be traced by."""
    text = feedback_markdown(make_grade(rubric), rubric).decode()
    assert "| Problem 1: Backpropagation on paper | 0 of 5, 5 open |" in text
    assert "| a21 | | ? needs a person | ? of 0.2 |" in text.replace("  ", " ")
    assert "- **4 text**: ? needs a person, ? of 7" in text
    assert "- Submission: sha256:0" in text
