"""Targets that Python 3 does not take where Python 2 did.

``def f(a, (b, c))``, ``lambda (k, v): k`` and ``except E, self.error:`` receive their
value under a name of ours; the target itself becomes an assignment at the start of the
body, or a comprehension around the body of a lambda.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from flake8_theano_updates.source.rewriting import Rewrite

_BEFORE = "for "
_AFTER = " in _: pass"


@dataclass(frozen=True)
class MovedTarget:
    """A target, where it stood, and the name that stands there instead.

    Args:
        name: a name that the file does not use.
        code: the target's own text in UTF-8.
        start: where it begins in the file, in bytes.
        line: the line on which it begins, from 1.
        column: the byte column at which it begins, from 0.
        touches: whether a word stands right before it, as in ``lambda(k, v): k``.
    """

    name: str
    code: bytes
    start: int
    line: int
    column: int
    touches: bool

    @property
    def end(self) -> int:
        """Where the target ends in the file, in bytes."""
        return self.start + len(self.code)

    def holds(self, one: Rewrite) -> bool:
        """Return whether a rewrite is one of text inside the target."""
        return self.start <= one.start < self.end

    def rewrites(self) -> Iterator[Rewrite]:
        """Yield what puts the name in the target's place and keeps all line ends."""
        new = b" " * self.touches + self.name.encode()
        start = self.start
        lines = self.code.split(b"\n")
        for line in lines[:-1]:
            yield Rewrite(start, start + len(line), new + b" \\")
            new = b""
            start += len(line) + 1
        yield Rewrite(start, self.end, new)

    def node(self) -> ast.expr:
        """Return the target as it is assigned to, at its own lines and columns.

        Raises:
            SyntaxError: if Python 3 knows no such target.
        """
        loop = ast.parse(_BEFORE + self.code.decode() + _AFTER).body[0]
        assert isinstance(loop, ast.For)
        moved = self.column - len(_BEFORE)
        for node in ast.walk(loop.target):
            if isinstance(node, ast.expr):
                if node.lineno == 1:
                    node.col_offset += moved
                if node.end_lineno == 1 and node.end_col_offset is not None:
                    node.end_col_offset += moved
        ast.increment_lineno(loop.target, self.line - 1)
        return loop.target


def put_back(tree: ast.Module, moved: Sequence[MovedTarget]) -> None:
    """Assign to the targets in the bodies of the functions and handlers that lost them.

    Raises:
        SyntaxError: if Python 3 knows no such target.
    """
    if not moved:
        return
    targets = {one.name: one for one in moved}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef):
            after = 0 if ast.get_docstring(node, clean=False) is None else 1
            node.body[after:after] = _assignments(_parameters(node.args, targets))
        elif isinstance(node, ast.Lambda):
            for target in _parameters(node.args, targets):
                node.body = _with_target(node.body, target)
        elif isinstance(node, ast.ExceptHandler) and node.name in targets:
            node.body[:0] = _assignments([targets[node.name]])


def _parameters(
    arguments: ast.arguments, targets: Mapping[str, MovedTarget]
) -> Iterator[MovedTarget]:
    return (targets[one.arg] for one in arguments.args if one.arg in targets)


def _assignments(targets: Iterable[MovedTarget]) -> list[ast.stmt]:
    found: list[ast.stmt] = []
    for target in targets:
        node = target.node()
        value = ast.Name(target.name, ast.Load())
        assignment = ast.copy_location(ast.Assign([node], value), node)
        found.append(ast.fix_missing_locations(assignment))
    return found


def _with_target(body: ast.expr, target: MovedTarget) -> ast.expr:
    """Return ``[body for target in [name]][0]``: a lambda holds no assignment."""
    given = ast.List([ast.Name(target.name, ast.Load())], ast.Load())
    clause = ast.comprehension(target.node(), given, [], is_async=0)
    first = ast.Subscript(ast.ListComp(body, [clause]), ast.Constant(0), ast.Load())
    return ast.fix_missing_locations(ast.copy_location(first, body))
