"""Findings that carry their verdict: what flake8 reports with ``--thu-confirm``."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import replace

from flake8_theano_updates.backend.supervisor import NOT_THERE
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.options import PYTHON
from flake8_theano_updates.report.text import in_words

_LONGEST = 200  # characters of a verdict in a message
# What to do, whole in a message: each finding has it.
_NO_BACKEND = (
    "unresolved: no backend is installed; install flake8-theano-updates[theano], or name an "
    f"interpreter that has one by --thu-python or {PYTHON}"
)


def confirmed(findings: Sequence[Finding], python: str | None = None) -> list[Finding]:
    """Ask the backend about the findings of one file; leave out what it refutes.

    The worker lives as long as this call: flake8 makes a plugin for each file and tells
    none of them which is the last.

    Args:
        findings: what was found in the file.
        python: the interpreter that has the backend; this one by default.

    Returns:
        the other findings with the verdict in their messages; where the backend cannot
        be asked, all of them, with the reason.
    """
    try:
        verdicts = confirm(findings, python=python)
    except Exception as error:
        # What was found stays found.
        verdicts = [Verdict("unresolved", internal_error("", error).message)] * len(findings)
    pairs = zip(findings, verdicts, strict=True)
    return [_told(*pair) for pair in pairs if pair[1].status != "agrees"]


def _told(finding: Finding, verdict: Verdict) -> Finding:
    if finding.fault is None:
        return finding  # there was nothing to ask
    words = textwrap.shorten(in_words(verdict), _LONGEST, placeholder="...")
    if verdict.backend is None and verdict.reason.startswith(NOT_THERE):
        words = _NO_BACKEND
    return replace(finding, message=f"{finding.message} ({words})")
