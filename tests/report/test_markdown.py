"""Findings in Markdown: words stay words, and code stays code."""

from __future__ import annotations

from dataclasses import replace

from samples import FINDING, STALE

from flake8_theano_updates.report.markdown import explained

SOURCES = {("a.py", None): tuple(STALE.splitlines(keepends=True))}


def test_what_markdown_would_take_for_its_own_is_escaped() -> None:
    message = "stale read: self._w uses old __v__; write a_b*c*[d] (theano-updates explain a.py:7)"
    told = explained(replace(FINDING, message=message), SOURCES)
    _, words, lines, *_ = told.split("\n\n")
    assert words == r"stale read: self.\_w uses old \_\_v\_\_; write a_b\*c\*\[d\]"
    assert lines.startswith("```\nregisters       6 | updates.append((velocity, 0.9 * velocity")
    assert lines.endswith("^^^^^^^^\n```")


def test_commands_stay_as_they_are() -> None:
    told = explained(FINDING, SOURCES)
    assert "(`theano-updates fix --unsafe` does it if it can be proven):\n\n```\n" in told
