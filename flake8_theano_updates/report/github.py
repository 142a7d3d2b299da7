"""Findings as workflow commands of GitHub Actions, which shows them beside the code.

https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
"""

from __future__ import annotations

from collections.abc import Sequence

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report.levels import level, said, standing

_COMMANDS = {"error": "error", "warning": "warning", "note": "notice"}


def report(findings: Sequence[Finding], verdicts: Sequence[Verdict] | None = None) -> str:
    """Write a command for each finding, those left out that are refuted."""
    return "\n".join(_command(*one) for one in standing(findings, verdicts))


def _command(finding: Finding, verdict: Verdict | None) -> str:
    place = {"file": finding.path}
    if finding.cell is None:
        place |= {"line": str(finding.line), "endLine": str(finding.end_line)}
        place |= {"col": str(finding.column)}
        if finding.line == finding.end_line:
            # The last column, where ours is the one behind it.
            place["endColumn"] = str(max(finding.end_column - 1, finding.column))
    place["title"] = f"{finding.code} {finding.name}"
    given = ",".join(f"{name}={_escaped(value, ':,')}" for name, value in place.items())
    command = _COMMANDS[level(finding, verdict)]
    return f"::{command} {given}::{_escaped(said(finding, verdict))}"


def _escaped(text: str, special: str = "") -> str:
    for one in f"%\r\n{special}":
        text = text.replace(one, f"%{ord(one):02X}")
    return text
