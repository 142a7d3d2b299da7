"""Findings and verdicts as text and as JSON."""

from __future__ import annotations

import io
import json
import math
import re
from dataclasses import replace

import pytest
from rich.console import Console
from samples import CONFIRMED, FINDING, confirmation

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import terminal
from flake8_theano_updates.report import text as text_report


def verdict(**changed: object) -> Verdict:
    return Verdict(**{**vars(CONFIRMED), **changed})  # type: ignore[arg-type]


def test_a_line_is_flake8s() -> None:
    assert text_report.line(FINDING) == "a.py:7:32: THU101 stale read"


def test_a_confirmed_finding_is_told_in_words_and_numbers() -> None:
    assert confirmation([FINDING], [CONFIRMED]).splitlines() == [
        "a.py:7:32: THU101 stale read",
        "    confirmed by theano 1.0.5: after 1 call param becomes -1; "
        "with the new velocity it would be -3",
        "",
        # From -3 to 1 in eight steps of a half: -1 is in the fifth.
        "    param     compiled  █▅  new value  █▁",
        "    velocity  compiled  ▁█  new value  ▁█",
        "",
        "              param                       velocity",
        "    calls  compiled  reversed  new value  compiled  reversed  new value",
        "        0         1         1          1         2         2          2",
        "        1        -1        -1         -3         4         4          4",
        "",
        "finding    code    verdict    call  variable  compiled  new value",
        "a.py:7:32  THU101  confirmed     1  param           -1         -3",
        "",
        "1 finding: 1 confirmed",
    ]


def test_what_a_verdict_does_not_have_is_not_shown() -> None:
    rows = ((0.0,), (1.0,))
    seen = Verdict(
        "confirmed", "the update is lost", "theano", "1.0.5", "3.11.7", ("w",), as_compiled=rows
    )
    finding = replace(FINDING, code="THU202", target="w", variable="w")
    assert confirmation([finding], [seen]).splitlines()[1:9] == [
        "    confirmed by theano 1.0.5: the update is lost",
        "",
        "    w  compiled  ▁█",
        "",
        "                  w",
        "    calls  compiled",
        "        0         0",
        "        1         1",
    ]
    bare = replace(seen, as_compiled=())
    assert confirmation([finding], [bare]).splitlines()[1:4] == [
        "    confirmed by theano 1.0.5: the update is lost",
        "",
        "finding    code    verdict    call  variable  compiled  new value",
    ]


def test_only_an_order_finding_speaks_of_the_new_value() -> None:
    finding = replace(FINDING, code="THU301")
    text = confirmation([finding], [verdict(reason="it stays what it was")])
    assert "    confirmed by theano 1.0.5: it stays what it was\n" in text
    assert "    param     compiled  █▅  as meant  █▁\n" in text


@pytest.mark.parametrize("calls", [1, 5, 100])
@pytest.mark.parametrize("name", ["v", "self.network.layers[index].velocities[0]", "n" * 200])
def test_lines_have_at_most_100_columns(name: str, calls: int) -> None:
    rows = tuple((-1.2345678e-100 * call, -1e300 + call) for call in range(calls + 1))
    others = tuple((a * 2, b) for a, b in rows)
    path = "src/" + "package/" * 20 + "train.py"
    finding = replace(FINDING, path=path, variable=name, target=f"{name}_target")
    seen = verdict(
        names=(name, f"{name}_target"),
        as_compiled=rows,
        reversed=rows,
        with_new_value=others,
        backend_version="1.0.5",
    )
    first, *lines = confirmation([finding], [seen]).splitlines()
    assert first.startswith(path)
    assert max(map(len, lines)) <= 100


def test_a_program_stands_under_its_finding_if_asked_for() -> None:
    program = "import theano\n\n\ndef f():\n    pass\n"
    pairs = [FINDING, FINDING], [verdict(snippet=program), verdict(snippet=None)]
    with_it = confirmation(*pairs, programs=True)
    shown = "    import theano\n\n\n    def f():\n        pass\n\n"
    assert with_it.count(shown) == 1
    assert with_it.replace(shown, "") == confirmation(*pairs)


@pytest.mark.parametrize(
    ("status", "words", "count"),
    [
        ("agrees", "refuted by theano 1.0.5: no difference in 5 calls", "1 refuted"),
        ("raises", "raises in theano 1.0.5: no difference in 5 calls", "1 raises"),
        ("unresolved", "unresolved in theano 1.0.5: no difference in 5 calls", "1 unresolved"),
    ],
)
def test_other_verdicts_give_their_reason(status: str, words: str, count: str) -> None:
    other = verdict(status=status, reason="no difference\nin 5 calls", first_difference=None)
    text = confirmation([FINDING], [other])
    assert f"    {words}\n" in text
    assert text.endswith(f"1 finding: {count}")


def test_a_verdict_without_numbers_has_no_table_of_them() -> None:
    bare = Verdict("unresolved", "no backend is installed")
    assert confirmation([FINDING], [bare]).splitlines()[:3] == [
        "a.py:7:32: THU101 stale read",
        "    unresolved: no backend is installed",
        "",
    ]


def test_a_long_path_is_cut_in_the_last_table_only() -> None:
    path = "a/" * 40 + "b.py"
    finding = Finding(**{**vars(FINDING), "path": path})
    first, *_, row, _, _ = confirmation([finding], [CONFIRMED]).splitlines()
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
        "reason": "after 1 call param becomes -1; with the new velocity it would be -3",
        "backend": "theano",
        "backend_version": "1.0.5",
        "python": "3.11.7",
        "names": ["velocity", "param"],
        "as_compiled": [[2.0, 1.0], [4.0, -1.0]],
        "reversed": [[2.0, 1.0], [4.0, -1.0]],
        "with_new_value": [[2.0, 1.0], [4.0, -3.0]],
        "first_difference": 1,
        "snippet": "import theano\n",
        "stand_ins": [],
        "instead_of": None,
        "refused": None,
    }


def test_json_stays_strict_where_numbers_are_not_finite() -> None:
    rows = ((math.nan, [math.inf, [-math.inf]]),)
    (entry,) = json.loads(json_report.report([FINDING], [verdict(as_compiled=rows)]))
    assert entry["verdict"]["as_compiled"] == [["NaN", ["Infinity", ["-Infinity"]]]]


def test_on_a_terminal_verdicts_and_programs_have_colours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("TERM", "xterm-256color")
    stream = io.StringIO()
    console = terminal.console_for(stream)
    terminal.confirmation(
        console,
        [FINDING],
        [verdict(snippet="def f():\n    pass\n")],
        shown=terminal.Shown(programs=True),
    )
    plain = re.sub("\x1b\\[[0-9;]*m", "", stream.getvalue())
    assert plain != stream.getvalue()
    assert "    confirmed by theano 1.0.5: " in plain
    assert "\x1b[31mconfirmed" in stream.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    stream = io.StringIO()
    terminal.confirmation(terminal.console_for(stream), [FINDING], [CONFIRMED])
    assert "\x1b[31m" not in stream.getvalue()


def test_a_diff_is_printed_as_it_is() -> None:
    stream = io.StringIO()
    terminal.diff(terminal.console_for(stream), ["--- a/x\n", "+++ b/x\n", "-[red]a\t\n", "+b"])
    assert stream.getvalue() == "--- a/x\n+++ b/x\n-[red]a\t\n+b"


def test_a_diff_on_a_terminal_shows_what_would_steer_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    stream = io.StringIO()
    console = Console(file=stream, force_terminal=True, color_system=None, width=80)
    terminal.diff(console, ["-\ta\u202e\x1b[2J\n", "+b\n"])
    assert [line.strip() for line in stream.getvalue().splitlines()] == [
        r"-   a\u202e\x1b[2J",
        "+b",
    ]
