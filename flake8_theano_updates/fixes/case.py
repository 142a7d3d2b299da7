"""What a fix of an order finding has to work with, and whether its update is always made."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass

from flake8_theano_updates.fixes.statements import NoFixError, common, inserted
from flake8_theano_updates.fixes.text import Replacement, Text
from flake8_theano_updates.fixes.tree import Tree, same
from flake8_theano_updates.model import Finding, OrderFault

Edits = list[Replacement]
# Makes the edits of a fix; it raises NoFixError where it is none for the case.
Way = Callable[["Case"], Edits]


@dataclass(frozen=True)
class Case:
    """One order finding in its file."""

    finding: Finding
    fault: OrderFault
    tree: Tree
    text: Text

    @property
    def variable(self) -> ast.expr:
        """The shared variable, as the first read writes it."""
        return self.fault.read_nodes[0]

    @property
    def value(self) -> ast.expr:
        """The new value of the variable."""
        return self.fault.registered.value

    def before(self, one: ast.expr | ast.stmt, other: ast.expr | ast.stmt) -> bool:
        """Does ``one`` end, in the file, before ``other`` begins?"""
        return self.text.span(one)[1] <= self.text.span(other)[0]

    def reading(self, expression: str) -> Edits:
        """Return the edits that read ``expression`` instead of the variable."""
        return [Replacement(*self.text.span(read), expression) for read in self.fault.read_nodes]


def case_of(finding: Finding, tree: Tree, text: Text) -> Case:
    """Return the case of an order finding.

    Raises:
        NoFixError: if nothing in this file can be edited for it.
    """
    fault = finding.fault
    if not isinstance(fault, OrderFault):
        raise NoFixError("it is not about the order of updates")
    updates = fault.registered.target, fault.registered.value, fault.reader.target
    if any(node not in tree for node in (*fault.read_nodes, *updates)):
        raise NoFixError("one of the two updates is not spelled out in this file")
    if any(isinstance(getattr(read, "ctx", None), ast.Store) for read in fault.read_nodes):
        raise NoFixError("the read is part of an assignment in place")
    return Case(finding, fault, tree, text)


def may_be_skipped(case: Case) -> bool:
    """May the program come to the read without having come past the update?"""
    tree = case.tree
    registered, reader = common(tree.places(case.value), tree.places(case.variable))
    outer = registered.statement
    if outer is reader.statement or registered.index > reader.index:
        return False
    if isinstance(outer, ast.If) and isinstance(reader.statement, ast.If):
        if same(outer.test, reader.statement.test):
            return False
    inside = [place.statement for place in tree.places(case.value)]
    within = inside[inside.index(outer) :]
    return any(isinstance(one, (ast.If, ast.Try, ast.While)) for one in within)


def refuse_if_skipped(case: Case) -> None:
    """Make sure that the update is there by the time of the read.

    Raises:
        NoFixError: if it may have been skipped.
    """
    if case.tree.scope(case.value) is case.tree.scope(case.variable) and may_be_skipped(case):
        raise NoFixError("the update is made only sometimes, the read always")


def in_the_other_arm(case: Case, name: str) -> Replacement:
    """Let ``name`` be the variable itself where the update is not made.

    Raises:
        NoFixError: if the update is not made in one arm of an ``if``.
    """
    registered, _ = common(case.tree.places(case.value), case.tree.places(case.variable))
    branch = registered.statement
    statement = case.tree.statement(case.value)
    if not isinstance(branch, ast.If) or statement not in branch.body:
        raise NoFixError("the update is made only sometimes, the read always")
    keeping = f"{name} = {case.text.of(case.fault.registered.target)}"
    text = case.text
    if branch.orelse:
        first = branch.orelse[0]
        if text.of(first).startswith("elif"):
            raise NoFixError("the update is made in one of many branches")
        return inserted(text, first, keeping)
    start, end = text.span(branch)
    first_start, _ = text.span(branch.body[0])
    head = text.whole[text.line_start(start) : start]
    indentation = text.whole[text.line_start(first_start) : first_start]
    place = text.line_end(end)
    if head.strip() or indentation.strip() or not text.whole[:place].endswith("\n"):
        raise NoFixError("the branch shares its line with another statement")
    return Replacement(place, place, f"{head}else:\n{indentation}{keeping}\n")
