"""Read the new value out of the list of updates: ``dict(updates)[v]``.

The way for updates that one function or loop registers and another reads: the list is
the only thing that both of them know.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from flake8_theano_updates.fixes.case import Case
from flake8_theano_updates.fixes.names import unused
from flake8_theano_updates.fixes.skipping import refuse_if_skipped
from flake8_theano_updates.fixes.statements import (
    NoFixError,
    common,
    inserted,
    moved_before,
    needed,
)
from flake8_theano_updates.fixes.text import Replacement
from flake8_theano_updates.fixes.tree import is_dotted, loaded


def look_ups(case: Case) -> Iterator[list[Replacement] | NoFixError]:
    """Look the new value up in the list, as it is before the statement that reads it.

    Yields one proposal for each list that may hold the update by then, or why it is none.
    """
    try:
        for container, filled in _containers(case):
            try:
                yield _look_up(case, container, filled)
            except NoFixError as error:
                yield error
    except NoFixError as error:
        yield error


def _look_up(case: Case, container: str, filled: ast.stmt | None) -> list[Replacement]:
    tree = case.tree
    reader = tree.statement(case.variable)
    edits: list[Replacement] = []
    if filled is None:
        before = reader
    else:
        there, here = common(tree.places(reader), tree.places(filled))
        if here.index == there.index:
            raise NoFixError("the list is still being filled where the variable is read")
        before = there.statement
        if here.index < there.index:
            pass
        elif here.statement is filled and isinstance(filled, ast.Assign):
            moving = needed(here.block, there.index, here.index, loaded(filled))
            edits += moved_before(case.text, before, [*moving, filled])
        else:
            raise NoFixError("the list is filled only after the read")
    read = case.text.of(case.variable)
    if filled is not None and _makes_mapping(filled):
        return [*edits, *_reading(case, f"{container}[{read}]")]
    if before is reader and tree.comprehension(case.variable) is None:
        return [*edits, *_reading(case, f"dict({container})[{read}]")]
    name = unused("new_values", tree, case.variable)
    return [
        *edits,
        inserted(case.text, before, f"{name} = dict({container})"),
        *_reading(case, f"{name}[{read}]"),
    ]


def _reading(case: Case, expression: str) -> list[Replacement]:
    return [Replacement(*case.text.span(read), expression) for read in case.fault.read_nodes]


def _containers(case: Case) -> Iterator[tuple[str, ast.stmt | None]]:
    """Yield the names of lists, each with the statement here that puts the update into it."""
    tree = case.tree
    if isinstance(tree.function(case.variable), ast.Lambda):
        raise NoFixError("the list is not known where the variable is read")
    if tree.scope(case.value) is tree.scope(case.variable):
        statement = tree.statement(case.value)
        name = _filled_by(statement)
        if name is None:
            raise NoFixError("the list that holds the update has no name")
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
        if any(_is_call_of(made_by, node) for node in ast.walk(made.value)):
            for target in made.targets:
                parts = target.elts if isinstance(target, ast.Tuple) else [target]
                for part in parts:
                    yield ast.unparse(part), made
    raise NoFixError("the updates have no name where the variable is read")


def _zipped(case: Case, values: str) -> str:
    """Return ``zip(targets, values)`` where that is what makes pairs of a list of values."""
    call = case.tree.parent(case.fault.registered.target)
    if isinstance(call, ast.Call) and ast.unparse(call.func) == "zip" and len(call.args) == 2:
        if call.args[0] is case.fault.registered.target and ast.unparse(call.args[1]) == values:
            return ast.unparse(call)
    raise NoFixError("the list of new values does not hold their variables")


def _is_known(case: Case, name: str) -> bool:
    """Has the scope of the read a list of this name by then?"""
    if name in {ast.unparse(t) for t in _targets(case.tree.statement(case.variable))}:
        return False
    return any(
        ast.unparse(node) == name
        for node in ast.walk(case.tree.scope(case.variable))
        if isinstance(node, (ast.Name, ast.Attribute)) and case.before(node, case.variable)
    )


def _is_call_of(name: str, node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    return ast.unparse(node.func).rpartition(".")[2] == name


def _targets(statement: ast.stmt) -> list[ast.expr]:
    return statement.targets if isinstance(statement, ast.Assign) else []


def _makes_mapping(statement: ast.stmt) -> bool:
    """Does a statement assign what can be asked for the value of a key?"""
    match statement:
        case ast.Assign(value=ast.Dict() | ast.DictComp()):
            return True
        case ast.Assign(value=ast.Call(func=function)):
            return ast.unparse(function).rpartition(".")[2] in ("dict", "OrderedDict")
    return False


def _filled_by(statement: ast.stmt) -> str | None:
    """Return the name of the list that a statement makes or adds to."""
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
        return ast.unparse(target) if is_dotted(target) else None
    if isinstance(statement, ast.AugAssign) and isinstance(statement.op, ast.Add):
        return ast.unparse(statement.target) if is_dotted(statement.target) else None
    if (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Attribute)
        and statement.value.func.attr in ("append", "extend", "insert")
        and is_dotted(statement.value.func.value)
    ):
        return ast.unparse(statement.value.func.value)
    return None
