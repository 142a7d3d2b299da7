"""Which fixes a finding is offered: those that leave the file without it and without others."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

from flake8_theano_updates.fixes.case import case_of
from flake8_theano_updates.fixes.new_value import new_value_fixes
from flake8_theano_updates.fixes.others import other_fixes
from flake8_theano_updates.fixes.reorder import reorder_fixes, with_comments
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

Look = Callable[[ast.Module, Sequence[str]], Sequence[Finding]]
Kind = Literal["new-value", "reorder", "rewrite"]


@dataclass(frozen=True, eq=False)
class Source:
    """A file at one point of its mending.

    Args:
        text: what it says.
        tree: its syntax tree.
        findings: what is found in that very tree.
    """

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
    """Return the fixes of one finding, each for the file as it is.

    Args:
        source: the file.
        finding: one of its findings.
        look: finds what is in a file.
    """
    kinds: tuple[Kind, ...] = ("new-value", "reorder") if finding.code in ORDER else ("rewrite",)
    found = []
    for kind in kinds:
        with suppress(NoFixError):
            found.append(mended(source, finding, kind, look).fix)
    return tuple(found)


def mended(source: Source, finding: Finding, kind: Kind, look: Look) -> Mended:
    """Return the first fix of this kind after which the finding is gone and no other is new.

    Args:
        source: the file.
        finding: one of its findings.
        kind: what to do about it.
        look: finds what is in a file.

    Raises:
        NoFixError: if there is none; the message says why.
    """
    reasons: list[NoFixError] = []
    for proposal in _proposals(source, finding, kind):
        if isinstance(proposal, NoFixError):
            reasons.append(proposal)
            continue
        safe, replacements = proposal
        try:
            found = _tried(source, finding, replacements, look, comment=kind == "reorder")
        except NoFixError as error:
            reasons.append(error)
            continue
        done, after = found
        edits = tuple(source.text.edit(one) for one in merged(done))
        return Mended(finding, Fix(kind, safe, edits), done, after)
    raise reasons[-1] if reasons else NoFixError(f"there is no such fix for {finding.code}")


def _proposals(
    source: Source, finding: Finding, kind: Kind
) -> Iterator[tuple[bool, list[Replacement]] | NoFixError]:
    try:
        tree = Tree(source.tree)
        if kind == "rewrite":
            yield from other_fixes(finding, tree, source.text)
            return
        case = case_of(finding, tree, source.text)
    except NoFixError as error:
        yield error
        return
    ways = new_value_fixes(case) if kind == "new-value" else reorder_fixes(case)
    for way in ways:
        yield way if isinstance(way, NoFixError) else (kind == "reorder", way)


def _tried(
    source: Source,
    finding: Finding,
    proposal: Sequence[Replacement],
    look: Look,
    *,
    comment: bool,
) -> tuple[tuple[Replacement, ...], Source]:
    """Return the edits and the file after them, once it is as it should be."""
    try:
        replacements = ordered(proposal)
    except CannotEditError as error:
        raise NoFixError(str(error)) from None
    after = _after(source, replacements, look)
    if comment:
        added = _added(source.findings, after.findings)
        meant = [one for one in added if _is_same_but_lagged(one, finding)]
        if meant:
            replacements = ordered(with_comments(replacements, after.text, meant))
            after = _after(source, replacements, look)
    added = _added(source.findings, after.findings)
    if added:
        raise NoFixError(f"after the fix, line {added[0].line} would be {added[0].code}")
    if len(after.findings) >= len(source.findings):
        raise NoFixError("the fix would not mend it")
    return replacements, after


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
    known = Counter(_key(finding) for finding in before)
    found = []
    for finding in after:
        known[_key(finding)] -= 1
        if known[_key(finding)] < 0:
            found.append(finding)
    return found


def _key(finding: Finding) -> tuple[str, str | None, str | None]:
    return finding.code, finding.variable, finding.target


def _is_same_but_lagged(one: Finding, finding: Finding) -> bool:
    return one.code == "THU102" and one.target == finding.target
