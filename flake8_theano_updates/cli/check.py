"""The command line's ``check``: report what flake8 would report."""

from __future__ import annotations

import argparse

from flake8_theano_updates.cli.files import Place
from flake8_theano_updates.cli.looking import Looked, light, look, look_at, with_fixes
from flake8_theano_updates.cli.narrowing import narrowed
from flake8_theano_updates.cli.output import counted, fits, report_of
from flake8_theano_updates.cli.statuses import FOUND, NOTHING, UNUSABLE
from flake8_theano_updates.report.formats import WITH_FIXES, in_format


def run(options: argparse.Namespace) -> int:
    """Write the findings; return the exit status that they call for."""
    if not fits(options):
        return UNUSABLE
    looked = narrowed(look(options.paths, options, _checked, options.jobs), options)
    findings = [finding for one in looked for finding in one.findings]
    with report_of(options) as report:
        report.tell(in_format(options.format, findings))
        report.tell(counted(options, findings))
    return max(FOUND if findings else NOTHING, report.status, *(one.status for one in looked))


def _checked(place: Place, options: argparse.Namespace) -> Looked:
    return light(in_full(place, options))


def in_full(place: Place, options: argparse.Namespace) -> Looked:
    """Look at a file, and give findings their fixes where they are to be printed."""
    looked = look_at(place, options)
    return with_fixes(looked) if options.format in WITH_FIXES and options.fixes else looked
