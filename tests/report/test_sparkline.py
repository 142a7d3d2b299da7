"""Trajectories as one character for each call."""

from __future__ import annotations

import math

import pytest

from flake8_theano_updates.report.sparkline import ASCII, BLOCKS, WIDTH, marks_for, sparklines


def test_two_lines_have_one_scale() -> None:
    assert sparklines([[0, 1, 2, 3], [4, 5, 6, 7]], BLOCKS) == ["▁▂▃▄", "▅▆▇█"]
    assert sparklines([[7, 0]], ASCII) == ["#_"]


def test_what_does_not_move_lies_at_the_bottom() -> None:
    assert sparklines([[5, 5], [5, 5]], BLOCKS) == ["▁▁", "▁▁"]


def test_numbers_that_are_not_finite_are_marked_and_do_not_set_the_scale() -> None:
    assert sparklines([[0, math.inf, 7], [math.nan, -math.inf, 0]], BLOCKS) == ["▁!█", "!!▁"]
    assert sparklines([[math.nan]], ASCII) == ["!"]


def test_a_scale_may_be_as_large_as_numbers_are() -> None:
    assert sparklines([[-1.7e308, 0, 1.7e308]], BLOCKS) == ["▁▅█"]
    assert sparklines([[0, 5e-324]], BLOCKS)[0][0] == "▁"


def test_nothing_is_drawn_of_nothing() -> None:
    assert sparklines([[], []], BLOCKS) == ["", ""]
    assert sparklines([], BLOCKS) == []


@pytest.mark.parametrize("count", [WIDTH, WIDTH + 1, 10 * WIDTH + 3])
def test_a_long_line_keeps_its_ends_and_what_is_not_finite(count: int) -> None:
    rising = [float(call) for call in range(count)]
    (drawn,) = sparklines([rising], BLOCKS)
    assert len(drawn) == WIDTH
    assert (drawn[0], drawn[-1]) == ("▁", "█")
    assert list(drawn) == sorted(drawn)
    rising[count // 2] = math.nan
    assert sparklines([rising], BLOCKS)[0].count("!") == 1


@pytest.mark.parametrize(
    ("encoding", "marks"),
    [
        ("utf-8", BLOCKS),
        ("utf-16", BLOCKS),
        ("ascii", ASCII),
        ("latin-1", ASCII),
        ("cp1252", ASCII),
        ("cp437", ASCII),  # it has only some of the blocks
        ("no such encoding", ASCII),
        (None, ASCII),
    ],
)
def test_an_encoding_without_blocks_gets_ascii(encoding: str | None, marks: str) -> None:
    assert marks_for(encoding) == marks
