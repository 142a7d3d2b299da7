"""Comments that silence findings, with exactly the meaning that flake8 gives them.

flake8's own classes decide, so that ``theano-updates check`` and ``flake8`` cannot
come to disagree. They are no public interface of flake8: the suite runs on the oldest
and the newest release that setup.py allows.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence

from flake8.processor import FileProcessor
from flake8.violation import Violation

from flake8_theano_updates.model import Finding

# What FileProcessor takes from flake8's options; none of it matters to comments.
_OPTIONS = argparse.Namespace(
    disable_noqa=False,
    hang_closing=False,
    indent_size=4,
    max_doc_length=None,
    max_line_length=79,
    verbose=0,
)


def not_silenced(findings: Iterable[Finding], path: str, lines: Sequence[str]) -> list[Finding]:
    """Leave out what a ``# noqa`` or ``# flake8: noqa`` comment in the file covers.

    The lines have their line ends.
    """
    found = list(findings)
    if not found or not any("noqa" in line.lower() for line in lines):
        return found
    processor = FileProcessor(path, _OPTIONS, list(lines))
    if processor.should_ignore_file():
        return []
    return [finding for finding in found if not _is_silenced(finding, processor)]


def _is_silenced(finding: Finding, processor: FileProcessor) -> bool:
    # An empty string where flake8 knows no line: None would send it to read the file.
    line = processor.noqa_line_for(finding.line) or ""
    violation = Violation(
        finding.code, finding.path, finding.line, finding.column, finding.message, line
    )
    return bool(violation.is_inline_ignored(disable_noqa=False))
