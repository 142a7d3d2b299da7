"""Where a report goes: to standard output, or into a file."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TextIO

from flake8_theano_updates.cli.complaints import complain
from flake8_theano_updates.cli.narrowing import NothingToCompareError, prepare
from flake8_theano_updates.cli.statuses import NOTHING, UNUSABLE
from flake8_theano_updates.cli.write import CannotWriteError, put_report, try_report
from flake8_theano_updates.model import Finding
from flake8_theano_updates.report import text as text_report
from flake8_theano_updates.report.formats import FOR_PEOPLE


def fits(options: argparse.Namespace) -> bool:
    """Can the report be written as it is asked for? That is told before all the work."""
    try:
        prepare(options)
    except NothingToCompareError as error:
        complain(str(error))
        return False
    if options.statistics and options.format not in FOR_PEOPLE:
        complain(f"--statistics goes with --format {', '.join(FOR_PEOPLE)}, not {options.format}")
        return False
    try:
        if options.output_file is not None:
            try_report(options.output_file)
    except CannotWriteError as error:
        complain(f"--output-file: {error}")
        return False
    return True


class Report:
    """What is written of a run.

    Args:
        stream: what takes the text.
    """

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self.status = NOTHING

    def tell(self, text: str) -> None:
        """Write lines, where there are any."""
        if text:
            print(text, file=self.stream)


@contextmanager
def report_of(options: argparse.Namespace) -> Iterator[Report]:
    """Give what takes the report; its status says afterwards whether it could be written."""
    if options.output_file is None:
        yield Report(sys.stdout)
        return
    data = io.BytesIO()
    # A path may hold bytes that are no text.
    text = io.TextIOWrapper(data, encoding="utf-8", errors="backslashreplace", write_through=True)
    report = Report(text)
    yield report
    try:
        put_report(options.output_file, data.getvalue())
    except CannotWriteError as error:
        complain(f"--output-file: {error}")
        report.status = UNUSABLE


def counted(options: argparse.Namespace, findings: Sequence[Finding]) -> str:
    """Return how many findings each rule has, where that is asked for."""
    return f"\n{text_report.statistics(findings)}" if options.statistics and findings else ""
