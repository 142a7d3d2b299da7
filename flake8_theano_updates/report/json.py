"""Findings and verdicts as JSON: one array, one object for each finding."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, fields

from flake8_theano_updates.model import Finding, Fix, Verdict

_BEHIND = ("fault", "origin")
_OF_CELLS = frozenset({"cell", "cell_id", "registered_cell", "update_cell", "collection_cell"})


def report(findings: Iterable[Finding], verdicts: Iterable[Verdict] | None = None) -> str:
    """Write findings as a JSON array, with the verdict on each where there are verdicts.

    The output is strict JSON: a number that is not finite is written as one of the
    strings "NaN", "Infinity" and "-Infinity".
    """
    objects: Iterable[object] = map(_finding, findings)
    if verdicts is not None:
        objects = (
            _finding(finding) | {"verdict": verdict_object(verdict)}
            for finding, verdict in zip(findings, verdicts, strict=True)
        )
    # One after the other: the numbers of all of them at once would take much memory.
    parts = [json.dumps(one, indent=2, allow_nan=False).replace("\n", "\n  ") for one in objects]
    return "[\n  " + ",\n  ".join(parts) + "\n]" if parts else "[]"


def verdict_object(verdict: Verdict) -> object:
    """Return a verdict as strict JSON can hold it."""
    return json.loads(json.dumps(asdict(verdict)), parse_constant=str)


def _finding(finding: Finding) -> dict[str, object]:
    # Not asdict: it would copy the syntax tree behind the finding.
    plain = {f.name: getattr(finding, f.name) for f in fields(finding) if f.name not in _BEHIND}
    if finding.cell is None:
        plain = {name: value for name, value in plain.items() if name not in _OF_CELLS}
    return plain | {"fixes": list(map(fix_object, finding.fixes))}


def fix_object(fix: Fix) -> dict[str, object]:
    """Return a fix as JSON can hold it; an edit has a cell only in a notebook."""
    edits = [
        {name: value for name, value in asdict(edit).items() if name != "cell" or value}
        for edit in fix.edits
    ]
    return {"kind": fix.kind, "safe": fix.safe, "edits": edits}
