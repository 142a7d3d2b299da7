"""THU205: scans whose updates are dropped although the step has some."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator

from flake8_theano_updates.checks.suspicion import Suspicion
from flake8_theano_updates.checks.written import LOOPS, Written, read_by
from flake8_theano_updates.interpreter.functions import Closure
from flake8_theano_updates.interpreter.names import DRAWS, RANDOM
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.model import PairFault, UpdateCollection
from flake8_theano_updates.values import (
    Compilation,
    Scan,
    Term,
    Use,
    dotted,
    operands,
    walk,
)


def dropped_scans(scope: Interpreted, written: Written) -> Iterator[Suspicion]:
    """Return the calls of scan whose second result is dropped although the step has updates.

    Args:
        written: the syntax tree of the scope.
    """
    bodies: dict[ast.AST, Written] = {scope.node: written}
    kept: set[int] | None = None
    for scan in scope.state.scans:
        reason = _why_updates(scope, scan.step)
        body = bodies.setdefault(scan.body, Written(scan.body))
        if reason is None or not _dropped(scan, body):
            continue
        if kept is None:
            kept = set(_kept(scope, written))
        if id(scan.value) in kept:
            collection = UpdateCollection(scope.node, scan.node, ())
            yield Suspicion(
                code="THU205",
                node=scan.node,
                words={"reason": reason},
                fault=PairFault(kind="dropped", pairs=(), collection=collection),
            )


def _kept(scope: Interpreted, written: Written) -> Iterator[int]:
    """Return the ids of all that flows into what functions compute that may be called again."""
    for compilation in scope.state.compilations:
        if is_kept(written, compilation):
            for root in (compilation.outputs, compilation.updates):
                if root is not None:
                    yield from (id(inner.value) for inner in walk(root, _of))


def _of(use: Use) -> Iterable[Use]:
    """Return what a value is computed from; of a call that was followed, what it returned."""
    if isinstance(use.value, Term) and use.value.op == "static":
        return  # its shape is no value
    yield from operands(use.value)
    if isinstance(use.value, Term) and use.value.called is not None and use.value.called.returned:
        yield use.value.called.returned


def is_kept(written: Written, compilation: Compilation) -> bool:
    """May a function that is compiled there be called again, with other numbers to come?"""
    for keyword in compilation.node.keywords:
        if keyword.arg == "no_default_updates":
            if not (isinstance(keyword.value, ast.Constant) and not keyword.value.value):
                return False
    return not _is_called_once(written, compilation.node)


def _is_called_once(written: Written, compiled: ast.Call) -> bool:
    """Is the function called where it is made, or once by a name that nothing else uses?"""
    if id(compiled) in written.called or id(compiled) in written.dropped:
        return True
    name = written.name_of.get(id(compiled))
    if name is None or isinstance(written.scope, ast.Module):
        return False  # whoever imports the module may call it
    bound = [one.lineno for one in written.names[name] if isinstance(one.ctx, ast.Store)]
    begun = max(line for line in bound if line <= compiled.lineno)
    ended = min((line for line in bound if line > compiled.lineno), default=math.inf)
    uses = [one for one in written.names[name] if begun <= one.lineno < ended]
    calls = [written.called[id(use)] for use in uses if id(use) in written.called]
    if len(uses) != 2 or len(calls) != 1:
        return False
    return written.repeating[id(calls[0])] <= written.repeating[id(compiled)]


def _dropped(scan: Scan, body: Written) -> bool:
    """Does the second result of this scan go nowhere?"""
    statement = scan.statement
    for child in ast.walk(statement):
        if isinstance(child, ast.Subscript) and child.value is scan.node:
            return isinstance(child.slice, ast.Constant) and child.slice.value == 0
    if not isinstance(statement, ast.Assign) or statement.value is not scan.node:
        return False
    target = statement.targets[0]
    if not isinstance(target, (ast.Tuple, ast.List)) or len(target.elts) != 2:
        return False
    second = target.elts[1]
    return isinstance(second, ast.Name) and not _is_read_later(body, statement, second.id)


def _is_read_later(body: Written, statement: ast.stmt, name: str) -> bool:
    """May the program read what ``statement`` binds to ``name``, before it is bound anew?"""
    if body.bound.get(name, 0) <= statement.lineno <= body.read.get(name, 0):
        return True  # nothing below binds it again
    if name in body.read_inside:
        return True  # whenever the inner function runs
    for owner, block, index in body.around(statement):
        after = block[index + 1 :]
        if isinstance(owner, LOOPS):
            after = after + block[:index]  # in the next turn
        for later in after:
            if any(read_by(node) == name for node in ast.walk(later)):
                return True
            if _binds(later, name):
                return False
    return False


def _binds(statement: ast.stmt, name: str) -> bool:
    """Does the statement bind the name, whatever way the program takes?"""
    targets: list[ast.expr] = []
    if isinstance(statement, ast.Assign):
        targets = statement.targets
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        targets = [statement.target]
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        return any(_binds(inner, name) for inner in statement.body)
    return any(
        isinstance(child, ast.Name) and child.id == name and isinstance(child.ctx, ast.Store)
        for target in targets
        for child in ast.walk(target)
    )


def _why_updates(scope: Interpreted, step: ast.AST | None) -> str | None:
    """Return what in the step shows that scan has updates to return."""
    if step is None:
        return None
    drawing = _drawing(scope, step, set())
    if drawing is not None:
        return f"draws random numbers with {drawing}"
    for child in ast.walk(step):
        if isinstance(child, ast.Return) and child.value is not None:
            values = child.value.elts if isinstance(child.value, ast.Tuple) else [child.value]
            if any(_is_mapping(value) for value in values):
                return "returns updates"
    return None


def _drawing(scope: Interpreted, function: ast.AST, seen: set[ast.AST]) -> str | None:
    """Return the call that draws random numbers, here or in a function that this one calls."""
    seen.add(function)
    # What is unpacked as next generator and numbers comes from no stream.
    pairs = {
        id(child.value)
        for child in ast.walk(function)
        if isinstance(child, ast.Assign) and isinstance(child.targets[0], ast.Tuple)
    }
    for child in ast.walk(function):
        if not isinstance(child, ast.Call) or id(child) in pairs:
            continue
        if isinstance(child.func, ast.Attribute) and child.func.attr in DRAWS:
            if _is_stream(scope, child.func.value):
                return ast.unparse(child.func)
        called = _function_of_module(scope, child.func)
        if called is not None and called not in seen:
            drawing = _drawing(scope, called, seen)
            if drawing is not None:
                return drawing
    return None


def _function_of_module(scope: Interpreted, node: ast.expr) -> ast.AST | None:
    owner = scope.state.owner
    if isinstance(node, ast.Attribute) and owner is not None:
        method = owner.method(node.attr) if dotted(node.value) == "self" else None
        return method.node if method is not None else None
    known = scope.state.environment.get(node.id) if isinstance(node, ast.Name) else None
    closure = known.label if isinstance(known, Term) else None
    return closure.node if isinstance(closure, Closure) else None


def _is_stream(scope: Interpreted, node: ast.expr) -> bool:
    """Is this a stream of random numbers, rather than a module such as ``np.random``?"""
    name = dotted(node) or ""
    root = scope.state.environment.get(name.partition(".")[0])
    if isinstance(root, Term) and root.op == "import":
        name = str(root.label).rpartition(".")[2]
    return RANDOM.search(name) is not None


def _is_mapping(node: ast.expr) -> bool:
    """Is this a mapping of updates, with anything in it?"""
    if isinstance(node, ast.Call):
        kind = ast.unparse(node.func).rpartition(".")[2]
        return kind in ("OrderedDict", "OrderedUpdates") and bool(node.args)
    return isinstance(node, ast.Dict) and bool(node.keys)
