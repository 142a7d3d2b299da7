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


def processor_for(path: str, lines: Sequence[str]) -> FileProcessor:
    """Return what knows how flake8 reads a file."""
    return FileProcessor(path, _OPTIONS, list(lines))


def lines_for(processor: FileProcessor, line: int) -> range | None:
    """Return the lines, from 1, on which flake8 looks for the comment of a finding on ``line``.

    They are several where a string or a backslash goes on to the next line.
    """
    text = _text_for(processor, line)
    count = max(1, text.count("\n") + (not text.endswith("\n")))
    for first in range(max(1, line - count + 1), line + 1):
        if "".join(processor.lines[first - 1 : first - 1 + count]) == text:
            return range(first, first + count)
    return None


def _text_for(processor: FileProcessor, line: int) -> str:
    """Return the text of these lines.

    Where Python 3 knows no tokens, as in some sources of Python 2, it is that of the line alone.
    """
    text = processor.noqa_line_for(line)
    return str(processor.lines[line - 1] if text is None else text)


def not_silenced(findings: Iterable[Finding], path: str, lines: Sequence[str]) -> list[Finding]:
    """Leave out what a ``# noqa`` or ``# flake8: noqa`` comment in the file covers.

    The lines have their line ends.
    """
    found = list(findings)
    if not found or not any("noqa" in line.lower() for line in lines):
        return found
    processor = processor_for(path, lines)
    if processor.should_ignore_file():
        return []
    return [finding for finding in found if not _is_silenced(finding, processor)]


def _is_silenced(finding: Finding, processor: FileProcessor) -> bool:
    line = _text_for(processor, finding.line)
    violation = Violation(
        finding.code, finding.path, finding.line, finding.column, finding.message, line
    )
    return bool(violation.is_inline_ignored(disable_noqa=False))
