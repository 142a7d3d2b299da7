"""*Use the new value*: give the new value a name, store the name and read the name."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Iterator

from flake8_theano_updates.fixes.brackets import end_of_clauses
from flake8_theano_updates.fixes.case import Case
from flake8_theano_updates.fixes.looked_up import look_ups
from flake8_theano_updates.fixes.names import free_name, unused
from flake8_theano_updates.fixes.skipping import (
    in_the_other_arm,
    may_be_skipped,
    refuse_if_skipped,
)
from flake8_theano_updates.fixes.statements import (
    NoFixError,
    assignment,
    common,
    inserted,
    moved_before,
    needed,
)
from flake8_theano_updates.fixes.stored_value import shorthand, stored_value
from flake8_theano_updates.fixes.text import Replacement
from flake8_theano_updates.fixes.tree import Comprehension, is_dotted, loaded, stored
from flake8_theano_updates.interpreter.names import RANDOM

Edits = list[Replacement]

_EMPTY = re.compile(r"(new_values\d*) = \{\}")


def new_value_fixes(case: Case) -> Iterator[Edits | NoFixError]:
    """Yield ways to read the new value, the plainest first, or why one of them is none.

    They are proposals: whoever takes one still has to look at the file that it leaves.
    """
    ways: tuple[Callable[[Case], Edits], ...] = (
        _read_its_name,
        _read_it_back,
        _name_it,
        _name_it_in_comprehension,
        _write_it_out if _is_in_one_expression(case) else _keep_it,
    )
    for way in ways:
        if way is _keep_it:
            yield from look_ups(case)
        try:
            yield way(case)
        except NoFixError as error:
            yield error


def _reading(case: Case, expression: str) -> Edits:
    """Return the edits that read ``expression`` instead of the variable."""
    return [Replacement(*case.text.span(read), expression) for read in case.fault.read_nodes]


def _read_its_name(case: Case) -> Edits:
    value = case.value
    if isinstance(value, ast.NamedExpr):
        if not case.before(value, case.variable):
            raise NoFixError("the new value is named only after the read")
        return _reading(case, value.target.id)
    if not is_dotted(value) or shorthand(case):
        raise NoFixError("the new value has no name")
    refuse_if_skipped(case)
    name = case.text.of(value)
    root = next(iter(loaded(value)))
    if case.tree.scope(value) is not case.tree.scope(case.variable):
        raise NoFixError(f"'{name}' is not known where the variable is read")
    bindings = _bindings(case, root)
    _same_in_both_places(case, _reaching(case, bindings), root)
    if isinstance(value, ast.Attribute) or any(case.before(b, case.variable) for b in bindings):
        return _reading(case, name)
    return [*_brought_forward(case, bindings[0]), *_reading(case, name)]


def _bindings(case: Case, name: str) -> list[ast.expr]:
    """Return where the scope binds ``name``, in the order of the file."""
    scope = case.tree.scope(case.value)
    found = [
        node
        for node in ast.walk(scope)
        if isinstance(node, ast.Name)
        and node.id == name
        and isinstance(node.ctx, ast.Store)
        and case.tree.scope(node) is scope
    ]
    return sorted(found, key=case.text.span)


def _reaching(case: Case, bindings: list[ast.expr]) -> list[ast.expr]:
    """Leave out the bindings that another one replaces before the update and the read.

    That is a statement of its own, before both of them in a block around both of them.
    """
    tree = case.tree
    for number, binding in reversed(list(enumerate(bindings))):
        statement = tree.statement(binding)
        if not isinstance(statement, ast.Assign) or binding not in statement.targets:
            continue
        ways = (common(tree.places(statement), tree.places(n)) for n in (case.value, case.variable))
        if all(own.statement is statement and own.index < its.index for own, its in ways):
            later = [one for one in bindings[number:] if not _after_both(case, one)]
            return later if tree.loops(binding) == _shared_loops(case) else bindings
    return bindings


def _after_both(case: Case, node: ast.expr) -> bool:
    return case.before(case.value, node) and case.before(case.variable, node)


def _shared_loops(case: Case) -> list[ast.AST]:
    """Return the loops that the update and the read are both in."""
    around = case.tree.loops(case.variable)
    return [loop for loop in case.tree.loops(case.value) if loop in around]


def _same_in_both_places(case: Case, bindings: list[ast.expr], name: str) -> None:
    """Check that the name holds one value where it is stored and where it is to be read."""
    value, read = case.value, case.variable
    inside = case.tree.comprehension(value)
    if inside is not None and not _is_in(case, read, inside):
        if any(_is_in(case, binding, inside) for binding in bindings):
            raise NoFixError(f"'{name}' is known only inside a comprehension")
    for binding in bindings:
        if _is_loop_variable(case, binding) and not all(
            loop in case.tree.loops(read) for loop in case.tree.loops(binding)
        ):
            raise NoFixError(f"'{name}' belongs to another loop than the read")
        first, second = (value, read) if case.before(value, read) else (read, value)
        if case.before(first, binding) and case.before(binding, second):
            if first is value or len(bindings) > 1:
                raise NoFixError(f"'{name}' is bound again between the update and the read")


def _is_loop_variable(case: Case, binding: ast.expr) -> bool:
    return bool(case.tree.loops(binding))


def _is_in(case: Case, node: ast.AST, outer: ast.AST) -> bool:
    return any(one is outer for one in case.tree.around(node))


def _brought_forward(case: Case, binding: ast.expr) -> Edits:
    """Move the assignment of the name, and what it needs, before the read."""
    statement = case.tree.statement(binding)
    there, here = common(case.tree.places(case.variable), case.tree.places(statement))
    if here.statement is not statement or not isinstance(statement, ast.Assign):
        raise NoFixError(f"line {statement.lineno} cannot be moved before the read")
    moving = needed(here.block, there.index, here.index, loaded(statement))
    return moved_before(case.text, there.statement, [*moving, statement])


def _read_it_back(case: Case) -> Edits:
    """Read the mapping, which holds the new value by the time of the read."""
    expression = case.finding.new_value
    if expression is None or not expression.endswith("]") or is_dotted(case.value):
        raise NoFixError("the updates are no mapping")
    container = expression.removesuffix(f"[{ast.unparse(case.fault.registered.target)}]")
    reader = case.tree.statement(case.variable)
    refuse_if_skipped(case)
    if case.tree.statement(case.value) is reader:
        raise NoFixError("one statement makes both updates")
    if container == expression or container in _bound_by(reader):
        raise NoFixError("the mapping has no name yet where the variable is read")
    if case.tree.function(case.value) is not case.tree.function(case.variable):
        raise NoFixError("the mapping is filled elsewhere")
    made = _bindings(case, container)
    if made and not any(case.before(binding, case.variable) for binding in made):
        raise NoFixError("the mapping is made only after the read")
    return _reading(case, f"{container}[{case.text.of(case.variable)}]")


def _bound_by(statement: ast.stmt) -> set[str]:
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign):
        targets = [statement.target]
    return {ast.unparse(target) for target in targets}


def _name_it(case: Case) -> Edits:
    """Name the new value on a line of its own, before it is stored or read."""
    tree, read = case.tree, case.variable
    value = stored_value(case)
    for node in (value.node, *case.fault.read_nodes):
        if tree.comprehension(node) is not None and not _is_free(case, node, value.nodes):
            raise NoFixError("the new value is computed inside a comprehension")
    if tree.function(value.node) is not tree.function(read):
        raise NoFixError("the new value is computed in another function")
    if isinstance(tree.function(read), ast.Lambda):
        raise NoFixError("a lambda has no place for a name")
    name = free_name(case.fault.registered.target, "new", tree, read)
    edits = [*value.replaced(name, case), *_reading(case, name)]
    naming = assignment(name, value.written)
    places = tree.places(value.node), tree.places(read)
    registered, reader = common(*places)
    if any(loop not in tree.loops(read) for loop in tree.loops(value.node)):
        raise NoFixError("the new value is computed in another loop than the read")
    before = tree.statement(value.node)
    if registered.index <= reader.index:
        if registered.index == reader.index and case.before(read, before):
            raise NoFixError("the read stands in the head of the statement that updates it")
        edits.append(inserted(case.text, before, naming))
        if may_be_skipped(case):
            edits.append(in_the_other_arm(case, name))
        return edits
    if registered.statement is not before:
        raise NoFixError("the new value is computed in a branch or loop after the read")
    moving = needed(registered.block, reader.index, registered.index, loaded(*value.nodes))
    taken = moved_before(case.text, reader.statement, moving)
    return [*taken, inserted(case.text, reader.statement, naming), *edits]


def _is_free(case: Case, node: ast.expr, values: tuple[ast.expr, ...]) -> bool:
    """Does the new value need nothing of the comprehensions around ``node``?"""
    around = [one for one in case.tree.around(node) if isinstance(one, Comprehension)]
    bound = {name for one in around for generator in one.generators for name in stored(generator)}
    return not bound & loaded(*values)


def _name_it_in_comprehension(case: Case) -> Edits:
    """Name the new value by one more ``for`` of the comprehension that makes both updates."""
    value = stored_value(case)
    inside = case.tree.comprehension(value.node)
    if inside is None or case.tree.comprehension(case.variable) is not inside:
        raise NoFixError("the two updates are not made by one comprehension")
    assert isinstance(inside, Comprehension)
    if any(_is_in(case, node, g) for g in inside.generators for node in case.fault.read_nodes):
        raise NoFixError("the read stands in the head of the comprehension")
    name = free_name(case.fault.registered.target, "new", case.tree, case.variable)
    end = case.text.span(inside)[0] + end_of_clauses(case.text.of(inside))
    clause = f"for {name} in [{value.written}]"
    start = case.text.span(inside.generators[-1].target)[0]
    line = case.text.line_start(start)
    head = case.text.whole[line:start]
    alone = head.strip() in ("for", "async for")
    space = "\n" + head[: len(head) - len(head.lstrip())] if alone else " "
    return [
        Replacement(end, end, f"{space}{clause}"),
        *value.replaced(name, case),
        *_reading(case, name),
    ]


def _write_it_out(case: Case) -> Edits:
    """Compute the new value at the read too, where one expression has no place for a name."""
    value = stored_value(case)
    nodes = [inner for node in value.nodes for inner in ast.walk(node)]
    if any(isinstance(node, ast.NamedExpr) for node in nodes):
        raise NoFixError("the new value binds a name")
    if any(RANDOM.search(name) for name in loaded(*value.nodes)):
        raise NoFixError("the new value draws random numbers")
    return [_written(case, read, value.written) for read in case.fault.read_nodes]


def _written(case: Case, read: ast.expr, expression: str) -> Replacement:
    alone = isinstance(case.tree.parent(read), (ast.Call, ast.Tuple, ast.List, ast.keyword))
    new = expression if alone else f"({expression})"
    return Replacement(*case.text.span(read), new)


def _is_in_one_expression(case: Case) -> bool:
    """Is what makes both updates a lambda, or one part of a comprehension?"""
    around = _scopes_in_statement(case, case.value)
    return bool(around) and all(
        _scopes_in_statement(case, read) == around for read in case.fault.read_nodes
    )


def _scopes_in_statement(case: Case, node: ast.expr) -> list[ast.AST]:
    """Return the comprehensions, their parts and the lambdas around a node, from inside out."""
    kinds = (*Comprehension, ast.comprehension, ast.Lambda)
    inside = itertools.takewhile(lambda one: not isinstance(one, ast.stmt), case.tree.around(node))
    return [one for one in inside if isinstance(one, kinds)]


def _keep_it(case: Case) -> Edits:
    """Keep the new values of one loop in a mapping, for another loop to read."""
    tree, read = case.tree, case.variable
    value = stored_value(case)
    if tree.function(value.node) is not tree.function(read):
        raise NoFixError("the new value is computed in another function")
    if tree.comprehension(value.node) is not None:
        raise NoFixError("the new value is computed inside a comprehension")
    registered, reader = common(tree.places(value.node), tree.places(read))
    if registered.index >= reader.index or not tree.loops(value.node):
        raise NoFixError("the new value is not computed in an earlier loop")
    refuse_if_skipped(case)
    target = case.text.of(case.fault.registered.target)
    there = _kept_in(case, target, value.written)
    if there is not None:
        return _reading(case, f"{there}[{case.text.of(read)}]")
    earlier = registered.block[: registered.index]
    # One mapping serves all loops of a block.
    made = [one[1] for one in map(_EMPTY.fullmatch, map(ast.unparse, earlier)) if one]
    name = made[0] if made else unused("new_values", tree, read)
    first = [] if made else [inserted(case.text, registered.statement, f"{name} = {{}}")]
    keeping = assignment(f"{name}[{target}]", value.written)
    return [
        *first,
        inserted(case.text, tree.statement(value.node), keeping),
        *([] if is_dotted(case.value) else value.replaced(f"{name}[{target}]", case)),
        *_reading(case, f"{name}[{case.text.of(read)}]"),
    ]


def _kept_in(case: Case, target: str, written: str) -> str | None:
    """Return the mapping that the registering loop keeps the new value in already."""
    place = case.tree.places(case.value)[-1]
    for statement in place.block[: place.index]:
        match statement:
            case ast.Assign([ast.Subscript(ast.Name(name), key) as entry], kept) if case.text.of(
                key
            ) == target and written in (case.text.of(kept), case.text.of(entry)):
                made = [case.tree.statement(binding) for binding in _bindings(case, name)]
                if [ast.unparse(one) for one in made] == [f"{name} = {{}}"]:
                    return name
    return None
