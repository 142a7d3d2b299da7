"""Calls: what building, filling and compiling a collection looks like."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from flake8_theano_updates.interpreter.names import (
    BACKENDS,
    COMPILERS,
    GRADIENTS,
    MAPPING_MAKERS,
    RANGES,
    SEQUENCE_COPIES,
    STATIC_ATTRIBUTES,
    STATIC_FUNCTIONS,
    UPDATES_POSITION,
    VIEWS,
    ZIPS,
)
from flake8_theano_updates.interpreter.state import dotted
from flake8_theano_updates.interpreter.values import Container, Term, Use, Value, original

if TYPE_CHECKING:
    from flake8_theano_updates.interpreter.expressions import Expressions


class Calls:
    """Evaluates calls for `Expressions`."""

    def __init__(self, expressions: Expressions) -> None:
        self.expressions = expressions
        self.state = expressions.state
        self._builders: dict[str, Callable[[ast.Call], Value | None]] = {
            **dict.fromkeys(SEQUENCE_COPIES, self._copy),
            **dict.fromkeys(MAPPING_MAKERS, self._mapping),
            **dict.fromkeys(ZIPS, self._zip),
            **dict.fromkeys(RANGES, self._range),
            "enumerate": self._enumerate,
        }
        self._methods: dict[str, Callable[[Container, ast.Call], Value | None]] = {
            "append": self._append,
            "extend": self._extend,
            "update": self._update,
            "items": self._items,
            "iteritems": self._items,
            "values": self._values,
            "itervalues": self._values,
            "keys": self._keys,
            "iterkeys": self._keys,
            "get": self._get,
            "copy": self._same,
        }

    def call(self, node: ast.Call) -> Value:
        """Evaluate a call."""
        function = node.func
        if isinstance(function, ast.Attribute):
            receiver = self.expressions.use(function.value)
            value = original(receiver.value)
            known = self.state.environment.get(dotted(function) or "")
            if isinstance(known, Term) and known.op == "import":
                return self._function(node, str(known.label), None)
            if isinstance(value, Term) and value.op == "import":
                return self._function(node, f"{value.label}.{function.attr}", None)
            return self._method(node, function, receiver)
        if isinstance(function, ast.Name):
            known = self.state.environment.get(function.id)
            if isinstance(known, Term) and known.op == "import":
                return self._function(node, str(known.label), None)
            return self._function(node, function.id, None)
        return self._function(node, "", self.expressions.use(function))

    def _method(self, node: ast.Call, function: ast.Attribute, receiver: Use) -> Value:
        value = original(receiver.value)
        method = self._methods.get(function.attr)
        if isinstance(value, Container) and method is not None:
            result = method(value, node)
            if result is not None:
                return result
        elif isinstance(value, Term):
            kind = _filled_by(node, function.attr)
            if kind is not None and method is not None:
                container = self.expressions.adopt(function.value, kind, value)
                if container is not None:
                    result = method(container, node)
                    if result is not None:
                        return result
            elif function.attr in ("items", "iteritems") and not node.args:
                return self._opaque_items(node, receiver)
            elif function.attr in STATIC_ATTRIBUTES:
                self.state.inspected.add(value.identity)
        return self._function(node, function.attr, receiver)

    def _function(self, node: ast.Call, name: str, receiver: Use | None) -> Value:
        last = name.rpartition(".")[2]
        builder = self._builders.get(last) if receiver is None else None
        if builder is not None:
            built = builder(node)
            if built is not None:
                return built
        arguments = self.expressions.uses(
            [arg.value if isinstance(arg, ast.Starred) else arg for arg in node.args]
        )
        keywords = {key.arg: self.expressions.use(key.value) for key in node.keywords}
        self._compiles(node, name, arguments, keywords.get("updates"))
        uses = ((receiver,) if receiver is not None else ()) + arguments + tuple(keywords.values())
        if last in GRADIENTS:
            self._differentiates(arguments, keywords.get("wrt"))
            return self.state.made("grad", last, uses)
        if last in STATIC_FUNCTIONS or last in STATIC_ATTRIBUTES:
            for use in uses:
                self.state.inspected.add(original(use.value).identity)
            return self.state.made("static", last, uses)
        if last in VIEWS:
            return self.state.made("view", last, uses)
        return self.state.made("call", last, uses)

    def _compiles(
        self, node: ast.Call, name: str, arguments: tuple[Use, ...], updates: Use | None
    ) -> None:
        """Mark the collection that a compile call, or any ``updates=``, receives."""
        root, _, last = name.rpartition(".")
        if updates is None and last in COMPILERS and len(arguments) > UPDATES_POSITION:
            if any(backend in root for backend in BACKENDS):
                updates = arguments[UPDATES_POSITION]
        if updates is None:
            return
        collection = original(updates.value)
        if isinstance(collection, Container):
            collection.compiled = True
            collection.expression = collection.expression or updates.node
            if collection.expression is updates.node:
                collection.last = self.state.statement

    def _differentiates(self, arguments: tuple[Use, ...], wrt: Use | None) -> None:
        if wrt is None and len(arguments) > 1:
            wrt = arguments[1]
        if wrt is not None:
            self.state.differentiated.add(original(wrt.value).identity)
            self.state.differentiated.add(self.state.element(wrt).identity)

    def _single(self, node: ast.Call) -> Use | None:
        if len(node.args) != 1 or isinstance(node.args[0], ast.Starred):
            return None
        return self.expressions.use(node.args[0])

    def _copy(self, node: ast.Call) -> Value | None:
        if not node.args and not node.keywords:
            return self._empty("list", node)
        if len(node.args) != 1:
            return None
        begun = self.state.tick()
        source = self._single(node)
        if source is None:
            return None
        value = original(source.value)
        if isinstance(value, Term):
            return value if value.op != "call" else None
        made = self.state.container("list", node, begun)
        if value.kind == "mapping":
            return self._keys(value, node)
        self.state.join(made, source)
        made.ended = self.state.tick()
        return made

    def _empty(self, kind: str, node: ast.Call) -> Container:
        made = self.state.container(kind, node, self.state.tick())
        made.ended = self.state.tick()
        return made

    def _mapping(self, node: ast.Call) -> Value | None:
        made = self._empty("mapping", node)
        self._update(made, node)
        made.ended = self.state.tick()
        return made

    def _zip(self, node: ast.Call) -> Value | None:
        if any(isinstance(arg, ast.Starred) for arg in node.args) or node.keywords:
            return None
        sources = self.expressions.uses(list(node.args))
        made = self._empty("list", node)
        with self.state.loop(None):
            parts = [
                self.state.use(self.state.element(source), source.node) for source in sources
            ]
            self._enter_tuple(made, parts, node)
        return made

    def _enter_tuple(self, made: Container, parts: list[Use], node: ast.Call) -> None:
        item = self._empty("tuple", node)
        for part in parts:
            self.state.enter(item, part, None, part.moment)
        item.ended = self.state.tick()
        self.state.enter(made, self.state.use(item, node), None, item.begun)

    def _range(self, node: ast.Call) -> Value | None:
        bounds = self.expressions.uses([arg for arg in node.args if not isinstance(arg, ast.Starred)])
        return self.state.made("call", "range", bounds)

    def _enumerate(self, node: ast.Call) -> Value | None:
        if not node.args:
            return None
        source = self.expressions.use(node.args[0])
        made = self._empty("list", node)
        with self.state.loop(None):
            index = Term("index", None, (), ("index", original(source.value).identity))
            element = self.state.use(self.state.element(source), source.node)
            self._enter_tuple(made, [self.state.use(index, node), element], node)
        return made

    def _append(self, container: Container, node: ast.Call) -> Value | None:
        use = self._single(node)
        if use is None:
            return None
        self.state.enter(container, use, None, self.state.begun)
        return self.state.made("opaque", "append")

    def _extend(self, container: Container, node: ast.Call) -> Value | None:
        use = self._single(node)
        if use is None:
            return None
        self.state.join(container, use)
        return self.state.made("opaque", "extend")

    def _update(self, container: Container, node: ast.Call) -> Value | None:
        """Let the pairs and keywords of ``dict(...)`` or ``d.update(...)`` enter."""
        if container.kind != "mapping":
            return None
        for argument in node.args:
            source = self.expressions.use(argument)
            value = original(source.value)
            if isinstance(value, Container) and value.kind != "mapping":
                self._enter_pairs(container, value)
            else:
                self.state.join(container, source)
        for keyword in node.keywords:
            self.expressions.use(keyword.value)
        return self.state.made("opaque", "update")

    def _enter_pairs(self, container: Container, pairs: Container) -> None:
        """Let a sequence of pairs enter a mapping; each stays a pair where it was written."""
        container.rest.extend(pairs.rest)
        container.last = self.state.statement
        for entry in pairs.entries:
            container.entries.append(entry)

    def _items(self, container: Container, node: ast.Call) -> Value | None:
        if container.kind != "mapping":
            return None
        made = self._empty("list", node)
        with self.state.loop(None):
            if len(container.entries) == 1 and container.entries[0].key is not None:
                entry = container.entries[0]
                parts = [entry.key, entry.value]
            else:
                use = self.state.use(container, node)
                key = Term("elem", None, (use,), ("elem", container.identity))
                value = Term("item", None, (use,), ("item", container.identity, key.identity))
                parts = [self.state.use(key, node), self.state.use(value, node)]
            self._enter_tuple(made, [part for part in parts if part is not None], node)
        return made

    def _opaque_items(self, node: ast.Call, receiver: Use) -> Value:
        made = self._empty("list", node)
        with self.state.loop(None):
            key = self.state.element(receiver)
            base = original(receiver.value).identity
            value = Term("item", None, (receiver,), ("item", base, key.identity))
            self._enter_tuple(
                made, [self.state.use(key, node), self.state.use(value, node)], node
            )
        return made

    def _values(self, container: Container, node: ast.Call) -> Value | None:
        if container.kind != "mapping":
            return None
        made = self._empty("list", node)
        for entry in container.entries:
            with self.state.loop(None):
                self.state.enter(made, entry.value, None, entry.begun)
        return made

    def _keys(self, container: Container, node: ast.Call) -> Value | None:
        if container.kind != "mapping":
            return None
        made = self._empty("list", node)
        for entry in container.entries:
            if entry.key is not None:
                with self.state.loop(None):
                    self.state.enter(made, entry.key, None, entry.begun)
        return made

    def _get(self, container: Container, node: ast.Call) -> Value | None:
        if container.kind != "mapping" or not node.args:
            return None
        key = original(self.expressions.use(node.args[0]).value)
        for entry in reversed(container.entries):
            if entry.key is not None and original(entry.key.value).identity == key.identity:
                return entry.value.value
        return None

    def _same(self, container: Container, node: ast.Call) -> Value | None:
        made = self._empty(container.kind, node)
        self.state.join(made, self.state.use(container, node))
        return made


def _filled_by(node: ast.Call, method: str) -> str | None:
    """Return what kind of container a value must be whose ``method`` takes a pair."""
    if len(node.args) != 1 or node.keywords:
        return None
    argument = node.args[0]
    if method == "append":
        pair = isinstance(argument, (ast.Tuple, ast.List)) and len(argument.elts) == 2
        return "list" if pair else None
    if method == "extend":
        return "list" if isinstance(argument, (ast.List, ast.Tuple, ast.ListComp)) else None
    if method == "update":
        return "mapping" if isinstance(argument, (ast.Dict, ast.DictComp)) else None
    return None
