"""Findings that were there before: a file that lists them, and which of today's are new."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from flake8_theano_updates.model import Finding

_VERSION = 1


class BadBaselineError(ValueError):
    """The file is no baseline; the message says why."""


@dataclass(frozen=True)
class Known:
    """A finding as a baseline lists it: without its line, as lines move.

    Args:
        path: its file, relative to the folder of the baseline, with ``/``.
        code: its rule.
        variable: what it is about, and
        target: what that makes wrong, as written; None where it is about none.
        text: the line of the file, without the space around it.
    """

    path: str
    code: str
    variable: str | None
    target: str | None
    text: str


def place_of(path: str, baseline: Path) -> str:
    """Return a path as a baseline has it."""
    return os.path.relpath(path, baseline.parent).replace(os.sep, "/")


def known(finding: Finding, text: str, baseline: Path) -> Known:
    """Return a finding as a baseline lists it.

    Args:
        finding: a finding.
        text: the line of the file that it stands on.
        baseline: the baseline's own file.
    """
    path = place_of(finding.path, baseline)
    return Known(path, finding.code, finding.variable, finding.target, text.strip())


def written(findings: Iterable[Known]) -> bytes:
    """Write a baseline, a line for each finding, sorted: it goes into version control."""
    inside = ",\n    ".join(sorted(json.dumps(asdict(one)) for one in findings))
    return f'{{\n  "version": {_VERSION},\n  "findings": [\n    {inside}\n  ]\n}}\n'.encode()


def read(data: bytes) -> list[Known]:
    """Read a baseline.

    Raises:
        BadBaselineError: if it is none, or one of a later version.
    """
    try:
        whole = json.loads(data)
        version, findings = whole["version"], whole["findings"]
        if version != _VERSION:
            raise BadBaselineError(f"it is of version {version!r}, and this knows {_VERSION}")
        return [Known(**one) for one in findings]
    except (ValueError, KeyError, TypeError) as error:
        if isinstance(error, BadBaselineError):
            raise
        raise BadBaselineError(f"it is no baseline: {error}") from None


@dataclass(frozen=True)
class Compared:
    """Today's findings beside those of a baseline.

    Args:
        new: the places, among today's, of those that are not in it.
        left: what is in it and not found today.
    """

    new: tuple[int, ...]
    left: tuple[Known, ...]


def compared(today: Sequence[Known], before: Sequence[Known], folder: Path) -> Compared:
    """Tell new findings from those of a baseline, each of which stands for one.

    The nearest are matched first: the same file and line of text; then the same file and
    variables, as a line may be edited; then the same text in another file, where the file of the
    baseline is gone: it may have another name now.

    Args:
        today: what is found.
        before: what the baseline lists.
        folder: what its paths are relative to.
    """
    new, left = list(range(len(today))), list(before)
    gone = {one.path for one in before if not (folder / PurePosixPath(one.path)).exists()}
    ways: tuple[Callable[[Known], tuple[str | None, ...]], ...] = (
        lambda one: (one.path, *_what(one), one.text),
        lambda one: (one.path, *_what(one)),
        lambda one: (*_what(one), one.text),
    )
    for way in ways:
        in_any_file = way is ways[-1]
        waiting: dict[tuple[str | None, ...], list[Known]] = {}
        for one in left:
            if not in_any_file or one.path in gone:
                waiting.setdefault(way(one), []).append(one)
        still = []
        for place in new:
            if found := waiting.get(way(today[place])):
                left.remove(found.pop(0))
            else:
                still.append(place)
        new = still
    return Compared(tuple(new), tuple(left))


def _what(one: Known) -> tuple[str | None, ...]:
    return one.code, one.variable, one.target
