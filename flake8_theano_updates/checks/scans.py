"""THU205: scans whose updates are dropped although the step has some."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator

from flake8_theano_updates.checks.suspicion import Suspicion
from flake8_theano_updates.interpreter.expressions import COMPREHENSIONS
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

_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_BLOCKS = ("body", "orelse", "finalbody", "handlers", "cases")

Block = list[ast.stmt]


def dropped_scans(scope: Interpreted) -> Iterator[Suspicion]:
    """Return the calls of scan whose second result is dropped although the step has updates."""
    for scan in scope.state.scans:
        reason = _why_updates(scope, scan.step)
        if reason is None or not _dropped(scan):
            continue
        made = scope.state.compilations
        if any(_computes(one, scan) and is_kept(scope.node, one) for one in made):
            collection = UpdateCollection(scope.node, scan.node, ())
            yield Suspicion(
                code="THU205",
                node=scan.node,
                words={"reason": reason},
                fault=PairFault(kind="dropped", pairs=(), collection=collection),
            )


def _computes(compilation: Compilation, scan: Scan) -> bool:
    """Do the results of the scan flow into what the function computes?"""
    given = (compilation.outputs, compilation.updates)
    return any(
        inner.value is scan.value for root in given if root is not None for inner in walk(root, _of)
    )


def _of(use: Use) -> Iterable[Use]:
    """Return what a value is computed from; of a call that was followed, what it returned."""
    if isinstance(use.value, Term) and use.value.op == "static":
        return  # its shape is no value
    yield from operands(use.value)
    if isinstance(use.value, Term) and use.value.called is not None and use.value.called.returned:
        yield use.value.called.returned


def is_kept(scope: ast.AST, compilation: Compilation) -> bool:
    """May a function that is compiled in ``scope`` be called again, with other numbers to come?"""
    for keyword in compilation.node.keywords:
        if keyword.arg == "no_default_updates":
            if not (isinstance(keyword.value, ast.Constant) and not keyword.value.value):
                return False
    return not _is_called_once(scope, compilation.node)


def _is_called_once(scope: ast.AST, compiled: ast.Call) -> bool:
    """Is the function called where it is made, or once by a name that nothing else uses?"""
    name = None
    for node in ast.walk(scope):
        if isinstance(node, ast.Call) and node.func is compiled:
            return True
        if isinstance(node, ast.Expr) and node.value is compiled:
            return True  # nobody has it
        if isinstance(node, ast.Assign) and node.value is compiled and len(node.targets) == 1:
            name = getattr(node.targets[0], "id", None)
    if name is None or isinstance(scope, ast.Module):
        return False  # whoever imports the module may call it
    named = [n for n in ast.walk(scope) if isinstance(n, ast.Name) and n.id == name]
    bound = [n.lineno for n in named if isinstance(n.ctx, ast.Store)]
    end = min((line for line in bound if line > compiled.lineno), default=None)
    begun = max(line for line in bound if line <= compiled.lineno)
    uses = [n for n in named if begun <= n.lineno and (end is None or n.lineno < end)]
    calls = [n for n in ast.walk(scope) if isinstance(n, ast.Call) and n.func in uses]
    in_loops = {
        id(inner)
        for loop in ast.walk(scope)
        if isinstance(loop, (*_LOOPS, *COMPREHENSIONS, *_DEFINITIONS)) and loop is not scope
        if not _holds(loop, compiled)
        for inner in ast.walk(loop)
    }
    return len(uses) == 2 and len(calls) == 1 and id(calls[0]) not in in_loops


def _dropped(scan: Scan) -> bool:
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
    return isinstance(second, ast.Name) and not _is_read_later(scan.body, statement, second.id)


def _is_read_later(scope: ast.AST, statement: ast.stmt, name: str) -> bool:
    """May the program read what ``statement`` binds to ``name``, before it is bound anew?"""
    named = [n for n in ast.walk(scope) if isinstance(n, ast.Name) and n.id == name]
    if all(isinstance(one.ctx, ast.Load) or one.lineno <= statement.lineno for one in named):
        # Nothing below binds it again.
        below = (one.lineno >= statement.lineno for one in named if isinstance(one.ctx, ast.Load))
        if any(below):
            return True
    if any(
        isinstance(node, _DEFINITIONS) and node is not scope and _reads(node, name)
        for node in ast.walk(scope)
    ):
        return True  # whenever the inner function runs
    for owner, block, index in reversed(list(_around(scope, statement))):
        after = block[index + 1 :]
        if isinstance(owner, _LOOPS):
            after = after + block[:index]  # in the next turn
        for later in after:
            if _reads(later, name):
                return True
            if _binds(later, name):
                return False
    return False


def _around(scope: ast.AST, statement: ast.stmt) -> Iterator[tuple[ast.AST, Block, int]]:
    """Return the blocks around a statement, each with its owner and the place in it."""
    owner = scope
    while owner is not statement:
        for block in _blocks(owner):
            index = next((i for i, one in enumerate(block) if _holds(one, statement)), None)
            if index is not None:
                yield owner, block, index
                owner = block[index]
                break
        else:
            return


def _blocks(owner: ast.AST) -> Iterator[Block]:
    for field in _BLOCKS:
        for part in (block := getattr(owner, field, None) or []):
            if not isinstance(part, ast.stmt):  # a handler, a case
                yield part.body
        if block and isinstance(block[0], ast.stmt):
            yield block


def _holds(node: ast.AST, inner: ast.AST) -> bool:
    return any(child is inner for child in ast.walk(node))


def _reads(node: ast.AST, name: str) -> bool:
    return any(
        (isinstance(child, ast.Name) and child.id == name and isinstance(child.ctx, ast.Load))
        or (isinstance(child, ast.AugAssign) and getattr(child.target, "id", "") == name)
        for child in ast.walk(node)
    )


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
