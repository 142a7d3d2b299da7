"""Findings as a Code Quality report of GitLab.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence

from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report.fingerprints import fingerprints
from flake8_theano_updates.report.levels import level, said, standing
from flake8_theano_updates.report.paths import below

_SEVERITIES = {"error": "critical", "warning": "major", "note": "info"}


def report(findings: Sequence[Finding], verdicts: Sequence[Verdict] | None = None) -> str:
    """Write a JSON array with an object for each finding, those left out that are refuted."""
    counted = list(standing(findings, verdicts))
    marks = fingerprints([finding for finding, _ in counted])
    objects = [_issue(*one, mark) for one, mark in zip(counted, marks, strict=True)]
    return json.dumps(objects, indent=2)


def _issue(finding: Finding, verdict: Verdict | None, mark: str) -> dict[str, object]:
    path = below(finding.path) or finding.path
    # Unlike those of SARIF, these have to tell files apart too.
    unique = hashlib.sha256(json.dumps([path, mark]).encode()).hexdigest()[:32]
    # Lines of a cell are none of the file's.
    lines = (finding.line, finding.end_line) if finding.cell is None else (1, 1)
    return {
        "description": said(finding, verdict),
        "check_name": f"{finding.code} {finding.name}",
        "fingerprint": unique,
        "severity": _SEVERITIES[level(finding, verdict)],
        "location": {"path": path, "lines": {"begin": lines[0], "end": lines[1]}},
    }
