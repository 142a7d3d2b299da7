"""*Use the new value*: give the new value a name, store the name and read the name."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Iterator

from flake8_theano_updates.fixes.brackets import end_of_clauses
from flake8_theano_updates.fixes.case import (
    Case,
    Edits,
    Way,
    in_the_other_arms,
    may_be_skipped,
    refuse_if_skipped,
)
from flake8_theano_updates.fixes.effects import effects
from flake8_theano_updates.fixes.looked_up import look_ups
from flake8_theano_updates.fixes.statements import (
    NoFixError,
    OtherCodeError,
    assigned,
    common,
    inserted,
    moved_before,
    needed,
)
from flake8_theano_updates.fixes.stored_value import shorthand, stored_value
from flake8_theano_updates.fixes.text import Replacement
from flake8_theano_updates.fixes.tree import (
    Comprehension,
    free_name,
    is_dotted,
    loaded,
    stored,
    unused,
)
from flake8_theano_updates.interpreter.names import RANDOM

_EMPTY = re.compile(r"(new_values\d*) = \{\}")


def new_value_ways(case: Case) -> Iterator[Way]:
    """Yield ways to read the new value, the plainest first.

    They are proposals: whoever takes one still has to look at the file that it leaves.
    """
    yield from (_read_its_name, _read_it_back, _name_it, _name_it_in_comprehension)
    if _is_in_one_expression(case):
        yield _write_it_out
    else:
        yield from look_ups(case)
        yield _keep_it


def _read_its_name(case: Case) -> Edits:
    value = case.value
    if isinstance(value, ast.NamedExpr):
        if not case.before(value, case.variable):
            raise NoFixError("the new value is named only after the read")
        return case.reading(value.target.id)
    if not is_dotted(value) or shorthand(case):
        raise OtherCodeError("the new value has no name")
    refuse_if_skipped(case)
    name = case.text.of(value)
    root = next(iter(loaded(value)))
    if case.tree.scope(value) is not case.tree.scope(case.variable):
        raise NoFixError(f"'{name}' is not known where the variable is read: {_to_hand_on(case)}")
    bindings = _bindings(case, root)
    _same_in_both_places(case, _reaching(case, bindings), root)
    known = not bindings  # given to the function, or by its surroundings
    if known or isinstance(value, ast.Attribute):
        return case.reading(name)
    if any(case.before(binding, case.variable) for binding in bindings):
        return case.reading(name)
    return [*_brought_forward(case, bindings[0]), *case.reading(name)]


def _to_hand_on(case: Case) -> str:
    """Say what a person may do where the new value is another function's."""
    where = case.finding.origin.place(case.value.lineno)
    return (
        f"keep it under a name at {where}, hand it on (return it and pass it as an argument, or "
        "keep it in an attribute), and use it here"
    )


def _bindings(case: Case, name: str) -> list[ast.expr]:
    """Return where the scope binds ``name``, in the order of the file."""
    return sorted(case.tree.bindings(name, case.tree.scope(case.value)), key=case.text.span)


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
            loops = tree.loops(case.variable)
            if tree.loops(binding) != [one for one in tree.loops(case.value) if one in loops]:
                return bindings
            last = max(case.value, case.variable, key=lambda node: case.text.span(node)[1])
            return [one for one in bindings[number:] if not case.before(last, one)]
    return bindings


def _same_in_both_places(case: Case, bindings: list[ast.expr], name: str) -> None:
    """Check that the name holds one value where it is stored and where it is to be read."""
    tree, value, read = case.tree, case.value, case.variable
    inside = tree.comprehension(value)
    if inside is not None and inside not in tree.around(read):
        if any(inside in tree.around(binding) for binding in bindings):
            raise NoFixError(f"'{name}' is known only inside a comprehension")
    first, second = (value, read) if case.before(value, read) else (read, value)
    for binding in bindings:
        if any(loop not in tree.loops(read) for loop in tree.loops(binding)):
            raise NoFixError(f"'{name}' belongs to another loop than the read")
        if case.before(first, binding) and case.before(binding, second):
            if first is value or len(bindings) > 1:
                raise NoFixError(f"'{name}' is bound again between the update and the read")


def _brought_forward(case: Case, binding: ast.expr) -> Edits:
    """Move the assignment of the name, and what it needs, before the read."""
    statement = case.tree.statement(binding)
    there, here = common(case.tree.places(case.variable), case.tree.places(statement))
    if here.statement is not statement or not isinstance(statement, ast.Assign):
        raise NoFixError(f"line {statement.lineno} cannot be moved before the read")
    moving = needed(here.block, there.index, here.index, effects(statement))
    return moved_before(case.text, there.statement, [*moving, statement])


def _read_it_back(case: Case) -> Edits:
    """Read the mapping, which holds the new value by the time of the read."""
    expression = case.finding.new_value
    if expression is None or not expression.endswith("]") or is_dotted(case.value):
        raise OtherCodeError("the updates are no mapping")
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
    return case.reading(f"{container}[{case.text.of(case.variable)}]")


def _bound_by(statement: ast.stmt) -> set[str]:
    match statement:
        case ast.Assign(targets):
            return set(map(ast.unparse, targets))
        case ast.AnnAssign(target):
            return {ast.unparse(target)}
    return set()


def _name_it(case: Case) -> Edits:
    """Name the new value on a line of its own, before it is stored or read."""
    tree, read = case.tree, case.variable
    value = stored_value(case)
    for node in (value.node, *case.fault.read_nodes):
        if tree.comprehension(node) is not None and not _is_free(case, node, value.nodes):
            raise OtherCodeError("the new value is computed inside a comprehension")
    if tree.function(value.node) is not tree.function(read):
        raise NoFixError(f"the new value is computed in another function: {_to_hand_on(case)}")
    if isinstance(tree.function(read), ast.Lambda):
        raise OtherCodeError("a lambda has no place for a name")
    name = free_name(case.fault.registered.target, "new", tree, read)
    edits = [*value.replaced(name, case), *case.reading(name)]
    registered, reader = common(tree.places(value.node), tree.places(read))
    if any(loop not in tree.loops(read) for loop in tree.loops(value.node)):
        raise NoFixError("the new value is computed in another loop than the read")
    before = tree.statement(value.node)
    if registered.index <= reader.index:
        if registered.index == reader.index and case.before(read, before):
            raise NoFixError("the read stands in the head of the statement that updates it")
        edits.append(assigned(case.text, before, name, value.source))
        if may_be_skipped(case):
            edits += in_the_other_arms(case, name)
        return edits
    if registered.statement is not before:
        raise NoFixError("the new value is computed in a branch or loop after the read")
    moving = needed(registered.block, reader.index, registered.index, effects(*value.nodes))
    taken = moved_before(case.text, reader.statement, moving)
    return [*taken, assigned(case.text, reader.statement, name, value.source), *edits]


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
        raise OtherCodeError("the two updates are not made by one comprehension")
    assert isinstance(inside, Comprehension)
    around = [one for read in case.fault.read_nodes for one in case.tree.around(read)]
    if any(generator in around for generator in inside.generators):
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
        *case.reading(name),
    ]


def _write_it_out(case: Case) -> Edits:
    """Compute the new value at the read too, where one expression has no place for a name."""
    value = stored_value(case)
    nodes = [inner for node in value.nodes for inner in ast.walk(node)]
    if any(isinstance(node, ast.NamedExpr) for node in nodes):
        raise NoFixError("the new value binds a name")
    if any(RANDOM.search(name) for name in loaded(*value.nodes)):
        raise NoFixError("the new value draws random numbers")
    edits = []
    for read in case.fault.read_nodes:
        alone = isinstance(case.tree.parent(read), (ast.Call, ast.Tuple, ast.List, ast.keyword))
        new = value.written if alone else f"({value.written})"
        edits.append(Replacement(*case.text.span(read), new))
    return edits


def _is_in_one_expression(case: Case) -> bool:
    """Is what makes both updates a lambda, or one part of a comprehension?"""
    nodes = case.value, *case.fault.read_nodes
    around, *others = (_scopes_in_statement(case, node) for node in nodes)
    return bool(around) and all(one == around for one in others)


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
        raise NoFixError(f"the new value is computed in another function: {_to_hand_on(case)}")
    if tree.comprehension(value.node) is not None:
        raise OtherCodeError("the new value is computed inside a comprehension")
    registered, reader = common(tree.places(value.node), tree.places(read))
    if registered.index >= reader.index or not tree.loops(value.node):
        raise OtherCodeError("the new value is not computed in an earlier loop")
    refuse_if_skipped(case)
    target = case.text.of(case.fault.registered.target)
    there = _kept_in(case, target, value.written)
    if there is not None:
        return case.reading(f"{there}[{case.text.of(read)}]")
    earlier = registered.block[: registered.index]
    # One mapping serves all loops of a block.
    made = [one[1] for one in map(_EMPTY.fullmatch, map(ast.unparse, earlier)) if one]
    name = made[0] if made else unused("new_values", tree, read)
    first = [] if made else [inserted(case.text, registered.statement, f"{name} = {{}}")]
    keeping = f"{name}[{target}]"
    return [
        *first,
        assigned(case.text, tree.statement(value.node), keeping, value.source),
        *([] if is_dotted(case.value) else value.replaced(keeping, case)),
        *case.reading(f"{name}[{case.text.of(read)}]"),
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
