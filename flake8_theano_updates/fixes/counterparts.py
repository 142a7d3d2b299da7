"""Find the nodes of a file in the file after a fix, by where their text went."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TypeVar

from flake8_theano_updates.fixes.offered import Source
from flake8_theano_updates.fixes.text import Replacement, Text, edited, moved, split
from flake8_theano_updates.fixes.tree import Tree
from flake8_theano_updates.model import Fault, Registration, UpdateCollection

_Statement = TypeVar("_Statement", bound=ast.stmt)


class NotFoundError(Exception):
    """A node of the file has no counterpart after the fix."""


class Counterparts:
    """The nodes of a file after a fix.

    Args:
        source: the file before it.
        replacements: the ordered edits.
    """

    def __init__(self, source: Source, replacements: Sequence[Replacement]) -> None:
        whole = edited(source.text.whole, replacements)
        self.root = ast.parse(whole)
        self._source = source
        self._text = source.text
        self._replacements = replacements
        self._expressions: dict[tuple[int, int], ast.expr] = {}
        self._statements: dict[tuple[int, type], ast.stmt] = {}
        after = Text(split(whole))
        for node in ast.walk(self.root):
            if isinstance(node, ast.stmt):
                self._statements[after.span(node)[0], type(node)] = node
            elif isinstance(node, ast.expr):
                self._expressions[after.span(node)] = node

    def collection(self, fault: Fault) -> UpdateCollection:
        """Return where the pairs of a fault stand after the fix."""
        old = fault.collection
        return UpdateCollection(
            scope=self.root if isinstance(old.scope, ast.Module) else self._statement(old.scope),
            expression=(
                self._statement(old.expression)
                if isinstance(old.expression, (ast.FunctionDef, ast.AsyncFunctionDef))
                else self._whole(old.expression)
            ),
            statement=None if old.statement is None else self._last(fault, old.statement),
            registrations=tuple(self.registration(one) for one in old.registrations),
        )

    def registration(self, pair: Registration) -> Registration:
        """Return a pair after the fix."""
        target = self._at(self._text.span(pair.target))
        return Registration(target, self._at(self._text.span(pair.value)), target.lineno)

    def arms(self, fault: Fault) -> tuple[tuple[ast.stmt, str], ...]:
        """Return the branches that a fault needs, after the fix."""
        return tuple((self._statement(node), name) for node, name in fault.arms)

    def read(self, span: tuple[int, int], behind: int | None) -> ast.expr:
        """Return the read that stood at ``span``, or that stands so far ``behind`` it now."""
        if behind is None:
            return self._at(span)
        start = moved(span[0], self._replacements) + behind
        found = self._expressions.get((start, start + span[1] - span[0]))
        if found is None:
            raise NotFoundError("the read is not found after the fix")
        return found

    def _whole(self, node: ast.expr) -> ast.expr:
        """Return an expression with what the fix put around it."""
        start, end = self._text.span(node)
        outer = moved(start, self._replacements, is_end=True), moved(end, self._replacements)
        return self._expressions.get(outer) or self._at((start, end))

    def _at(self, span: tuple[int, int]) -> ast.expr:
        start = moved(span[0], self._replacements)
        found = self._expressions.get((start, moved(span[1], self._replacements, is_end=True)))
        if found is None:
            raise NotFoundError("a part of the update is not found after the fix")
        return found

    def _last(self, fault: Fault, statement: ast.stmt) -> ast.stmt:
        """Return the last statement that fills the collection."""
        tree = Tree(self._source.tree)
        targets = [pair.target for pair in fault.pairs if pair.target in tree]
        before = (statement, *map(tree.statement, targets))
        inside = {id(one) for one in ast.walk(fault.collection.scope)}
        after = [self._statement(one) for one in before if id(one) in inside]
        return max(after, key=lambda one: one.lineno)

    def _statement(self, node: _Statement) -> _Statement:
        start = moved(self._text.span(node)[0], self._replacements)
        found = self._statements.get((start, type(node)))
        if not isinstance(found, type(node)):
            raise NotFoundError("a statement is not found after the fix")
        return found
