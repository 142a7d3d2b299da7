"""Which numbers of a verdict are shown, and the sentence that is made of them."""

from __future__ import annotations

import math
from dataclasses import replace

from samples import CONFIRMED, FINDING, confirmation

from flake8_theano_updates.confirm.reasons import parting
from flake8_theano_updates.model import Verdict
from flake8_theano_updates.report.elements import first_difference, told_apart


def told(verdict: Verdict) -> str:
    assert FINDING.fault is not None
    return parting(FINDING, FINDING.fault, verdict, "")


def test_the_sentence_is_about_the_number_in_the_table() -> None:
    assert told(CONFIRMED) == "after 1 call param becomes -1; with the new velocity it would be -3"
    assert confirmation([FINDING], [CONFIRMED]).splitlines()[-3].split()[-3:] == [
        "param",
        "-1",
        "-3",
    ]


def test_of_a_matrix_the_element_is_shown_that_differs_most() -> None:
    zeros = [[0.0, 0.0], [0.0, 0.0]]
    seen = replace(
        CONFIRMED,
        names=("param", "velocity"),
        as_compiled=((zeros, zeros), ([[1.0, 1.0], [1.0, 1.0]], zeros)),
        reversed=((zeros, zeros), ([[1.0, 1.0], [1.0, 1.0]], zeros)),
        with_new_value=((zeros, zeros), ([[1.0, 1.5], [9.0, 1.0]], zeros)),
    )
    assert told(seen) == "after 1 call param[1, 0] becomes 1; with the new velocity it would be 9"
    assert "velocity[1, 0]" in confirmation([FINDING], [seen])


def test_numbers_that_are_not_finite_are_far_from_every_other() -> None:
    seen = replace(CONFIRMED, with_new_value=((2.0, 1.0), (4.0, math.nan)))
    assert told(seen) == "after 1 call param becomes -1; with the new velocity it would be nan"
    both = replace(
        CONFIRMED,
        as_compiled=((2.0, 1.0), (math.inf, math.nan)),
        with_new_value=((2.0, 1.0), (1.0, math.nan)),
    )
    assert told(both) == (
        "the first step divides by zero or overflows: velocity becomes inf; "
        "with the new velocity it would be 1"
    )
    lines = confirmation([FINDING], [both]).splitlines()
    assert [line.split() for line in lines[3:5]] == [
        ["param", "compiled", "▁!", "new", "value", "▁!"],
        ["velocity", "compiled", "█!", "new", "value", "█▁"],
    ]
    assert lines[-3].split() == ["a.py:7:32", "THU101", "confirmed", "1", "velocity", "inf", "1"]


def test_what_ruins_a_number_is_told_before_what_changes_one() -> None:
    seen = replace(
        CONFIRMED,
        as_compiled=((2.0, 1.0), (math.nan, -1.0)),
        with_new_value=((2.0, 1.0), (4.0, -3.0)),
    )
    found = first_difference(FINDING, seen)
    assert found is not None
    assert found[0].name == "velocity"


def test_shapes_that_differ_have_no_pair_of_numbers() -> None:
    seen = replace(
        CONFIRMED,
        as_compiled=((2.0, 1.0), (4.0, -1.0)),
        with_new_value=((2.0, 1.0), (4.0, [-1.0, -1.0])),
    )
    assert told(seen) == "after 1 call their shapes differ"


def test_numbers_have_the_digits_that_tell_them_apart() -> None:
    assert told_apart(1.0, 2.0) == ("1", "2")
    assert told_apart(1.0, 1.000001) == ("1", "1.000001")
    assert told_apart(1.0, math.nextafter(1.0, 2.0)) == ("1.0", "1.0000000000000002")
