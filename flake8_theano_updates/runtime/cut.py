"""Cut the statements that build an update collection out of their scope."""

from __future__ import annotations

import ast
import dataclasses
import functools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flake8_theano_updates.model import Fault, Scope
from flake8_theano_updates.runtime.arms import Arms
from flake8_theano_updates.runtime.module import Function, Module
from flake8_theano_updates.runtime.names import GRADIENTS
from flake8_theano_updates.runtime.statements import (
    MUTATORS,
    CannotCutError,
    needed,
    pruned,
    simple,
    tokens,
)

Yields = ast.Yield | ast.YieldFrom

MOST_UPDATES = 500  # of a collection: each finding in it compiles all of them


@dataclass(frozen=True)
class Cut:
    """The part of a program that builds one update collection.

    Args:
        statements: flat but for loops; their expressions are the program's own nodes.
        result: what evaluates to the collection after them; None where they yield it.
        scope: where they stood.
        owner: the class of the method that they stood in.
        helpers: the module's functions that they need, as (name to call, function), with
            ``self.`` before the name of a method.
        settled: the values that the names in the tests of its branches must have.
        ignored: ids of the nodes that a stand-in takes the place of.
    """

    statements: tuple[ast.stmt, ...]
    result: ast.expr | None
    scope: Scope
    owner: ast.ClassDef | None
    helpers: tuple[tuple[str, ast.FunctionDef], ...]
    settled: Mapping[str, object]
    ignored: frozenset[int]


def cut(fault: Fault, module: Module, *, own_cost: bool = False) -> Cut:
    """Return what builds the collection of ``fault``.

    Args:
        own_cost: leave out what gradients are taken of; a stand-in takes its place.

    Raises:
        CannotCutError: it is built in a way that is not followed.
    """
    collection = fault.collection
    if len(collection.registrations) > MOST_UPDATES:
        raise CannotCutError(f"more than {MOST_UPDATES} updates stand in one collection")
    generator = collection.expression if isinstance(collection.expression, Function) else None
    if generator is not None and not any(isinstance(n, Yields) for n in ast.walk(generator)):
        raise CannotCutError("default updates stand in no collection that a function receives")
    scope = generator or collection.scope
    owner = module.owner(scope)
    arms = Arms(fault)
    ignored = frozenset(_costs(module) if own_cost else ())
    body = [statement for statement in arms.flat(scope.body) if not _sets(statement, module)]
    if generator is None and collection.statement is not None:
        body = _until(body, collection.statement)
    helpers = _helpers(module, scope, owner, arms)
    result: ast.expr | None = None
    if generator is None:
        assert isinstance(collection.expression, ast.expr)
        result = _loaded(collection.expression)
        if _is_options(body, ast.unparse(result)):
            # `options = {"updates": [...]}`, given to the compile call as `**options`.
            result = ast.Subscript(result, ast.Constant("updates"), ast.Load())
    statements = _relevant(body, result, helpers, ignored)
    if result is not None and not arms.all_in(
        statements, result, _used(helpers, statements, result)
    ):
        # The expression is where the first pairs come from; find what the others are put into.
        result = _put_into(body, arms.must) or result
        statements = _relevant(body, result, helpers, ignored)
        home = _home(module, arms.must)
        if (
            home is not None
            and home is not scope
            and not arms.all_in(statements, result, _used(helpers, statements, result))
        ):
            return cut(_moved(fault, home, arms), module, own_cost=own_cost)
    helpers = _used(helpers, statements, result)
    if not isinstance(scope, ast.Module):
        read = statements if result is None else [*statements, result]
        statements = [*_constants(module, read, scope, ignored), *statements]
    return Cut(tuple(statements), result, scope, owner, helpers, arms.settled, ignored)


def _sets(statement: ast.stmt, module: Module) -> bool:
    """Is this ``theano.config.floatX = ...``, which would reach programs that run later?"""
    return isinstance(statement, ast.Assign) and any(
        (module.full_name(target) or "").startswith("theano.config.")
        for target in statement.targets
    )


def _loaded(expression: ast.expr) -> ast.expr:
    """Read a name where the collection is given by the assignment that binds it."""
    if not isinstance(getattr(expression, "ctx", None), ast.Store):
        return expression
    return ast.parse(ast.unparse(expression), mode="eval").body


def _is_options(body: Iterable[ast.stmt], name: str) -> bool:
    """Is ``name`` bound to a mapping of keywords, one of which is ``updates``?"""
    for statement in body:
        if isinstance(statement, ast.Assign) and isinstance(statement.value, ast.Dict):
            keys = statement.value.keys
            if name in (ast.unparse(target) for target in statement.targets):
                return any(isinstance(k, ast.Constant) and k.value == "updates" for k in keys)
    return False


def _until(body: list[ast.stmt], last: ast.stmt) -> list[ast.stmt]:
    end = last.end_lineno or last.lineno
    # The statement may stand in a loop: everything in the loop stays.
    return [statement for statement in body if statement.lineno <= end]


def _put_into(body: list[ast.stmt], must: Container[int]) -> ast.expr | None:
    """Return the container that the statements put the fault's pairs into."""
    added = [
        statement.value.args[0]
        for statement, _ in simple(body)
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Attribute)
        and statement.value.func.attr in ("add_update", "add_updates")
        and statement.value.args
    ]
    if any(id(node) in must for argument in added for node in ast.walk(argument)):
        return functools.reduce(lambda one, other: ast.BinOp(one, ast.Add(), other), added)
    for statement, _ in simple(body):
        if not any(id(node) in must for node in ast.walk(statement)):
            continue
        match statement:
            case ast.Expr(value=ast.Call(func=ast.Attribute(attr=attr, value=base))):
                if attr in MUTATORS:
                    return base
            case ast.AugAssign(target=target):
                return _loaded(target)
            case ast.Assign(targets=[ast.Subscript(value=base)]):
                return base
    return None


def _home(module: Module, must: set[int]) -> Function | None:
    """Return the innermost function in which all of the fault stands."""
    homes = [
        node
        for node in ast.walk(module.tree)
        if isinstance(node, Function) and must <= {id(inner) for inner in ast.walk(node)}
    ]
    return homes[-1] if homes else None


def _moved(fault: Fault, home: Function, arms: Arms) -> Fault:
    """Let the function in which the pairs are written be where they are collected."""
    yields = any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in ast.walk(home))
    expression = home if yields else _put_into(arms.flat(home.body), arms.must)
    if expression is None:
        raise CannotCutError(f"where the pairs of '{home.name}' are put is not clear")
    collection = dataclasses.replace(
        fault.collection, scope=home, expression=expression, statement=None
    )
    return dataclasses.replace(fault, collection=collection)


def _used(
    helpers: Sequence[tuple[str, ast.FunctionDef]],
    statements: Sequence[ast.stmt],
    result: ast.expr | None,
) -> tuple[tuple[str, ast.FunctionDef], ...]:
    """Leave out the helpers that nothing calls."""
    roots: list[ast.AST] = [*statements, *([] if result is None else [result])]
    found: dict[str, ast.FunctionDef] = {}
    while True:
        called = {name for root in roots for name in tokens(root)}
        new = {name: function for name, function in helpers if name in called} | found
        if len(new) == len(found):
            return tuple((name, function) for name, function in helpers if name in found)
        found = new
        roots = [*roots, *found.values()]


def _relevant(
    body: list[ast.stmt],
    result: ast.expr | None,
    helpers: Sequence[tuple[str, ast.FunctionDef]],
    ignored: frozenset[int],
) -> list[ast.stmt]:
    """Return the statements that ``result`` (or the yields) need, directly or not."""
    every = list(simple(body))
    wanted = set() if result is None else set(tokens(result, ignored))
    names = {name for name, _ in helpers}
    kept: set[int] = set()
    while True:
        before = len(kept)
        for statement, headers in every:
            if id(statement) in kept or not needed(statement, wanted, names):
                continue
            kept.add(id(statement))
            if isinstance(statement, Function):
                wanted.add(statement.name)
            for node in (statement, *headers):
                wanted |= set(tokens(node, ignored))
        if len(kept) == before:
            return pruned(body, kept)


def _helpers(
    module: Module, scope: Scope, owner: ast.ClassDef | None, arms: Arms
) -> tuple[tuple[str, ast.FunctionDef], ...]:
    """Return the functions outside of ``scope`` that hold pairs, or only compute."""
    found: dict[str, Function] = {}
    for name, function in module.functions.items():
        if function is not scope and arms.holds_pairs(function):
            found[name] = function
    for one in module.lineage(owner):
        for statement in one.body:
            if isinstance(statement, Function) and statement is not scope:
                if arms._holds([statement], arms.pairs | arms.must):
                    found.setdefault(f"self.{statement.name}", statement)
    local = {name for node in ast.walk(scope) for name in _binds(node)}
    for name, function in module.plain.items():
        if name not in local:
            found.setdefault(name, function)
    inside = {id(node) for node in ast.walk(scope)}
    return tuple((name, arms.function(f)) for name, f in found.items() if id(f) not in inside)


def _constants(
    module: Module,
    read: Sequence[ast.AST],
    scope: Scope,
    ignored: frozenset[int],
) -> list[ast.stmt]:
    """Return the module's plain assignments that the statements read."""
    local = {name for s in read for node in ast.walk(s) for name in _stores(node)}
    local |= {argument.arg for argument in ast.walk(scope) if isinstance(argument, ast.arg)}
    wanted = {name for s in read for name in tokens(s, ignored)} - local
    known: dict[str, ast.stmt] = {}
    for statement in module.tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target = statement.targets[0]
            if isinstance(target, ast.Name) and _is_plain(statement.value, module, known):
                known[target.id] = statement
    found: dict[int, ast.stmt] = {}
    waiting = sorted(wanted)
    while waiting:
        name = waiting.pop()
        if name in known and id(known[name]) not in found:
            found[id(known[name])] = known[name]
            waiting.extend(tokens(known[name]))
    return sorted(found.values(), key=lambda statement: statement.lineno)


def _costs(module: Module) -> Iterator[int]:
    """Yield the arguments of gradients but for what they are taken for."""
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Call) and module.full_name(node.func) in GRADIENTS:
            if node.args:
                yield id(node.args[0])
            yield from (id(keyword) for keyword in node.keywords if keyword.arg != "wrt")
            yield from (id(keyword.value) for keyword in node.keywords if keyword.arg != "wrt")


def _is_plain(value: ast.expr, module: Module, known: Container[str]) -> bool:
    """Is this a number, a shared variable or an array of numbers, or made of such?"""
    allowed = (
        ast.Constant, ast.Name, ast.Attribute, ast.UnaryOp, ast.BinOp, ast.Tuple, ast.List,
        ast.operator, ast.unaryop, ast.expr_context, ast.Call, ast.keyword,
    )  # fmt: skip
    for node in ast.walk(value):
        if not isinstance(node, allowed):
            return False
        if isinstance(node, ast.Name) and node.id not in known and node.id not in module.imports:
            return False
    return True


def _binds(node: ast.AST) -> Iterator[str]:
    yield from _stores(node)
    if isinstance(node, ast.arg):
        yield node.arg


def _stores(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
