"""Findings and verdicts as text and as JSON."""

from __future__ import annotations

import json
import math

import pytest
from samples import CONFIRMED, FINDING

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import text as text_report


def verdict(**changed: object) -> Verdict:
    return Verdict(**{**vars(CONFIRMED), **changed})  # type: ignore[arg-type]


def test_a_line_is_flake8s() -> None:
    assert text_report.line(FINDING) == "a.py:7:32: THU101 stale read"


def test_a_confirmed_finding_is_told_in_words_and_numbers() -> None:
    assert text_report.confirmation([FINDING], [CONFIRMED]).splitlines() == [
        "a.py:7:32: THU101 stale read",
        "    confirmed by theano 1.0.5: after 1 call param is -1, with the new value -3",
        "",
        "           param                          velocity",
        "    calls  compiled  reversed  new value  compiled  reversed  new value",
        "        0         1         1          1         2         2          2",
        "        1        -1        -1         -3         4         4          4",
        "",
        "finding    code    verdict    call  variable  compiled  new value",
        "-----------------------------------------------------------------",
        "a.py:7:32  THU101  confirmed     1  param           -1         -3",
        "",
        "1 finding: 1 confirmed",
    ]


def test_of_a_matrix_the_element_is_shown_that_differs_most() -> None:
    zeros = [[0.0, 0.0], [0.0, 0.0]]
    seen = verdict(
        names=("param", "velocity"),
        as_compiled=((zeros, zeros), ([[1.0, 1.0], [1.0, 1.0]], zeros)),
        reversed=((zeros, zeros), ([[1.0, 1.0], [1.0, 1.0]], zeros)),
        with_new_value=((zeros, zeros), ([[1.0, 1.5], [9.0, 1.0]], zeros)),
    )
    text = text_report.confirmation([FINDING], [seen])
    assert "after 1 call param[1, 0] is 1, with the new value 9" in text
    assert "velocity[1, 0]" in text


def test_numbers_that_are_not_finite_are_far_from_every_other() -> None:
    seen = verdict(with_new_value=((2.0, 1.0), (4.0, math.nan)))
    assert "param is -1, with the new value nan" in text_report.confirmation([FINDING], [seen])
    both = verdict(
        as_compiled=((2.0, 1.0), (math.inf, math.nan)),
        with_new_value=((2.0, 1.0), (1.0, math.nan)),
    )
    told = text_report.confirmation([FINDING], [both])
    assert "velocity is inf, with the new value 1" in told


@pytest.mark.parametrize(
    ("status", "words", "count"),
    [
        ("agrees", "refuted by theano 1.0.5: no difference in 5 calls", "1 refuted"),
        ("raises", "raises by theano 1.0.5: no difference in 5 calls", "1 raises"),
        ("unresolved", "unresolved by theano 1.0.5: no difference in 5 calls", "1 unresolved"),
    ],
)
def test_other_verdicts_give_their_reason(status: str, words: str, count: str) -> None:
    other = verdict(status=status, reason="no difference\nin 5 calls", first_difference=None)
    text = text_report.confirmation([FINDING], [other])
    assert f"    {words}\n" in text
    assert text.endswith(f"1 finding: {count}")


def test_a_verdict_without_numbers_has_no_table_of_them() -> None:
    bare = Verdict("unresolved", "no backend is installed")
    assert text_report.confirmation([FINDING], [bare]).splitlines()[:3] == [
        "a.py:7:32: THU101 stale read",
        "    unresolved: no backend is installed",
        "",
    ]


def test_a_long_path_is_cut_in_the_last_table_only() -> None:
    path = "a/" * 40 + "b.py"
    finding = Finding(**{**vars(FINDING), "path": path})
    first, *_, row, _, _ = text_report.confirmation([finding], [CONFIRMED]).splitlines()
    assert first.startswith(path)
    assert row.startswith("...a/")
    assert len(row) <= 100


def test_json_holds_the_fields_but_not_the_tree() -> None:
    (entry,) = json.loads(json_report.report([FINDING]))
    assert "fault" not in entry
    assert "verdict" not in entry
    assert entry["fixes"] == [
        {
            "kind": "new-value",
            "safe": False,
            "edits": [
                {
                    "line": 7,
                    "column": 32,
                    "end_line": 7,
                    "end_column": 40,
                    "text": "velocity_new",
                }
            ],
        }
    ]
    assert entry["new_value"] is None


def test_json_of_a_verdict() -> None:
    (entry,) = json.loads(json_report.report([FINDING], [CONFIRMED]))
    assert entry["verdict"] == {
        "status": "confirmed",
        "reason": "they differ",
        "backend": "theano",
        "backend_version": "1.0.5",
        "python": "3.11.7",
        "names": ["velocity", "param"],
        "as_compiled": [[2.0, 1.0], [4.0, -1.0]],
        "reversed": [[2.0, 1.0], [4.0, -1.0]],
        "with_new_value": [[2.0, 1.0], [4.0, -3.0]],
        "first_difference": 1,
        "snippet": "import theano\n",
        "instead_of": None,
        "refused": None,
    }


def test_json_stays_strict_where_numbers_are_not_finite() -> None:
    rows = ((math.nan, [math.inf, [-math.inf]]),)
    (entry,) = json.loads(json_report.report([FINDING], [verdict(as_compiled=rows)]))
    assert entry["verdict"]["as_compiled"] == [["NaN", ["Infinity", ["-Infinity"]]]]
