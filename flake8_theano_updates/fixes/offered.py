"""Which fixes a finding is offered: those that leave the file without it and without others."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from flake8_theano_updates.fixes.case import case_of
from flake8_theano_updates.fixes.new_value import new_value_ways
from flake8_theano_updates.fixes.others import other_fix
from flake8_theano_updates.fixes.reorder import reorder_ways, with_comments
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import (
    CannotEditError,
    Replacement,
    Text,
    edited,
    merged,
    ordered,
    split,
)
from flake8_theano_updates.fixes.tree import Tree
from flake8_theano_updates.model import Finding, Fix
from flake8_theano_updates.rules import ORDER

# Finds what is in a file.
Look = Callable[[ast.Module, Sequence[str]], Sequence[Finding]]
Kind = Literal["new-value", "reorder", "rewrite"]


@dataclass(frozen=True, eq=False)
class Source:
    """A file at one point of its mending, with what is found in this very tree."""

    text: Text
    tree: ast.Module
    findings: tuple[Finding, ...]


@dataclass(frozen=True, eq=False)
class Mended:
    """A fix of one finding, and the file that it leaves."""

    finding: Finding
    fix: Fix
    replacements: tuple[Replacement, ...]
    source: Source


def source_of(tree: ast.Module, lines: Sequence[str], look: Look) -> Source:
    """Return a file with what ``look`` finds in it."""
    return Source(Text(lines), tree, tuple(look(tree, lines)))


def fixes_of(source: Source, finding: Finding, look: Look) -> tuple[Fix, ...]:
    """Return the fixes of one finding, each for the file as it is."""
    kinds: tuple[Kind, ...] = ("new-value", "reorder") if finding.code in ORDER else ("rewrite",)
    found = []
    for kind in kinds:
        with suppress(NoFixError):
            found.append(mended(source, finding, kind, look).fix)
    return tuple(found)


def mended(source: Source, finding: Finding, kind: Kind, look: Look) -> Mended:
    """Return the first fix of this kind after which the finding is gone and no other is new.

    Raises:
        NoFixError: if there is none; the message says why.
    """
    tree = Tree(source.tree)
    if kind == "rewrite":
        safe, proposal = other_fix(finding, tree, source.text)
        return _tried(source, finding, kind, proposal, look, safe=safe)
    case = case_of(finding, tree, source.text)
    reason = NoFixError(f"there is no such fix for {finding.code}")
    for way in reorder_ways(case) if kind == "reorder" else new_value_ways(case):
        try:
            return _tried(source, finding, kind, way(case), look, safe=kind == "reorder")
        except NoFixError as error:
            reason = error
    raise reason


def _tried(
    source: Source,
    finding: Finding,
    kind: Kind,
    proposal: Sequence[Replacement],
    look: Look,
    *,
    safe: bool,
) -> Mended:
    """Return the fix that makes these edits, once the file after them is as it should be."""
    try:
        replacements = ordered(proposal)
    except CannotEditError as error:
        raise NoFixError(str(error)) from None
    after = _after(source, replacements, look)
    added = _added(source.findings, after.findings)
    if kind == "reorder":
        # The same read, of a value that is now evidently the old one.
        meant = [one for one in added if one.code == "THU102" and one.target == finding.target]
        if meant:
            replacements = ordered(with_comments(replacements, after.text, meant))
            after = _after(source, replacements, look)
            added = _added(source.findings, after.findings)
    if added:
        raise NoFixError(f"after the fix, line {added[0].line} would be {added[0].code}")
    if len(after.findings) >= len(source.findings):
        raise NoFixError("the fix would not mend it")
    edits = tuple(source.text.edit(one) for one in merged(replacements))
    return Mended(finding, Fix(kind, safe, edits), replacements, after)


def _after(source: Source, replacements: Sequence[Replacement], look: Look) -> Source:
    whole = edited(source.text.whole, replacements)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(whole)
    except SyntaxError as error:
        raise NoFixError(f"the fix would not parse ({error.msg})") from None
    return source_of(tree, split(whole), look)


def _added(before: Sequence[Finding], after: Sequence[Finding]) -> list[Finding]:
    """Return the findings that were not there before, wherever they stand."""
    known = Counter((one.code, one.variable, one.target) for one in before)
    found = []
    for finding in after:
        key = finding.code, finding.variable, finding.target
        known[key] -= 1
        if known[key] < 0:
            found.append(finding)
    return found
