"""The command line's ``check``: report what flake8 would report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from flake8_theano_updates.cli.files import Place
from flake8_theano_updates.cli.looking import Looked, light, look, look_at, with_fixes
from flake8_theano_updates.cli.statuses import FOUND, NOTHING
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import text as text_report


def run(options: argparse.Namespace) -> int:
    """Print the findings; return the exit status that they call for."""
    looked = look(options.paths, options, _checked, options.jobs)
    findings = [finding for one in looked for finding in one.findings]
    if options.format != "text":
        print(in_format(options.format, findings))
    else:
        for finding in findings:
            print(text_report.line(finding))
    return max([FOUND if findings else NOTHING, *(one.status for one in looked)])


def _checked(place: Place, options: argparse.Namespace) -> Looked:
    return light(in_full(place, options))


def in_full(place: Place, options: argparse.Namespace) -> Looked:
    """Look at a file, and give findings their fixes where they are to be printed."""
    looked = look_at(place, options)
    return with_fixes(looked, options) if options.format != "text" and options.fixes else looked


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
