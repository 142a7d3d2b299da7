"""The command line's ``check``: report what flake8 would report."""

from __future__ import annotations

import argparse
from collections.abc import Sequence

from flake8_theano_updates.cli.looking import Looked
from flake8_theano_updates.cli.statuses import FOUND, NOTHING
from flake8_theano_updates.report import json as json_report
from flake8_theano_updates.report import text as text_report


def run(options: argparse.Namespace, looked: Sequence[Looked]) -> int:
    """Print the findings.

    Args:
        options: of the verb, as ``arguments`` reads them.
        looked: what looking at each path gave.

    Returns:
        the exit status that the findings call for.
    """
    findings = [finding for one in looked for finding in one.findings]
    if options.format == "json":
        print(json_report.report(findings))
    elif options.format == "sarif":
        # Imported here: the other formats do without it.
        from flake8_theano_updates.report import sarif as sarif_report

        print(sarif_report.report(findings))
    else:
        for finding in findings:
            print(text_report.line(finding))
    return FOUND if findings else NOTHING
