"""The command line's ``check``: report what flake8 would report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from flake8_theano_updates.cli.looking import Looked
from flake8_theano_updates.cli.statuses import FOUND, NOTHING
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import text as text_report


def run(options: argparse.Namespace, looked: Sequence[Looked]) -> int:
    """Print the findings; return the exit status that they call for."""
    findings = [finding for one in looked for finding in one.findings]
    if options.format != "text":
        print(in_format(options.format, findings))
    else:
        for finding in findings:
            print(text_report.line(finding))
    return FOUND if findings else NOTHING


def in_format(
    name: str, findings: Sequence[Finding], verdicts: Sequence[Verdict] | None = None
) -> str:
    """Write findings, with verdicts where there are some, as "json" or "sarif"."""
    match name:
        case "json":
            return json_report.report(findings, verdicts)
        case "sarif":
            # Imported here: the other formats do without it.
            from flake8_theano_updates.report import sarif as sarif_report

            return sarif_report.report(findings, verdicts)
    raise ValueError(name)
