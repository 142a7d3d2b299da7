"""What is found, as the language server protocol has it."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace

from flake8_theano_updates.cli.opened import opened
from flake8_theano_updates.cli.silencing import with_comments
from flake8_theano_updates.interpreter.names import is_theano_code
from flake8_theano_updates.lsp.positions import (
    Object,
    line_range,
    lines_of,
    moved,
    stretch,
    touches,
)
from flake8_theano_updates.lsp.seeing import Seen
from flake8_theano_updates.model import Edit, Finding, Fix
from flake8_theano_updates.options import BadOption
from flake8_theano_updates.report.explanation import explanation, without_pointer
from flake8_theano_updates.report.levels import level
from flake8_theano_updates.report.markdown import explained
from flake8_theano_updates.report.related import fix_title, related_lines
from flake8_theano_updates.rules import BY_CODE
from flake8_theano_updates.source.reading import module_of

SOURCE = "theano-updates"
_SEVERITIES = {"error": 1, "warning": 2, "note": 3}
_BETWEEN = "\n\n---\n\n"

_log = logging.getLogger(__name__)


def diagnostics(seen: Seen) -> list[Object]:
    """Return the findings of a document."""
    return [
        one | {"range": moved(one["range"], seen.page(finding.cell).first)}
        for finding in seen.findings
        for one in [_diagnostic(finding, seen)]
    ]


def bad_configuration(text: str, error: BadOption) -> list[Object]:
    """Say on the first line of a file why nothing in it can be checked."""
    lines = lines_of(text)
    if not is_theano_code(lines, ()):
        return []
    return [
        {
            "source": SOURCE,
            "range": line_range(lines, 1),
            "message": f"nothing is checked: {error}",
            "severity": _SEVERITIES["error"],
        }
    ]


def hover(seen: Seen, uri: str, place: Object, formats: Sequence[str]) -> Object | None:
    """Explain the findings at a place of a text, in Markdown if that may be; None without any."""
    write, kind = (explained, "markdown") if "markdown" in formats else (explanation, "plaintext")
    touched = _touched(seen, uri, {"start": place, "end": place})
    told = [write(_with_fixes(seen, raw), seen.sources) for raw, _ in touched]
    return {"contents": {"kind": kind, "value": _BETWEEN.join(told)}} if told else None


def actions(seen: Seen, uri: str, place: Object) -> list[Object]:
    """Return what mends or silences the findings that a range of a text touches."""
    touched = _touched(seen, uri, place)
    found: list[Object] = []
    for raw, shown in touched:
        named = f": {shown.variable}" if len(touched) > 1 and shown.variable else ""
        fixes = _with_fixes(seen, raw).fixes
        titled = [(f"{fix_title(fix)}{named}", fix) for fix in fixes]
        titled += [(f"Silence with # noqa: {raw.code}", fix) for fix in _silencing(seen, raw)]
        for title, fix in titled:
            edit = {"changes": _changes(seen, fix)}
            if not any(one["title"] == title and one["edit"] == edit for one in found):
                about = _diagnostic(shown, seen)
                found.append(
                    {"title": title, "kind": "quickfix", "diagnostics": [about], "edit": edit}
                )
    return found


def _diagnostic(finding: Finding, seen: Seen) -> Object:
    """Return a finding by the lines of its page."""
    rule = BY_CODE[finding.code]
    related = [
        {
            "location": {"uri": page.uri, "range": line_range(lines_of(page.text), one.line)},
            "message": one.text,
        }
        for one in related_lines(finding)
        if one is not None
        for page in [seen.page(one.cell)]
    ]
    told: Object = {
        "source": SOURCE,
        "code": finding.code,
        "range": stretch(lines_of(seen.page(finding.cell).text), finding),
        "message": without_pointer(finding.message),
        "severity": _SEVERITIES[level(finding, None)],
        "relatedInformation": related,
    }
    return told if rule.source is None else told | {"codeDescription": {"href": rule.source}}


def _touched(seen: Seen, uri: str, place: Object) -> list[tuple[Finding, Finding]]:
    """Return the findings that a range of a text touches, as they are read and as shown."""
    if seen.file is None:
        return []
    return [
        (raw, shown)
        for raw, shown in zip(seen.file.wanted, seen.findings, strict=True)
        for page in [seen.page(shown.cell)]
        if page.uri == uri and touches(stretch(lines_of(page.text), shown), place)
    ]


def _with_fixes(seen: Seen, raw: Finding) -> Finding:
    """Return a finding as it is shown, with its fixes."""
    assert seen.file is not None
    # Imported here: it takes time, and most files have no findings.
    from flake8_theano_updates.fixes.together import fixes_of

    try:
        source, look_again = opened(seen.file)
        fixes = fixes_of(source, [raw], look_again)[id(raw)]
    except Exception:
        # What was found stays found, without its fixes.
        _log.exception("fixes of %s failed; please report it", raw.code)
        fixes = ()
    return seen.file.shown(replace(raw, fixes=fixes))


def _silencing(seen: Seen, raw: Finding) -> Iterator[Fix]:
    """Yield what silences a finding by a comment, where one can stand."""
    file = seen.file
    assert file is not None
    before = module_of(file.code).lines
    after, refused = with_comments(file.code, [raw])
    if not refused:
        edits = [
            _edit(number, old, new)
            for number, (old, new) in enumerate(zip(before, after, strict=True), 1)
            if old != new
        ]
        made = replace(raw, fixes=(Fix("rewrite", True, tuple(edits)),))
        yield from file.shown(made).fixes


def _edit(number: int, old: str, new: str) -> Edit:
    """Replace a line, but for its end."""
    old, new = old.rstrip("\n"), new.rstrip("\n")
    return Edit(number, 1, number, len(old) + 1, new)


def _changes(seen: Seen, fix: Fix) -> dict[str, list[Object]]:
    """Return the edits of a fix, by the text that they are of."""
    changes: dict[str, list[Object]] = {}
    for edit in fix.edits:
        page = seen.page(edit.cell)
        told = {"range": stretch(lines_of(page.text), edit), "newText": edit.text}
        changes.setdefault(page.uri, []).append(told)
    return changes
