"""Mutants: programs in which one use of a new value became a use of the shared variable.

The registrations are found by their syntax alone, without the interpreter that is
under test: ``updates.append((v, new_v))``, ``updates[v] = new_v``, ``yield v, new_v``
and ``(v, new_v)`` in a list, a tuple or a call.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

# To write the new velocity out is classical momentum, which is right beside Nesterov's too.
# With x = mu * velocity + updates[param] - param as the new velocity, the mutant
# mu * velocity + updates[param] is param + x: classical momentum, and right.
EQUIVALENT = {
    ("branches", "updates.append((w, w + mu * speed - lr * g))"),
    ("nesterov", "updates.append((param, param + mu * velocity - lr * grad))"),
    ("nesterov", "yield param, param + mu * velocity - lr * grad"),
    ("nesterov", "updates[param] = mu * velocity + updates[param]"),
}


@dataclass(frozen=True)
class Mutant:
    """A program with one use replaced.

    Args:
        source: the mutated program.
        line: the line of the replaced use.
        name: the name of the new value that stood there.
        variable: what stands there now.
    """

    source: str
    line: int
    name: str
    variable: str


def is_right(name: str, mutant: Mutant) -> bool:
    """Is the mutant of a clean fixture another algorithm, and right?"""
    return (name, mutant.source.splitlines()[mutant.line - 1].strip()) in EQUIVALENT


def mutants(source: str) -> Iterator[Mutant]:
    """Replace each use of a new value that comes after its registration, one at a time."""
    tree = ast.parse(source)
    for function in ast.walk(tree):
        if not isinstance(function, (ast.FunctionDef, ast.Module)):
            continue
        own = list(_own_nodes(function))
        registrations = [r for node in own for r in _registrations(node)]
        for target, name in registrations:
            for use in own:
                if isinstance(use, ast.Name) and isinstance(use.ctx, ast.Load):
                    if (
                        use.id == name.id
                        and _assigned(own, name)
                        and _after(use, name)
                        and not _stored(use, registrations)
                    ):
                        if not _rebound(own, name, use) and not _exclusive(function, name, use):
                            yield _mutant(source, target, use)


def _own_nodes(function: ast.AST) -> Iterator[ast.AST]:
    """Visit the nodes of a scope without those of the scopes in it."""
    waiting = list(ast.iter_child_nodes(function))
    while waiting:
        node = waiting.pop(0)
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.Lambda)):
            waiting.extend(ast.iter_child_nodes(node))


def _registrations(node: ast.AST) -> Iterator[tuple[ast.expr, ast.Name]]:
    """Return the pairs (target, name of its new value) that ``node`` registers."""
    pairs: list[ast.expr] = []
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        if node.func.attr == "append":
            pairs = node.args
        elif node.func.attr == "update" and len(node.args) == 2:
            pairs = [ast.Tuple(node.args, ast.Load())]
    elif isinstance(node, ast.Yield) and node.value is not None:
        pairs = [node.value]
    elif isinstance(node, (ast.Return, ast.Assign, ast.keyword)):
        listed = node.value
        if isinstance(listed, ast.List):
            pairs = listed.elts
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
            if ast.unparse(node.targets[0].value).rpartition(".")[2] == "updates":
                pairs = [ast.Tuple([node.targets[0].slice, node.value], ast.Load())]
    for pair in pairs:
        if isinstance(pair, ast.Tuple) and len(pair.elts) == 2:
            target, name = pair.elts
            if isinstance(name, ast.Name) and isinstance(
                target, (ast.Name, ast.Attribute, ast.Subscript)
            ):
                yield target, name


def _after(use: ast.Name, name: ast.Name) -> bool:
    return (use.lineno, use.col_offset) > (name.lineno, name.col_offset)


def _stored(use: ast.Name, registrations: list[tuple[ast.expr, ast.Name]]) -> bool:
    return any(use is name for _, name in registrations)


def _assigned(own: list[ast.AST], name: ast.Name) -> bool:
    """Is the name bound by an assignment, rather than handed over by a loop?"""
    return any(
        isinstance(node, ast.Assign)
        and any(isinstance(t, ast.Name) and t.id == name.id for t in node.targets)
        for node in own
    )


def _rebound(own: list[ast.AST], name: ast.Name, use: ast.Name) -> bool:
    """Does the name hold something else by the time of the use?"""
    return any(
        isinstance(node, ast.Name)
        and node.id == name.id
        and isinstance(node.ctx, ast.Store)
        and _after(node, name)
        and _after(use, node)
        for node in own
    )


def _exclusive(function: ast.AST, name: ast.Name, use: ast.Name) -> bool:
    """Do the two stand in different arms of one branch?"""
    for node in ast.walk(function):
        if isinstance(node, ast.If):
            body = {id(child) for part in node.body for child in ast.walk(part)}
            orelse = {id(child) for part in node.orelse for child in ast.walk(part)}
            if id(name) in body and id(use) in orelse:
                return True
    return False


def _mutant(source: str, target: ast.expr, use: ast.Name) -> Mutant:
    lines = source.splitlines(keepends=True)
    line = lines[use.lineno - 1].encode()
    variable = ast.unparse(target)
    changed = line[: use.col_offset] + variable.encode() + line[use.end_col_offset :]
    lines[use.lineno - 1] = changed.decode()
    return Mutant("".join(lines), use.lineno, use.id, variable)
