"""Promises of the review screen's words: a text is read as its author meant the lines."""

from grader.review.words import flowing


def test_lines_that_an_editor_broke_become_one_paragraph():
    assert (
        flowing("The loss\nzigzags.\n\nIt is\ntoo large.")
        == "The loss zigzags.\n\nIt is too large."
    )


def test_lists_tables_and_code_keep_their_lines():
    text = "Rates:\n- 1e-5\n- 1e-3 zigzags\n1. first\n2) second\n| a | b |\n    W -= lr * dW"
    assert flowing(text) == text
