"""What must hold for any program: the questions that are asked of it, in this process."""

from __future__ import annotations

import contextlib
import io
import re
import resource
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from random import Random

from flake8_theano_updates.cli import main as cli
from flake8_theano_updates.cli.statuses import INTERNAL
from flake8_theano_updates.findings import check
from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import RULES
from flake8_theano_updates.source.python3 import Unreadable, parse
from fuzzing.layouts import LAYOUTS, Layout

OFF = tuple(rule.code for rule in RULES if not rule.default_on)
# What must not fail inside, whatever it says.
_COMMANDS = (
    ("check", "--format", "json"),
    ("fix", "--unsafe", "--no-prove"),
    ("fix", "--safe-only", "--no-prove"),
)

# Where a finding stands, what it says of which names.
Place = tuple[str, int, int, int, int, str, str, int, int]


@dataclass(frozen=True)
class Seen:
    """What became of one program.

    Args:
        codes: how many findings of each code there are.
        troubles: what must not be, each in words that name its kind.
        seconds: how long the check took.
        megabytes: the most memory that this process has held so far.
    """

    codes: Mapping[str, int] = field(default_factory=dict)
    troubles: tuple[str, ...] = ()
    seconds: float = 0.0
    megabytes: float = 0.0


def findings_of(source: str) -> list[Finding]:
    """Check a program, with the rules that are off by default."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        parsed = parse("program.py", source.encode())
        return check(parsed.tree, parsed.lines, "program.py", enable=OFF)


def checked(source: str) -> Seen:
    """Check a program once."""
    begun = time.perf_counter()
    try:
        found = findings_of(source)
    except Unreadable:
        found = []  # such as a null byte, which the command line tells of
    except Exception as error:
        return Seen(troubles=(f"{type(error).__name__} outside of any function",))
    seconds = time.perf_counter() - begun
    troubles = tuple(_kind(one.message) for one in found if one.code in ("THU000", "THU001"))
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return Seen(Counter(one.code for one in found), troubles, seconds, memory)


def examined(source: str) -> Seen:
    """Look at a program in other layouts, and mend it."""
    return Seen(troubles=(*_layout_troubles(source), *_command_troubles(source)))


def _kind(message: str) -> str:
    """Return the words of an internal error without the lines that it speaks of."""
    if message.startswith("internal error"):
        return f"THU000 {message.partition('; not checked')[0]}"
    return "THU001 too deep or too long"


def _layout_troubles(source: str) -> list[str]:
    troubles = []
    try:
        expected = findings_of(source)
    except Unreadable:
        return []
    for name, laid in LAYOUTS.items():
        layout = laid(source, Random(source))
        try:
            found = sorted(_place(one, Layout("")) for one in findings_of(layout.source))
        except Unreadable as error:
            troubles.append(f"{name}: {error}")
            continue
        if found != sorted(_place(one, layout) for one in expected):
            troubles.append(f"other findings with {name}")
    return troubles


def _place(finding: Finding, layout: Layout) -> Place:
    """Return where a finding should be in a layout."""

    def line(number: int | None) -> int:
        return layout.lines.get(number or 0, number or 0)

    def text(written: str | None) -> str:
        return re.sub(r"\w+", lambda match: layout.names.get(match[0], match[0]), written or "")

    return (
        finding.code,
        line(finding.line),
        finding.column + layout.shifts.get(finding.line, 0),
        line(finding.end_line),
        finding.end_column + layout.shifts.get(finding.end_line, 0),
        text(finding.variable),
        text(finding.target),
        line(finding.registered_line),
        line(finding.update_line),
    )


def _command_troubles(source: str) -> list[str]:
    troubles = []
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "program.py"
        path.write_bytes(source.encode())
        for command in _COMMANDS:
            out, err = io.StringIO(), io.StringIO()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                status = cli.main([*command, str(path)])
            if status == INTERNAL:
                said = re.search(r"internal error: [^;\"]*", out.getvalue() + err.getvalue())
                troubles.append(f"{' '.join(command)}: {said[0] if said else 'status 3'}")
    return troubles


def told(finding: Finding) -> list[object]:
    """Return all that a finding says, as JSON can hold it."""
    hidden = ("fixes", "fault", "origin")
    return [getattr(finding, one.name) for one in fields(finding) if one.name not in hidden]
