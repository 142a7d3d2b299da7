"""Which fixes a finding may have: the edits that each of them would make."""

from __future__ import annotations

import ast
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from flake8_theano_updates.fixes.case import case_of
from flake8_theano_updates.fixes.new_value import new_value_ways
from flake8_theano_updates.fixes.others import other_fix
from flake8_theano_updates.fixes.reorder import reorder_ways
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import (
    CannotEditError,
    Replacement,
    Text,
    edited,
    ordered,
    split,
)
from flake8_theano_updates.fixes.tree import Tree
from flake8_theano_updates.model import Finding, Fix

# Finds what is in a file.
Look = Callable[[ast.Module, Sequence[str]], Sequence[Finding]]
Kind = Literal["new-value", "reorder", "rewrite"]


@dataclass(frozen=True, eq=False)
class Source:
    """A file at one point of its mending, with what is found in this very tree."""

    text: Text
    tree: ast.Module
    findings: tuple[Finding, ...]

    @cached_property
    def nodes(self) -> Tree:
        """The tree, to be asked what is around a node."""
        return Tree(self.tree)


@dataclass(frozen=True, eq=False)
class Proposal:
    """A fix that a finding may have.

    Args:
        safe: whether the numbers stay what they are.
        edits: in their order, or why there are none.
        scope: the function, or the module, in which it may bring a name.
    """

    finding: Finding
    kind: Kind
    safe: bool
    edits: tuple[Replacement, ...] | NoFixError
    scope: ast.AST


@dataclass(frozen=True, eq=False)
class Mended:
    """A fix of one finding, and the file that it leaves with others that were made at once.

    Args:
        replacements: its own edits.
        source: the file after all edits.
        before: the file before them.
        together: all of them.
    """

    finding: Finding
    fix: Fix
    replacements: tuple[Replacement, ...]
    source: Source
    before: Source
    together: tuple[Replacement, ...]


def source_of(tree: ast.Module, lines: Sequence[str], look: Look) -> Source:
    """Return a file with what ``look`` finds in it."""
    return Source(Text(lines), tree, tuple(look(tree, lines)))


def proposals(source: Source, finding: Finding, kind: Kind) -> Iterator[Proposal]:
    """Yield the fixes of one kind that a finding may have, the plainest first.

    Raises:
        NoFixError: if there are none; the message says why.
    """
    tree = source.nodes
    if kind == "rewrite":
        safe, edits = other_fix(finding, tree, source.text)
        yield Proposal(finding, kind, safe, _in_order(edits), tree.root)
        return
    case = case_of(finding, tree, source.text)
    scope = tree.scope(case.variable)
    for way in reorder_ways(case) if kind == "reorder" else new_value_ways(case):
        try:
            found = _in_order(way(case))
        except NoFixError as error:
            found = error
        yield Proposal(finding, kind, kind == "reorder", found, scope)


def _in_order(edits: Sequence[Replacement]) -> tuple[Replacement, ...] | NoFixError:
    try:
        return ordered(edits)
    except CannotEditError as error:
        return NoFixError(str(error))


def after_edits(source: Source, replacements: Sequence[Replacement], look: Look) -> Source:
    """Return a file after ordered edits.

    Raises:
        NoFixError: if it would not parse.
    """
    whole = edited(source.text.whole, replacements)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(whole)
    except SyntaxError as error:
        raise NoFixError(f"the fix would not parse ({error.msg})") from None
    return source_of(tree, split(whole), look)


def key_of(finding: Finding) -> tuple[str, str | None, str | None]:
    """Return what stays the same of a finding wherever it stands."""
    return finding.code, finding.variable, finding.target


def added_findings(before: Sequence[Finding], after: Sequence[Finding]) -> list[Finding]:
    """Return the findings that were not there before, wherever they stand."""
    known = Counter(map(key_of, before))
    found = []
    for finding in after:
        key = key_of(finding)
        known[key] -= 1
        if known[key] < 0:
            found.append(finding)
    return found
