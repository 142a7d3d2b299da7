"""Edits of a text, and where its characters go."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flake8_theano_updates.fixes.text import (
    CannotEditError,
    Replacement,
    Text,
    edited,
    merged,
    moved,
    ordered,
    split,
    with_insertion,
)

TEXT = "abcdefghij"


@st.composite
def _edits(draw: st.DrawFn) -> tuple[Replacement, ...]:
    cuts = sorted(draw(st.lists(st.integers(0, len(TEXT)), max_size=6)))
    pairs = zip(cuts[::2], cuts[1::2], strict=False)
    words = st.sampled_from(["", "X", "YZ"])
    return ordered(Replacement(start, end, draw(words)) for start, end in pairs)


@given(_edits())
def test_kept_characters_are_found_again(edits: tuple[Replacement, ...]) -> None:
    after = edited(TEXT, edits)
    for offset, character in enumerate(TEXT):
        if not any(one.start <= offset < one.end for one in edits):
            assert after[moved(offset, edits)] == character


@given(_edits(), st.data())
def test_an_insertion_lands_where_it_should(
    edits: tuple[Replacement, ...], data: st.DataObject
) -> None:
    after = edited(TEXT, edits)
    place = data.draw(st.integers(0, len(after)))
    whole = edited(TEXT, with_insertion(edits, place, "#"))
    assert whole == after[:place] + "#" + after[place:]


@given(_edits(), st.lists(st.integers(0, len(TEXT)), max_size=4))
def test_merged_edits_do_the_same_in_whatever_order(
    edits: tuple[Replacement, ...], insertions: list[int]
) -> None:
    free = [i for i in insertions if not any(one.start < i < one.end for one in edits)]
    whole = ordered([*edits, *(Replacement(i, i, f"<{n}>") for n, i in enumerate(free))])
    joined = merged(whole)
    assert len({one.start for one in joined}) == len(joined)
    backwards = TEXT
    for one in reversed(joined):
        backwards = backwards[: one.start] + one.new + backwards[one.end :]
    assert backwards == edited(TEXT, whole)


def test_moved_characters_are_followed() -> None:
    edits = ordered([Replacement(6, 9, ""), Replacement(1, 1, "ghi", 6)])
    assert edited(TEXT, edits) == "aghibcdefj"
    assert moved(7, edits) == 2
    assert moved(8, edits) == 3


def test_overlapping_edits_are_refused() -> None:
    with pytest.raises(CannotEditError):
        ordered([Replacement(1, 4, ""), Replacement(3, 5, "")])


def test_only_newlines_end_a_line() -> None:
    assert split("a\x0cb\u2028c\nd") == ["a\x0cb\u2028c\n", "d"]
    assert Text(["ab\n", "c"]).place(3) == (2, 1)
