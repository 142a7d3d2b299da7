"""Methods of lists and dicts that fill or read a collection."""

from __future__ import annotations

import ast
from collections.abc import Callable

from flake8_theano_updates.interpreter.branches import either
from flake8_theano_updates.interpreter.builders import Builders
from flake8_theano_updates.interpreter.lookups import Lookups
from flake8_theano_updates.values import Container, Value, original


class Methods:
    """Evaluates calls of the methods of known containers."""

    def __init__(self, builders: Builders) -> None:
        self.builders = builders
        self.expressions = builders.expressions
        self.state = builders.state
        self.lookups = Lookups(self.expressions)
        self._methods: dict[str, Callable[[Container, ast.Call], Value | None]] = {
            "append": self._append,
            "extend": self._extend,
            "insert": self._insert,
            "add": self._append,
            "copy": self._copy,
        }
        self._methods_of_mappings: dict[str, Callable[[Container, ast.Call], Value | None]] = {
            "update": self._update,
            **dict.fromkeys(("get", "pop"), self._get),
            "setdefault": self._setdefault,
            **dict.fromkeys(("items", "iteritems"), builders.items),
            **dict.fromkeys(("values", "itervalues"), builders.values),
            **dict.fromkeys(("keys", "iterkeys"), builders.keys),
        }

    def call(self, name: str, container: Container, node: ast.Call) -> Value | None:
        """Return what the method returns, or None where it is not one of these."""
        method = self._methods.get(name)
        if method is None and container.kind == "mapping":
            method = self._methods_of_mappings.get(name)
        if method is None or any(isinstance(arg, ast.Starred) for arg in node.args):
            return None
        return method(container, node)

    def _append(self, container: Container, node: ast.Call) -> Value | None:
        if len(node.args) != 1:
            return None
        self.state.enter(container, self.expressions.use(node.args[0]), None, self.state.begun)
        return self.state.made("opaque", "append")

    def _insert(self, container: Container, node: ast.Call) -> Value | None:
        """An element that enters in front stands in front in the collection."""
        if len(node.args) != 2:
            return None
        self.state.enter(container, self.expressions.use(node.args[1]), None, self.state.begun)
        front = node.args[0]
        if isinstance(front, ast.Constant) and front.value == 0:
            container.entries.insert(0, container.entries.pop())
        return self.state.made("opaque", "insert")

    def _extend(self, container: Container, node: ast.Call) -> Value | None:
        if len(node.args) != 1:
            return None
        self.state.join(container, self.expressions.use(node.args[0]))
        return self.state.made("opaque", "extend")

    def _update(self, container: Container, node: ast.Call) -> Value | None:
        self.builders.fill_mapping(container, node)
        return self.state.made("opaque", "update")

    def _get(self, container: Container, node: ast.Call) -> Value | None:
        if not node.args:
            return None
        uses = self.expressions.uses(list(node.args))
        found = self.lookups.lookup(container, original(uses[0].value))
        if found is None and len(uses) > 1 and not container.rest:
            return uses[1].value
        if found is None or len(uses) < 2 or found is uses[1].value:
            return found
        return either(self.state, self.state.use(found, node), uses[1], node)

    def _setdefault(self, container: Container, node: ast.Call) -> Value | None:
        """What is not there yet enters."""
        if len(node.args) != 2:
            return None
        begun = self.state.begun
        key, value = self.expressions.uses(list(node.args))
        found = self.lookups.lookup(container, original(key.value))
        if found is not None:
            return found
        self.state.enter(container, value, key, begun)
        return value.value

    def _copy(self, container: Container, node: ast.Call) -> Value | None:
        made = self.builders.empty(container.kind, node)
        self.state.join(made, self.state.use(container, node))
        return made


def filled_by(node: ast.Call, method: str) -> str | None:
    """Return what kind of container a value must be whose ``method`` takes a pair or pairs."""
    if method == "setdefault" and len(node.args) == 2:
        return "mapping"
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
