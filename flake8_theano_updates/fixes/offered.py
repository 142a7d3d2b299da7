"""Which fixes a finding may have: the edits that each of them would make."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal

from flake8_theano_updates.fixes.case import case_of
from flake8_theano_updates.fixes.lines import in_short_lines
from flake8_theano_updates.fixes.new_value import new_value_ways
from flake8_theano_updates.fixes.others import other_fix
from flake8_theano_updates.fixes.reorder import reorder_ways
from flake8_theano_updates.fixes.statements import NoFixError
from flake8_theano_updates.fixes.text import (
    CannotEditError,
    Replacement,
    Text,
    edited,
    moved,
    ordered,
)
from flake8_theano_updates.fixes.tree import Tree
from flake8_theano_updates.model import Finding, Fix
from flake8_theano_updates.source.python3 import Unreadable
from flake8_theano_updates.source.reading import Code, module_of, parts_of

Kind = Literal["new-value", "reorder", "rewrite"]


@dataclass(frozen=True, eq=False)
class Source:
    """A file at one point of its mending, with what is found in this very tree.

    Args:
        bounds: where each part of the text that may be changed begins and ends: the whole of
            a file, or each cell of a notebook.
        python: the Python that it is written in, 2 or 3.
    """

    text: Text
    tree: ast.Module
    findings: tuple[Finding, ...]
    bounds: tuple[tuple[int, int], ...]
    python: int

    @property
    def parts(self) -> tuple[str, ...]:
        """The text that may be changed."""
        return tuple(self.text.whole[start:end] for start, end in self.bounds)

    def start(self, finding: Finding) -> int:
        """Return where a finding stands in the text."""
        return self.text.offset(finding.line, 0) + finding.column - 1

    @cached_property
    def statements(self) -> list[int]:
        """Where the statements begin, in order."""
        found = (one for one in ast.walk(self.tree) if isinstance(one, ast.stmt))
        return sorted(self.text.span(one)[0] for one in found)

    @cached_property
    def nodes(self) -> Tree:
        """The tree, to be asked what is around a node."""
        return Tree(self.tree)


# Reads a file anew from its parts and finds what is there; raises Unreadable.
Look = Callable[[Sequence[str]], Source]


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


def source_of(code: Code, findings: Sequence[Finding]) -> Source:
    """Return a file with what was found in it."""
    module = module_of(code)
    text = Text(module.lines)
    bounds = tuple((text.offset(p.start, 0), text.offset(p.stop, 0)) for p in parts_of(code))
    return Source(text, module.tree, tuple(findings), bounds, module.python)


def proposals(source: Source, finding: Finding, kind: Kind) -> Iterator[Proposal]:
    """Yield the fixes of one kind that a finding may have, the plainest first.

    Raises:
        NoFixError: if there are none; the message says why.
    """
    tree = source.nodes
    if kind == "rewrite":
        safe, edits = other_fix(finding, tree, source.text)
        yield Proposal(finding, kind, safe, _in_order(edits, source), tree.root)
        return
    case = case_of(finding, tree, source.text)
    scope = tree.scope(case.variable)
    for way in reorder_ways(case) if kind == "reorder" else new_value_ways(case):
        try:
            found = _in_order(way(case), source)
        except NoFixError as error:
            found = error
        yield Proposal(finding, kind, kind == "reorder", found, scope)


def _in_order(edits: Sequence[Replacement], source: Source) -> tuple[Replacement, ...] | NoFixError:
    try:
        return tuple(in_short_lines(source.text, ordered(edits), source.statements))
    except CannotEditError as error:
        return NoFixError(str(error))


def after_edits(source: Source, replacements: Sequence[Replacement], look: Look) -> Source:
    """Return a file after ordered edits.

    Raises:
        NoFixError: if it would not parse, or code would go from one cell of a notebook to
            another.
    """
    edits: list[list[Replacement]] = [[] for _ in source.bounds]
    for one in replacements:
        number = _part(source, one.start, one.end)
        if one.origin is not None and number != _part(source, one.origin, one.origin):
            raise NoFixError("the fix would move code from one cell of the notebook to another")
        edits[number].append(one)
    parts = [
        edited(source.text.whole[:end], own)[start:]
        for (start, end), own in zip(source.bounds, edits, strict=True)
    ]
    try:
        return look(parts)
    except Unreadable as error:
        raise NoFixError(f"the fix would not parse ({error.reason})") from None


def _part(source: Source, start: int, end: int) -> int:
    for number, (first, last) in enumerate(source.bounds):
        if first <= start and end <= last:
            return number
    raise NoFixError("the fix would change what stands between two cells of the notebook")


def key_of(finding: Finding) -> tuple[str, str | None, str | None]:
    """Return what stays the same of a finding wherever it stands."""
    return finding.code, finding.variable, finding.target


def added_findings(
    before: Source, after: Source, replacements: Sequence[Replacement]
) -> list[Finding]:
    """Return the findings of which there are more than before, those at a new place first."""
    added = Counter(map(key_of, after.findings))
    added.subtract(map(key_of, before.findings))
    found = [one for one in after.findings if added[key_of(one)] > 0]
    if not found:
        return []
    old = {
        (key_of(one), moved(before.start(one), replacements))
        for one in before.findings
        if added[key_of(one)] > 0
    }
    chosen = []
    for one in sorted(found, key=lambda one: (key_of(one), after.start(one)) in old):
        added[key_of(one)] -= 1
        if added[key_of(one)] >= 0:
            chosen.append(one)
    return sorted(chosen, key=after.start)
