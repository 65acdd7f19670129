"""Promises of the large numbers, as literal text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnviz.tui.drawing.big_digits import FONT, HEIGHT, big_digits, big_height, pixels
from nnviz.tui.drawing.look import Look
from nnviz.tui.drawing.numbers import compact


def test_a_number_is_three_rows_high_in_half_blocks():
    assert big_digits("0.41", Look()).lines == [
        "█▀█   █ █ ▀█ ",
        "█ █   ▀▀█  █ ",
        "▀▀▀ ▀   ▀ ▀▀▀",
    ]


def test_without_block_characters_it_is_five_rows_of_plain_ones():
    assert big_digits("-7", Look(ascii=True)).lines == [
        "    ###",
        "      #",
        "###  # ",
        "     # ",
        "     # ",
    ]


def test_what_is_not_a_number_can_be_read_too():
    assert big_digits("NaN", Look()).lines == [
        "█▄  █     █▄  █",
        "█ ▀▄█ ▄▀█ █ ▀▄█",
        "▀   ▀  ▀▀ ▀   ▀",
    ]


def test_twice_as_large_is_the_same_picture():
    small, large = pixels("42"), big_digits("42", Look(ascii=True), scale=2)
    assert large.height == big_height(Look(ascii=True), 2) == 2 * HEIGHT
    assert [line[::2] for line in large.lines[::2]] == [
        "".join("#" if pixel else " " for pixel in row) for row in small
    ]


@given(value=st.floats(), width=st.integers(3, 9))
def test_every_number_that_is_printed_has_its_glyphs(value, width):
    assert set(compact(value, width)) <= set(FONT) | set("∞#")


@pytest.mark.parametrize("look", [Look(), Look(ascii=True)])
@given(text=st.text(max_size=8), scale=st.integers(1, 3))
def test_any_text_fills_its_rectangle(look, text, scale):
    drawn = big_digits(text, look, scale=scale)
    assert drawn.height == big_height(look, scale)
    assert all(len(line) == drawn.width for line in drawn.lines)
