"""Read the new value out of the list of updates: ``dict(updates)[v]``.

The way for updates that one function or loop registers and another reads: the list is
the only thing that both of them know.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import suppress
from functools import partial

from flake8_theano_updates.fixes.case import Case, Way, refuse_if_skipped
from flake8_theano_updates.fixes.effects import effects
from flake8_theano_updates.fixes.statements import (
    NoFixError,
    OtherCodeError,
    common,
    inserted,
    moved_before,
    needed,
)
from flake8_theano_updates.fixes.text import Replacement
from flake8_theano_updates.fixes.tree import is_dotted, unused


def look_ups(case: Case) -> Iterator[Way]:
    """Look the new value up in the list, as it is before the statement that reads it.

    Yields one way for each list that may hold the update by then.
    """
    with suppress(NoFixError):
        for container, filled in _containers(case):
            yield partial(_look_up, container=container, filled=filled)


def _look_up(case: Case, container: str, filled: ast.stmt | None) -> list[Replacement]:
    tree = case.tree
    reader = tree.statement(case.variable)
    edits: list[Replacement] = []
    before = reader
    if filled is not None:
        there, here = common(tree.places(reader), tree.places(filled))
        if here.index == there.index:
            raise NoFixError("the list is still being filled where the variable is read")
        before = there.statement
        if here.index > there.index:
            if here.statement is not filled or not isinstance(filled, ast.Assign):
                raise NoFixError("the list is filled only after the read")
            moving = needed(here.block, there.index, here.index, effects(filled))
            edits += moved_before(case.text, before, [*moving, filled])
    read = case.text.of(case.variable)
    mapping = container
    if not _makes_mapping(filled) and not _is_mapping(case, container):
        mapping = f"dict({container})"
        if before is not reader or tree.comprehension(case.variable) is not None:
            name = unused("new_values", tree, case.variable)
            edits.append(inserted(case.text, before, f"{name} = {mapping}"))
            mapping = name
    return [*edits, *case.reading(f"{mapping}[{read}]")]


def _containers(case: Case) -> Iterator[tuple[str, ast.stmt | None]]:
    """Yield the names of lists, each with the statement here that puts the update into it."""
    tree = case.tree
    if isinstance(tree.function(case.variable), ast.Lambda):
        raise NoFixError("the list is not known where the variable is read")
    if tree.scope(case.value) is tree.scope(case.variable):
        statement = tree.statement(case.value)
        name = _filled_by(statement)
        if name is None:
            raise OtherCodeError("the list that holds the update has no name")
        if tree.statement(case.fault.registered.target) is not statement:
            name = _zipped(case, name)
        refuse_if_skipped(case)
        yield name, statement
        return
    expression = case.fault.collection.expression
    if isinstance(expression, ast.expr) and is_dotted(expression):
        name = ast.unparse(expression)
        if _is_known(case, name):
            yield name, None
    made_by = getattr(tree.scope(case.value), "name", "")
    for made in ast.walk(tree.scope(case.variable)):
        if not isinstance(made, ast.Assign) or not case.before(made, case.variable):
            continue
        if any(_called(node) == made_by for node in ast.walk(made.value)):
            for target in made.targets:
                for part in target.elts if isinstance(target, ast.Tuple) else [target]:
                    yield ast.unparse(part), made


def _zipped(case: Case, values: str) -> str:
    """Return ``zip(targets, values)`` where that is what makes pairs of a list of values."""
    call = case.tree.parent(case.fault.registered.target)
    if isinstance(call, ast.Call) and ast.unparse(call.func) == "zip" and len(call.args) == 2:
        if call.args[0] is case.fault.registered.target and ast.unparse(call.args[1]) == values:
            return ast.unparse(call)
    raise OtherCodeError("the list of new values does not hold their variables")


def _is_known(case: Case, name: str) -> bool:
    """Has the scope of the read a list of this name by then?"""
    reader = case.tree.statement(case.variable)
    if isinstance(reader, ast.Assign) and name in map(ast.unparse, reader.targets):
        return False
    return any(
        ast.unparse(node) == name
        for node in ast.walk(case.tree.scope(case.variable))
        if isinstance(node, (ast.Name, ast.Attribute)) and case.before(node, case.variable)
    )


def _called(node: ast.AST) -> str | None:
    """Return the name of the function, without its module or object, that a call calls."""
    return ast.unparse(node.func).rpartition(".")[2] if isinstance(node, ast.Call) else None


def _is_mapping(case: Case, container: str) -> bool:
    """Is this the collection itself, where that is a mapping?"""
    collection = case.fault.collection
    own = isinstance(collection.expression, ast.expr) and ast.unparse(collection.expression)
    return collection.mapping and own == container


def _makes_mapping(statement: ast.stmt | None) -> bool:
    """Does a statement assign what can be asked for the value of a key?"""
    if not isinstance(statement, ast.Assign):
        return False
    made = statement.value
    return isinstance(made, (ast.Dict, ast.DictComp)) or _called(made) in ("dict", "OrderedDict")


def _filled_by(statement: ast.stmt) -> str | None:
    """Return the name of the list that a statement makes or adds to."""
    match statement:
        case (
            ast.Assign([filled])
            | ast.AugAssign(filled, ast.Add())
            | ast.Expr(ast.Call(ast.Attribute(filled, "append" | "extend" | "insert")))
        ) if is_dotted(filled):
            return ast.unparse(filled)
    return None
