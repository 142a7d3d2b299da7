"""Cut the statements that build an update collection out of their scope."""

from __future__ import annotations

import ast
import functools
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flake8_theano_updates.model import OrderFault, Scope
from flake8_theano_updates.runtime.module import Function, Module, dotted
from flake8_theano_updates.runtime.names import GRADIENTS

MUTATORS = frozenset("add append extend insert setdefault update".split())
LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class CannotCutError(Exception):
    """The statements cannot be taken out of their scope."""


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


def cut(fault: OrderFault, module: Module, *, own_cost: bool = False) -> Cut:
    """Return what builds the collection of ``fault``.

    Args:
        own_cost: leave out what gradients are taken of; a stand-in takes its place.

    Raises:
        CannotCutError: it is built in a way that is not followed.
    """
    collection = fault.collection
    generator = collection.expression if isinstance(collection.expression, Function) else None
    scope = generator or collection.scope
    owner = module.owner(scope)
    arms = Arms(fault)
    ignored = frozenset(_costs(module) if own_cost else ())
    body = arms.flat(scope.body)
    if generator is None and collection.statement is not None:
        body = _until(body, collection.statement)
    helpers = _helpers(fault, module, scope, owner, arms)
    result: ast.expr | None = None
    if generator is None:
        assert isinstance(collection.expression, ast.expr)
        result = _loaded(collection.expression)
        if _is_options(body, ast.unparse(result)):
            # `options = {"updates": [...]}`, given to the compile call as `**options`.
            result = ast.Subscript(result, ast.Constant("updates"), ast.Load())
    statements = _relevant(body, result, helpers, ignored)
    if result is not None and not arms.all_in(statements, result, helpers):
        # The expression is where the first pairs come from; find what the others are put into.
        result = _put_into(body, arms.must) or result
        statements = _relevant(body, result, helpers, ignored)
    helpers = _used(helpers, statements, result)
    if not isinstance(scope, ast.Module):
        read = statements if result is None else [*statements, result]
        statements = [*_constants(module, read, scope, ignored), *statements]
    return Cut(tuple(statements), result, scope, owner, helpers, arms.settled, ignored)


class Arms:
    """Which way a cut goes at each branch.

    Args:
        fault: decides where it names an arm or stands in one.

    Attributes:
        settled: what the tests passed so far compare with a constant: name to value.
    """

    def __init__(self, fault: OrderFault) -> None:
        self._given = {id(statement): name for statement, name in fault.arms}
        pairs = (fault.reader, fault.registered)
        self.must = {id(node) for node in fault.reads}
        self.must |= {id(node) for pair in pairs for node in (pair.target, pair.value)}
        self.pairs = {
            id(node)
            for pair in fault.collection.registrations
            for node in (pair.target, pair.value)
        }
        self.settled: dict[str, object] = {}

    def flat(self, body: Iterable[ast.stmt]) -> list[ast.stmt]:
        """Replace branches by the statements of the arm that is taken."""
        found: list[ast.stmt] = []
        for statement in body:
            if isinstance(statement, ast.If):
                found.extend(self.flat(getattr(statement, self._arm_of_if(statement))))
            elif isinstance(statement, ast.Try):
                found.extend(self.flat(self._arm_of_try(statement)))
            elif isinstance(statement, (ast.With, ast.AsyncWith)):
                found.extend(self.flat(statement.body))
            elif isinstance(statement, (ast.For, ast.AsyncFor)):
                loop = ast.For(statement.target, statement.iter, self.flat(statement.body), [])
                found.append(ast.copy_location(loop, statement))
            elif isinstance(statement, (ast.Continue, ast.Break)):
                break
            elif isinstance(statement, Function):
                found.append(self.function(statement))
            else:
                found.append(statement)
        return found

    def function(self, function: Function) -> ast.FunctionDef:
        """Return a function with one way through it, and what does not compute left out."""
        new = ast.FunctionDef(
            name=function.name,
            args=function.args,
            body=clean(self.flat(function.body)) or [ast.Pass()],
            decorator_list=[],
            returns=None,
            type_comment=None,
        )
        return ast.copy_location(new, function)

    def all_in(
        self,
        statements: Sequence[ast.stmt],
        result: ast.expr,
        helpers: Iterable[tuple[str, ast.FunctionDef]],
    ) -> bool:
        """Is everything there that the fault is made of?"""
        roots = [*statements, result, *(function for _, function in helpers)]
        return self.must <= {id(node) for root in roots for node in ast.walk(root)}

    def _arm_of_if(self, statement: ast.If) -> str:
        arm = self._chosen_arm(statement)
        self.settled.update(_settled(statement.test, arm == "body"))
        return arm

    def _chosen_arm(self, statement: ast.If) -> str:
        given = self._given.get(id(statement))
        if given in ("body", "orelse"):
            return given
        for nodes in (self.must, self.pairs):
            for name in ("body", "orelse"):
                if self._holds(getattr(statement, name), nodes) and not (
                    nodes is self.pairs and _leaves(getattr(statement, name))
                ):
                    return name
        if _leaves(statement.body) or _asks_for_kind(statement.test):
            return "orelse"
        return "body"

    def _arm_of_try(self, statement: ast.Try) -> Sequence[ast.stmt]:
        arms = [statement.body, *(handler.body for handler in statement.handlers), statement.orelse]
        for arm in arms:
            if self._holds(arm, self.must):
                return arm
        return [*statement.body, *statement.orelse]

    @staticmethod
    def _holds(body: Iterable[ast.stmt], nodes: Container[int]) -> bool:
        return any(id(node) in nodes for statement in body for node in ast.walk(statement))


def tokens(node: ast.AST, ignored: Container[int] = ()) -> Iterator[str]:
    """Yield the names that ``node`` loads, ``self.x`` as a name of its own."""
    waiting = [node]
    while waiting:
        inner = waiting.pop()
        if id(inner) in ignored:
            continue
        waiting.extend(ast.iter_child_nodes(inner))
        chain = dotted(inner)
        if chain is None or isinstance(getattr(inner, "ctx", None), ast.Store):
            continue
        if chain != "self":
            yield chain


def bound(node: ast.AST) -> Iterator[str]:
    """Yield the names that an assignment's target binds or changes."""
    if isinstance(node, (ast.Tuple, ast.List)):
        for element in node.elts:
            yield from bound(element)
    elif isinstance(node, ast.Starred):
        yield from bound(node.value)
    elif isinstance(node, ast.Subscript):
        yield from bound(node.value)
    else:
        chain = dotted(node)
        if chain is not None:
            yield chain


def clean(body: Iterable[ast.stmt]) -> list[ast.stmt]:
    """Drop what does not compute: docstrings, assertions, logging."""
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.For):
            loop = ast.For(statement.target, statement.iter, clean(statement.body), [])
            if loop.body:
                found.append(ast.copy_location(loop, statement))
        elif isinstance(statement, ast.Expr) and not _changes(statement, None):
            continue
        elif not isinstance(statement, (ast.Assert, ast.Raise, ast.Pass, ast.Import, ast.ImportFrom)):
            found.append(statement)
    return found


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
    found = [statement for statement in body if statement.lineno <= end]
    # The statement may stand in a loop: everything in the loop stays.
    return found


def _put_into(body: list[ast.stmt], must: Container[int]) -> ast.expr | None:
    """Return the container that the statements put the fault's pairs into."""
    added = [
        statement.value.args[0]
        for statement, _ in _simple(body)
        if isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Call)
        and isinstance(statement.value.func, ast.Attribute)
        and statement.value.func.attr in ("add_update", "add_updates")
        and statement.value.args
    ]
    if any(id(node) in must for argument in added for node in ast.walk(argument)):
        return functools.reduce(lambda one, other: ast.BinOp(one, ast.Add(), other), added)
    for statement, _ in _simple(body):
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
    simple = list(_simple(body))
    wanted = set() if result is None else set(tokens(result, ignored))
    names = {name for name, _ in helpers}
    kept: set[int] = set()
    while True:
        before = len(kept)
        for statement, headers in simple:
            if id(statement) in kept or not _needed(statement, wanted, names):
                continue
            kept.add(id(statement))
            if isinstance(statement, Function):
                wanted.add(statement.name)
            for node in (statement, *headers):
                wanted |= set(tokens(node, ignored))
        if len(kept) == before:
            return _pruned(body, kept)


def _simple(
    body: Iterable[ast.stmt], headers: tuple[ast.expr, ...] = ()
) -> Iterator[tuple[ast.stmt, tuple[ast.expr, ...]]]:
    for statement in body:
        if isinstance(statement, ast.For):
            yield from _simple(statement.body, (*headers, statement.iter))
        else:
            yield statement, headers


def _needed(statement: ast.stmt, wanted: set[str], helpers: set[str]) -> bool:
    if isinstance(statement, ast.Assign):
        return any(name in wanted for target in statement.targets for name in bound(target))
    if isinstance(statement, (ast.AnnAssign, ast.AugAssign)):
        return any(name in wanted for name in bound(statement.target))
    if isinstance(statement, Function):
        return statement.name in wanted or any(
            _needed(inner, wanted, helpers)
            for inner in ast.walk(statement)
            if isinstance(inner, ast.Expr)
        )
    if isinstance(statement, ast.Expr):
        return _changes(statement, wanted) or _calls_with(statement, wanted, helpers)
    return False


def _changes(statement: ast.Expr, wanted: Container[str] | None) -> bool:
    """Is this a yield, or a call that changes one of ``wanted`` (None: any)?"""
    value = statement.value
    if isinstance(value, (ast.Yield, ast.YieldFrom)):
        return True
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Attribute):
        if value.func.attr in MUTATORS:
            chain = dotted(value.func.value)
            return chain is not None and (wanted is None or chain in wanted)
    return False


def _calls_with(statement: ast.Expr, wanted: Container[str], helpers: Container[str]) -> bool:
    """Is this a call of a helper, for what it does to one of ``wanted``?"""
    value = statement.value
    if not isinstance(value, ast.Call):
        return False
    name = dotted(value.func)
    if name is None:
        return False
    given = [*value.args, *(keyword.value for keyword in value.keywords)]
    hands_over = any(dotted(argument) in wanted for argument in given)
    return name in wanted or (name in helpers and hands_over)


def _pruned(body: Iterable[ast.stmt], kept: Container[int]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.For):
            inside = _pruned(statement.body, kept)
            if inside:
                loop = ast.For(statement.target, statement.iter, inside, [])
                found.append(ast.copy_location(loop, statement))
        elif id(statement) in kept:
            if isinstance(statement, ast.While):
                raise CannotCutError(f"the loop in line {statement.lineno} may not end")
            found.append(statement)
    return found


def _helpers(
    fault: OrderFault, module: Module, scope: Scope, owner: ast.ClassDef | None, arms: Arms
) -> tuple[tuple[str, ast.FunctionDef], ...]:
    """Return the functions outside of ``scope`` in which pairs of the collection stand."""
    found: dict[str, Function] = {}
    for name, function in module.functions.items():
        if function is not scope and arms._holds([function], arms.pairs):
            found[name] = function
    for one in module.lineage(owner):
        for statement in one.body:
            if isinstance(statement, Function) and statement is not scope:
                if arms._holds([statement], arms.pairs | arms.must):
                    found.setdefault(f"self.{statement.name}", statement)
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


def _stores(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id


def _settled(test: ast.expr, taken: bool) -> Iterator[tuple[str, object]]:
    """Yield what must hold for a test to come out as ``taken``, where that is plain."""
    match test:
        case ast.Name() | ast.Attribute():
            yield ast.unparse(test), taken
        case ast.UnaryOp(op=ast.Not()):
            yield from _settled(test.operand, not taken)
        case ast.BoolOp(op=ast.And()) if taken:
            for part in test.values:
                yield from _settled(part, taken)
        case ast.BoolOp(op=ast.Or()) if not taken:
            for part in test.values:
                yield from _settled(part, taken)
        case ast.Compare(
            left=ast.Name() | ast.Attribute(),
            ops=[ast.Eq() | ast.Is()],
            comparators=[ast.Constant(value=str() | bool() as value)],
        ):
            if taken:
                yield ast.unparse(test.left), value
            elif isinstance(value, bool):
                yield ast.unparse(test.left), not value


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], LEAVES)


def _asks_for_kind(test: ast.expr) -> bool:
    """Does a test ask what kind of thing it was given? The stand-ins are of the right kind."""
    for node in ast.walk(test):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            if node.func.id in ("hasattr", "getattr", "isinstance", "callable", "type", "len"):
                return True
    return isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not)
