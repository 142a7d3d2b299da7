"""Attributes and items: what stands under a name, an index or a key, and what enters there."""

from __future__ import annotations

import ast

from flake8_theano_updates.interpreter.evaluator import Evaluator
from flake8_theano_updates.interpreter.functions import Class
from flake8_theano_updates.interpreter.names import SHARED, STATIC_ATTRIBUTES, VIEWS
from flake8_theano_updates.values import Container, Term, Use, Value, dotted, meet, original

# What stands for one key in a mapping as long as it is the same object.
KEYS = frozenset({"const", "name", "elem", "attr", "call", "index", "text"})


class Lookups:
    """Evaluates attributes and subscripts for an `Evaluator`."""

    def __init__(self, expressions: Evaluator) -> None:
        self.expressions = expressions
        self.state = expressions.state

    def store(self, target: ast.Subscript, use: Use) -> None:
        """Let ``target`` hold what ``use`` took, where it is a key of a mapping."""
        value = original(self.expressions.use(target.value).value)
        # A mapping from elsewhere becomes known.
        known = isinstance(value, Container)
        container = value if known else self.adopt(target.value, "mapping", value)
        if isinstance(container, Container) and container.kind == "mapping":
            self.state.enter(container, use, self.expressions.use(target.slice), self.state.begun)

    def adopt(self, node: ast.expr, kind: str, value: Value) -> Container | None:
        """Make a container of what ``node`` names, now that the code treats it as one."""
        name = dotted(node)
        if name is None or (isinstance(value, Term) and value.op == "import"):
            return None
        state = self.state
        container = state.container(kind, node, state.tick())
        container.depth = 0
        container.rest.append(state.use(value, node))
        container.names.append(name.rpartition(".")[2])
        container.expression = node
        container.named = state.tick()
        state.environment.own[name] = container
        return container

    def attribute(self, node: ast.Attribute) -> Value:
        """Evaluate ``x.y``."""
        name = dotted(node)
        known = self.state.environment.get(name) if name is not None else None
        if known is not None:
            return known
        base = self.expressions.use(node.value)
        value = original(base.value)
        if isinstance(value, Term) and value.op == "import":
            return Term(
                "import", f"{value.label}.{node.attr}", (), ("import", value.label, node.attr)
            )
        if (kept := self._of_class(node, value)) is not None:
            return kept
        if node.attr in STATIC_ATTRIBUTES:
            return self.state.made("static", node.attr, (base,))
        if node.attr in VIEWS:
            return self.state.made("view", node.attr, (base,))
        return Term("attr", node.attr, (base,), ("attr", node.attr, value.identity))

    def _of_class(self, node: ast.Attribute, value: Value) -> Value | None:
        """Return what the body of a class has bound, asked for by its name or as ``cls.x``."""
        owner = value.label if isinstance(value, Term) else None
        if isinstance(node.value, ast.Name) and node.value.id == "cls":
            owner = self.state.owner
        if not isinstance(owner, Class):
            return None
        return next(
            (one.attributes[node.attr] for one in owner.lineage() if node.attr in one.attributes),
            None,
        )

    def subscript(self, node: ast.Subscript) -> Value:
        """Evaluate ``x[i]``."""
        base = self.expressions.use(node.value)
        index = self.expressions.use(node.slice)
        value = original(base.value)
        key = original(index.value)
        if isinstance(value, Container):
            found = self.lookup(value, key)
            if found is not None:
                return found
            if value.kind == "mapping" and (kept := _variable_of_each(value, key)) is not None:
                return kept
            if value.kind == "mapping":
                return self.state.made("registered", None, (index,))
        if isinstance(node.slice, ast.Slice):
            whole = node.slice.lower is None and node.slice.upper is None
            if isinstance(value, Container):
                return value if whole else self.state.made("opaque", "slice", (base,))
            return self.state.made("view" if whole else "slice", "[:]", (base, index))
        if isinstance(key, Term) and key.op == "elem" and key.identity == ("elem", ("index",)):
            return self.state.element(base)
        if isinstance(key, Term) and key.op in KEYS:
            if key.op == "index":
                return self.state.element(base)
            return Term("item", None, (base, index), ("item", value.identity, key.identity))
        return self.state.made("item", None, (base, index))

    def lookup(self, container: Container, key: Value) -> Value | None:
        """Return what stands under ``key``, or None where that is not known."""
        container.looked_at.append((self.state.tick(), key.identity))
        if container.kind == "mapping":
            for entry in reversed(container.entries):
                if entry.key is not None and original(entry.key.value).identity == key.identity:
                    if meet(entry.path, self.state.path):
                        return entry.value.value
            return None
        if isinstance(key, Term) and key.op == "const" and isinstance(key.label, int):
            if container.rest or any(entry.many for entry in container.entries):
                return None
            if -len(container.entries) <= key.label < len(container.entries):
                return container.entries[key.label].value.value
        return None


def _variable_of_each(mapping: Container, key: Value) -> Value | None:
    """Return the variable that a mapping was made with for each key, whichever loop asks for it."""
    entry = mapping.entries[0] if len(mapping.entries) == 1 and not mapping.rest else None
    if entry is None or not entry.many or not isinstance(key, Term) or key.op != "elem":
        return None
    value = original(entry.value.value)
    made = isinstance(value, Term) and value.op == "call" and SHARED.search(str(value.label))
    return value if made else None
