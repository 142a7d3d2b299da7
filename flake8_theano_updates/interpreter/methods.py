"""Methods of lists and dicts that fill or read a collection."""

from __future__ import annotations

import ast
from collections.abc import Callable

from flake8_theano_updates.interpreter.builders import Builders
from flake8_theano_updates.values import Container, Use, Value, original


class Methods:
    """Evaluates calls of the methods of known containers."""

    def __init__(self, builders: Builders) -> None:
        self.builders = builders
        self.expressions = builders.expressions
        self.state = builders.state
        self._methods: dict[str, Callable[[Container, ast.Call], Value | None]] = {
            "append": self._append,
            "extend": self._extend,
            "insert": self._insert,
            "update": self._update,
            "add": self._append,
            "get": self._get,
            "pop": self._get,
            "copy": self._copy,
            "items": self._items,
            "iteritems": self._items,
            "values": self._values,
            "itervalues": self._values,
            "keys": self._keys,
            "iterkeys": self._keys,
        }

    def call(self, name: str, container: Container, node: ast.Call) -> Value | None:
        """Return what the method returns, or None where it is not one of these."""
        method = self._methods.get(name)
        if method is None or any(isinstance(arg, ast.Starred) for arg in node.args):
            return None
        return method(container, node)

    def _done(self, name: str) -> Value:
        return self.state.made("opaque", name)

    def _append(self, container: Container, node: ast.Call) -> Value | None:
        if len(node.args) != 1:
            return None
        self.state.enter(container, self.expressions.use(node.args[0]), None, self.state.begun)
        return self._done("append")

    def _insert(self, container: Container, node: ast.Call) -> Value | None:
        """An element that enters in front stands in front in the collection."""
        if len(node.args) != 2:
            return None
        self.state.enter(container, self.expressions.use(node.args[1]), None, self.state.begun)
        front = node.args[0]
        if isinstance(front, ast.Constant) and front.value == 0:
            container.entries.insert(0, container.entries.pop())
        return self._done("insert")

    def _extend(self, container: Container, node: ast.Call) -> Value | None:
        if len(node.args) != 1:
            return None
        self.state.join(container, self.expressions.use(node.args[0]))
        return self._done("extend")

    def _update(self, container: Container, node: ast.Call) -> Value | None:
        if container.kind != "mapping":
            return None
        self.builders.fill_mapping(container, node)
        return self._done("update")

    def _get(self, container: Container, node: ast.Call) -> Value | None:
        if container.kind != "mapping" or not node.args:
            return None
        uses = self.expressions.uses(list(node.args))
        found = self.expressions.lookup(container, original(uses[0].value))
        if found is None and len(uses) > 1 and not container.rest:
            return uses[1].value
        if found is None or len(uses) < 2 or found is uses[1].value:
            return found
        known: Use = self.state.use(found, node)
        return self.expressions.either(known, uses[1], node)

    def _copy(self, container: Container, node: ast.Call) -> Value | None:
        made = self.builders.empty(container.kind, node)
        self.state.join(made, self.state.use(container, node))
        return made

    def _items(self, container: Container, node: ast.Call) -> Value | None:
        return self.builders.items(container, node) if container.kind == "mapping" else None

    def _values(self, container: Container, node: ast.Call) -> Value | None:
        return self.builders.values(container, node) if container.kind == "mapping" else None

    def _keys(self, container: Container, node: ast.Call) -> Value | None:
        return self.builders.keys(container, node) if container.kind == "mapping" else None


def filled_by(node: ast.Call, method: str) -> str | None:
    """Return what kind of container a value must be whose ``method`` takes a pair or pairs."""
    if len(node.args) != 1 or node.keywords:
        return None
    argument = node.args[0]
    if method == "append":
        pair = isinstance(argument, (ast.Tuple, ast.List)) and len(argument.elts) == 2
        return "list" if pair or isinstance(argument, ast.Call) else None
    if method == "extend":
        return "list" if isinstance(argument, (ast.List, ast.Tuple, ast.ListComp)) else None
    if method == "update":
        return "mapping" if isinstance(argument, (ast.Dict, ast.DictComp)) else None
    return None
