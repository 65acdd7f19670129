"""Tests that numbers keep their width and their digits."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import (
    align_columns,
    compact,
    first_that_fits,
    fit_text,
    inline,
    percent,
)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (4.36, "   4.36"),
        (4.4, "   4.40"),
        (9.999, "   10.0"),
        (-0.03, "-0.0300"),
        (0.0, "      0"),
        (1.2e-5, " 1.2e-5"),
        (-1.2e-5, "-1.2e-5"),
        (0.00123, " 0.0012"),
        (0.0123, " 0.0123"),
        (12345.6, "  12346"),
        (1.5e5, " 1.50e5"),
        (60000, "  60000"),
        (1234567, "1234567"),
        (np.int64(412), "    412"),
        (2.6e-300, " 3e-300"),
        (math.nan, "    NaN"),
        (math.inf, "    Inf"),
        (-math.inf, "   -Inf"),
    ],
)
def test_a_number_is_written_as_people_write_it(value, text):
    assert compact(value) == text


@given(st.floats(allow_nan=True), st.integers(7, 12))
def test_a_number_never_changes_its_width(value, width):
    assert len(compact(value, width)) == width


@given(st.floats(min_value=1e-250, max_value=1e250))
def test_a_change_of_sign_changes_no_digit(value):
    assert compact(-value).strip() == "-" + compact(value).strip()


@given(st.floats(min_value=1e-90, max_value=1e90))
def test_at_least_two_digits_are_right(value):
    assert float(compact(value)) == pytest.approx(value, rel=0.051)


def test_a_number_that_cannot_fit_is_not_cut():
    assert compact(-1e-300, 4) == "####"
    assert compact(math.inf, 2) == "+∞"


@pytest.mark.parametrize(
    ("fraction", "text"),
    [
        (0.0, "  0 %"),
        (0.001, " <1 %"),
        (0.12, " 12 %"),
        (0.999, ">99 %"),
        (1.0, "100 %"),
        (math.nan, "  NaN"),
        (1e9, "#####"),
    ],
)
def test_no_per_cent_means_none_and_hundred_means_all(fraction, text):
    assert percent(fraction) == text


def test_text_is_cut_by_its_width_on_the_screen():
    """Each of the three characters takes two cells; a half of one is never shown."""
    assert fit_text("学习率", 5) == "学习…"
    assert fit_text("学习率", 4) == "学… "
    assert fit_text("loss", 6, ">") == "  loss"
    assert fit_text("loss", 7, "^") == " loss  "
    assert fit_text("activation", 6, ellipsis="~") == "activ~"
    assert fit_text("activation", 1) == "…"
    assert fit_text("activation", 0) == ""


@given(st.text(st.characters(categories=["L", "N", "P", "Zs"])), st.integers(0, 20))
def test_fitted_text_has_exactly_the_width(text, width):
    assert cell_len(fit_text(text, width)) == width


def test_columns_are_aligned_by_width_on_the_screen():
    rows = [("layer", "dead"), ("层一", "12 %"), ("L2", "0 %")]
    assert align_columns(rows, "<>") == ["layer  dead", "层一   12 %", "L2      0 %"]
    assert align_columns([], "<>") == []


def test_a_number_in_a_sentence_is_unpadded_and_shorter_on_a_projector():
    assert inline(0.12345, Look()) == "0.123"
    assert inline(0.12345, Look(present=True)) == "0.12"


def test_words_go_before_a_number_is_cut():
    texts = ("mean 0.5 std 1.25 ±3.0", "std 1.25 ±3.0", "±3.0")
    assert first_that_fits(texts, 22, Look()) == texts[0]
    assert first_that_fits(texts, 21, Look()).rstrip() == texts[1]
    assert first_that_fits(texts, 4, Look()) == "±3.0"
    assert first_that_fits(texts, 3, Look()) == "±3…"
