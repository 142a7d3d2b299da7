"""Updates that are made only sometimes, and what to read when they are not."""

from __future__ import annotations

import ast

from flake8_theano_updates.fixes.case import Case
from flake8_theano_updates.fixes.statements import NoFixError, common, inserted
from flake8_theano_updates.fixes.text import Replacement
from flake8_theano_updates.fixes.tree import same

_CONDITIONAL = (ast.If, ast.Try, ast.While)


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
    around = [node for node in tree.around(case.value) if isinstance(node, _CONDITIONAL)]
    inside = [place.statement for place in tree.places(case.value)]
    return any(node in inside[inside.index(outer) :] for node in around)


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
