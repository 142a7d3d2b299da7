"""Which way a cut goes at each branch."""

from __future__ import annotations

import ast
from collections.abc import Container, Iterable, Iterator, Sequence

from flake8_theano_updates.model import Fault
from flake8_theano_updates.runtime.module import Function
from flake8_theano_updates.runtime.statements import clean

LEAVES = (ast.Return, ast.Raise, ast.Continue, ast.Break)


class Arms:
    """Which way a cut goes at each branch.

    Args:
        fault: decides where it names an arm or stands in one.

    Attributes:
        settled: what the tests passed so far compare with a constant: name to value.
    """

    def __init__(self, fault: Fault) -> None:
        self._given = {id(statement): name for statement, name in fault.arms}
        self.must = {id(node) for node in fault.reads}
        self.must |= {id(node) for pair in fault.pairs for node in (pair.target, pair.value)}
        self.pairs = {
            id(node)
            for pair in fault.collection.registrations
            for node in (pair.target, pair.value)
        }
        self._lines = {pair.target.lineno for pair in fault.collection.registrations}
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

    def holds_pairs(self, function: Function) -> bool:
        """Do pairs of the collection stand in a function?"""
        end = function.end_lineno or function.lineno
        # Lines are fewer than nodes, and most functions have nothing to do with a fault.
        near = any(function.lineno <= line <= end for line in self._lines)
        return near and self._holds([function], self.pairs)

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
