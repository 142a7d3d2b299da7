"""Rewriting text and finding the way back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from flake8_theano_updates.source.rewriting import Rewrite, rewrite

TEXTS = st.text("ab \n", max_size=40).map(str.encode)
CUTS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(0, 5), st.text("XY", max_size=6)), max_size=6
)


@given(TEXTS, CUTS)
def test_what_is_kept_is_found_where_it_stood(
    code: bytes, cuts: list[tuple[int, int, str]]
) -> None:
    rewrites = []
    free = 0
    for start, length, text in sorted(cuts):
        end = min(start + length, len(code))
        if free <= start <= end and b"\n" not in code[start:end]:
            rewrites.append(Rewrite(start, end, text.encode()))
            free = end + 1
    rewritten = rewrite(code, rewrites)
    old_lines = code.split(b"\n")
    new_lines = rewritten.code.split(b"\n")
    assert len(new_lines) == len(old_lines)
    for number, (new, old) in enumerate(zip(new_lines, old_lines, strict=True), start=1):
        columns = [rewritten.original_column(number, at) for at in range(len(new) + 1)]
        assert columns == sorted(columns)
        assert columns[-1] == len(old)
        for at, letter in enumerate(new):
            if letter not in b"XY":
                assert old[columns[at]] == letter


def test_nothing_to_rewrite() -> None:
    assert rewrite(b"a\nb", []).code == b"a\nb"
    assert rewrite(b"a\nb", []).original_column(2, 1) == 1
