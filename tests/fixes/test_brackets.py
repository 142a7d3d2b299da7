"""Parts of expressions with their brackets and comments."""

from __future__ import annotations

import sys

import pytest

from flake8_theano_updates.fixes.brackets import Entry, end_of_clauses, entries
from flake8_theano_updates.fixes.statements import NoFixError


@pytest.mark.parametrize(
    ("clauses", "rest"),
    [
        ("[a for a in b", "]"),
        ("[a for a in (b)", "  # (c)\n]"),
        ("[f(a) for a in f(b) if(not(a))", " ]"),
        ("(a for a in ((b))", ")"),
        ("{a: (b) for a, b in c for d in (\n    # (\n    e\n)", "\n}"),
        ("{\u00fc for \u00fc in ('\U0001f40d\x0c\u2028')", "}"),
    ],
)
def test_the_clauses_end_behind_their_last_bracket(clauses: str, rest: str) -> None:
    assert end_of_clauses(clauses + rest) == len(clauses)


def test_entries_of_a_dict() -> None:
    written = "{(a): f(b)  # c: d\n, e # :\n : (\n(g)),}"
    first, second = written.index("(a)"), written.index("e #")
    assert entries(written) == [
        Entry(first, first + len("(a)"), first + len("(a): f(b)")),
        Entry(second, second + len("e # :\n "), second + len("e # :\n : (\n(g))")),
    ]


def test_the_entry_of_a_comprehension() -> None:
    assert entries("{(k) : v for k, v in (w)}") == [Entry(1, 5, 8)]


def test_what_libcst_cannot_read_is_a_reason_for_no_fix() -> None:
    with pytest.raises(NoFixError, match="libcst"):
        entries("{")


def test_without_libcst_there_is_a_reason_and_the_way_to_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "libcst", None)
    with pytest.raises(NoFixError, match=r'pip install "flake8-theano-updates\[fix\]'):
        entries("{a: b}")
