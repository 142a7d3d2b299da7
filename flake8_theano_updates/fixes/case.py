"""What a fix of an order finding has to work with, and whether its update is always made."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from flake8_theano_updates.fixes.statements import NoFixError, common
from flake8_theano_updates.fixes.text import Replacement, Text
from flake8_theano_updates.fixes.tree import Tree, same
from flake8_theano_updates.model import Finding, OrderFault, Registration
from flake8_theano_updates.values import handed

Edits = list[Replacement]
# Makes the edits of a fix; it raises NoFixError where it is none for the case.
Way = Callable[["Case"], Edits]


@dataclass(frozen=True)
class Case:
    """One order finding in its file, its pairs as the function of the read writes them."""

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

    @property
    def is_handed(self) -> bool:
        """Does a function of the file make the pair of what it is given here?"""
        fault = self.finding.fault
        return fault is not None and self.fault.registered is not fault.pairs[1]

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
    reader, registered = (
        _at_call(pair, handed, tree) for pair, handed in zip(fault.pairs, fault.handed, strict=True)
    )
    return Case(finding, replace(fault, reader=reader, registered=registered), tree, text)


def _at_call(pair: Registration, given: Registration, tree: Tree) -> Registration:
    """Return what the function of the read hands over to make a pair of, if each call makes it."""
    if any(node not in tree for node in (given.target, given.value)):
        return pair
    inside = itertools.takewhile(lambda use: use.node is not given.value, handed(pair.new))
    return given if all(_is_always_reached(use.node, tree) for use in inside) else pair


def _is_always_reached(node: ast.expr, tree: Tree) -> bool:
    """Does each call of the function around a node come to it, and once only?"""
    function, place = tree.function(node), tree.places(node)[-1]
    if place.block is not getattr(function, "body", None):
        return False
    before = (inner for one in place.block[: place.index] for inner in ast.walk(one))
    return not any(isinstance(inner, (ast.Return, ast.Raise)) for inner in before)


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


def in_the_other_arms(case: Case, name: str) -> Edits:
    """Let ``name`` be the variable itself where the update is not made.

    Raises:
        NoFixError: if the update is not made in one arm of an ``if``, or there is no place
            in another one.
    """
    registered, _ = common(case.tree.places(case.value), case.tree.places(case.variable))
    statement = case.tree.statement(case.value)
    arms = list(_arms(registered.statement, case.text))
    if [statement in arm for arm in arms].count(True) != 1:
        raise NoFixError("the update is made only sometimes, the read always")
    keeping = f"{name} = {case.text.of(case.fault.registered.target)}"
    others = [arm for arm in arms if statement not in arm and not _leaves(arm)]
    # The other arms may bind the variable as well: the name comes at their end.
    edits = [_at_the_end(case.text, arm, keeping) for arm in others if arm]
    return edits if all(arms) else [*edits, _in_a_new_arm(case.text, registered.statement, keeping)]


def _arms(branch: ast.stmt, text: Text) -> Iterator[list[ast.stmt]]:
    """Yield what an ``if`` does in each arm, those of ``elif`` too; the last may be empty."""
    while isinstance(branch, ast.If):
        yield branch.body
        if not (branch.orelse and text.of(branch.orelse[0]).startswith("elif")):
            yield branch.orelse
            return
        branch = branch.orelse[0]


def _leaves(arm: Sequence[ast.stmt]) -> bool:
    """Does the program not go on behind the ``if`` after this arm?"""
    return bool(arm) and isinstance(arm[-1], (ast.Return, ast.Raise, ast.Continue, ast.Break))


def _at_the_end(text: Text, arm: Sequence[ast.stmt], statement: str) -> Replacement:
    start, _ = text.span(arm[0])
    indentation = text.whole[text.line_start(start) : start]
    place = text.line_end(text.span(arm[-1])[1])
    if indentation.strip() or not text.whole[:place].endswith("\n"):
        raise NoFixError("the other branch shares its line with another statement")
    return Replacement(place, place, f"{indentation}{statement}\n")


def _in_a_new_arm(text: Text, branch: ast.stmt, statement: str) -> Replacement:
    assert isinstance(branch, ast.If)
    start, end = text.span(branch)
    first, _ = text.span(branch.body[0])
    head = text.whole[text.line_start(start) : start]
    indentation = text.whole[text.line_start(first) : first]
    place = text.line_end(end)
    if head.strip() or indentation.strip() or not text.whole[:place].endswith("\n"):
        raise NoFixError("the branch shares its line with another statement")
    return Replacement(place, place, f"{head}else:\n{indentation}{statement}\n")
