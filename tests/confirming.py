"""Find and confirm in one step, for programs that are written in a test."""

from __future__ import annotations

import ast
import textwrap

from flake8_theano_updates import check
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.model import Finding, Verdict

PATH = "program.py"
OFF = ("THU901", "THU902", "THU903", "THU904")


def findings_in(source: str) -> list[Finding]:
    """Return what is found in a program, with the rules that are off."""
    source = textwrap.dedent(source)
    return check(ast.parse(source), source.splitlines(keepends=True), PATH, OFF)


def finding_in(source: str, code: str = "", line: int = 0) -> Finding:
    """Return the one finding of a rule, or of the rules on order, or of a line."""
    (finding,) = (
        one
        for one in findings_in(source)
        if (one.code == code if code else one.code in ("THU101", "THU102", "THU902", "THU904"))
        and line in (0, one.line)
    )
    return finding


def verdict_on(source: str, code: str = "", line: int = 0, calls: int = 5) -> Verdict:
    """Confirm the one finding of a rule in a program."""
    (verdict,) = confirm([finding_in(source, code, line)], calls=calls)
    return verdict


def built(verdict: Verdict) -> str:
    """Return the function ``build`` of a verdict's program."""
    text = verdict.snippet or ""
    return text[text.index("def build(") :].split("\n\n\n")[0]
