"""Findings and verdicts as SARIF 2.1.0, for code scanning and editors.

https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/sarif-v2.1.0-errata01-os-complete.html
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from urllib.parse import quote

from flake8_theano_updates import __version__
from flake8_theano_updates.model import Edit, Finding, Fix, Verdict
from flake8_theano_updates.report.fingerprints import fingerprints
from flake8_theano_updates.report.json import fix_object, verdict_object
from flake8_theano_updates.report.levels import level, level_of_rule, said
from flake8_theano_updates.report.markdown import page
from flake8_theano_updates.report.paths import below
from flake8_theano_updates.report.related import fix_title, related_lines
from flake8_theano_updates.report.text import rule as rule_in_text
from flake8_theano_updates.rules import RULES, Rule

Object = dict[str, object]

SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
# The name of how this version tells findings apart from one run to the next.
FINGERPRINT = "theanoUpdates/v1"
# What a viewer takes as the folder of the sources.
ROOT = "%SRCROOT%"

_INDEX = {rule.code: index for index, rule in enumerate(RULES)}


def report(
    findings: Sequence[Finding],
    verdicts: Sequence[Verdict] | None = None,
    *,
    root: Path | None = None,
) -> str:
    """Write findings as a SARIF log of one run.

    Columns count characters, as in all output. What a verdict refutes is a result that
    passes; what the backend confirms or refuses is an error. Paths are relative to the
    root, which is the current folder by default.
    """
    given: Iterable[Verdict | None] = [None] * len(findings) if verdicts is None else verdicts
    start = root or Path.cwd()
    marks = fingerprints(findings)
    results = [
        _result(finding, verdict, mark, start)
        for finding, verdict, mark in zip(findings, given, marks, strict=True)
    ]
    driver = {
        "name": "flake8-theano-updates",
        "version": __version__,
        # What it reads and compiles; the project itself has no page that every user can reach.
        "informationUri": "https://pytensor.readthedocs.io/en/latest/library/compile/function.html",
        "rules": [_rule(rule) for rule in RULES],
    }
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    log = {"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}
    return json.dumps(log, indent=2, allow_nan=False)


def _rule(rule: Rule) -> Object:
    source = {} if rule.source is None else {"helpUri": rule.source}
    return source | {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.summary},
        "fullDescription": {"text": rule.why},
        "help": {"text": rule_in_text(rule), "markdown": page(rule)},
        "defaultConfiguration": {"enabled": rule.default_on, "level": level_of_rule(rule)},
    }


def _result(finding: Finding, verdict: Verdict | None, mark: str, root: Path) -> Object:
    told = ["variable", "target", "new_value"]
    if finding.cell is not None:
        told += ["cell", "cell_id", "line", "column"]
    properties: Object = {name: getattr(finding, name) for name in told}
    if verdict is not None:
        properties["verdict"] = verdict_object(verdict)
    weight = level(finding, verdict)
    result: Object = {
        "ruleId": finding.code,
        "ruleIndex": _INDEX[finding.code],
        "kind": "pass" if weight == "none" else "fail",
        "level": weight,
        "message": {"text": said(finding, verdict)},
        "locations": [_place(finding, root, finding.cell, _region(finding))],
        "partialFingerprints": {FINGERPRINT: mark},
        "properties": properties,
    }
    if related := list(_related(finding, root)):
        result["relatedLocations"] = related
    if finding.fixes and finding.cell is not None:
        # A region would be one of the file, and the lines of a cell are none of it.
        properties["fixes"] = list(map(fix_object, finding.fixes))
    elif finding.fixes:
        result["fixes"] = [_fix(fix, finding.path, root) for fix in finding.fixes]
    return result


def _related(finding: Finding, root: Path) -> Iterator[Object]:
    """Yield the other lines that a finding is about."""
    for number, one in enumerate(related_lines(finding), 1):
        if one is not None:
            in_cell = "" if one.cell is None else f": cell {one.cell}, line {one.line}"
            place = _place(finding, root, one.cell, {"startLine": one.line})
            yield {"id": number, "message": {"text": f"{one.text}{in_cell}"}} | place


def _place(finding: Finding, root: Path, cell: int | None, region: Object) -> Object:
    """Return a location; in a notebook it is a cell, whose lines are none of the file's."""
    artifact: Object = {"artifactLocation": _artifact(finding.path, root)}
    if cell is None:
        return {"physicalLocation": artifact | {"region": region}}
    return {
        "physicalLocation": artifact,
        "logicalLocations": [{"name": f"cell {cell}", "kind": "cell"}],
    }


def _artifact(path: str, root: Path) -> Object:
    """Return where a file is: below the root, or anywhere."""
    relative = below(path, root)
    if relative is None:
        return {"uri": Path(os.path.normpath(root / path)).as_uri()}
    return {"uri": quote(os.fsencode(relative)), "uriBaseId": ROOT}


def _fix(fix: Fix, path: str, root: Path) -> Object:
    change = {
        "artifactLocation": _artifact(path, root),
        "replacements": [
            {"deletedRegion": _region(edit), "insertedContent": {"text": edit.text}}
            for edit in fix.edits
        ],
    }
    return {"description": {"text": fix_title(fix)}, "artifactChanges": [change]}


def _region(stretch: Finding | Edit) -> Object:
    """Return a stretch of text; SARIF too counts from 1 and leaves the end out."""
    return {
        "startLine": stretch.line,
        "startColumn": stretch.column,
        "endLine": stretch.end_line,
        "endColumn": stretch.end_column,
    }
