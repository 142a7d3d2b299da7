"""Calls: what building, filling, following and compiling a collection looks like."""

from __future__ import annotations

import ast
from itertools import pairwise

from flake8_theano_updates.interpreter.builders import Builders
from flake8_theano_updates.interpreter.evaluator import Evaluator, is_text
from flake8_theano_updates.interpreter.functions import Class, Closure
from flake8_theano_updates.interpreter.keras import is_keras, keras_pair
from flake8_theano_updates.interpreter.lookups import Lookups
from flake8_theano_updates.interpreter.methods import Methods, filled_by
from flake8_theano_updates.interpreter.names import (
    BACKENDS,
    COMPILERS,
    GRADIENTS,
    KERAS_POSITION,
    SHARED,
    STATIC_ATTRIBUTES,
    STATIC_FUNCTIONS,
    UPDATES_POSITION,
    VIEWS,
)
from flake8_theano_updates.values import (
    Called,
    Compilation,
    Container,
    Scan,
    Term,
    Use,
    Value,
    dotted,
    original,
)

_COMPILING = (*BACKENDS, "backend")


class Calls:
    """Evaluates calls for an `Evaluator`."""

    def __init__(self, expressions: Evaluator) -> None:
        self.expressions = expressions
        self.state = expressions.state
        self.lookups = Lookups(expressions)
        self.builders = Builders(expressions)
        self.methods = Methods(self.builders)

    def call(self, node: ast.Call) -> Value:
        """Evaluate a call; a chain of methods from its first one: it may have hundreds."""
        chain = [node]
        while (inner := _called_before(chain[-1])) is not None:
            chain.append(inner)
        value = self._first(chain[-1])
        for called, following in pairwise(reversed(chain)):
            value = self._on(following, self.state.use(value, called))
        return value

    def _first(self, node: ast.Call) -> Value:
        """Evaluate a call that no other call stands before."""
        function = node.func
        known = self.state.environment.get(dotted(function) or "")
        if isinstance(known, Term) and known.op == "import":
            return self._function(node, str(known.label), None)
        if isinstance(function, ast.Attribute):
            return self._on(node, self.expressions.use(function.value))
        if isinstance(function, ast.Name):
            if isinstance(known, Term) and isinstance(known.label, Closure):
                return self._follow(node, known.label, function.id, None)
            return self._function(node, function.id, None)
        return self._function(node, "", self.expressions.use(function))

    def _on(self, node: ast.Call, receiver: Use) -> Value:
        """Evaluate the call of an attribute of ``receiver``."""
        function = node.func
        assert isinstance(function, ast.Attribute)
        value = original(receiver.value)
        if isinstance(value, Term) and value.op == "import":
            return self._function(node, f"{value.label}.{function.attr}", None)
        return self._method(node, function, receiver)

    def _follow(self, node: ast.Call, closure: Closure, name: str, receiver: Use | None) -> Value:
        """Evaluate a call of a function of this module, through its body where that helps."""
        plain = not any(isinstance(arg, ast.Starred) for arg in node.args)
        plain = plain and all(keyword.arg is not None for keyword in node.keywords)
        if plain and self.state.followed.may_enter(closure):
            arguments = list(self.expressions.uses(list(node.args)))
            keywords = {key.arg or "": self.expressions.use(key.value) for key in node.keywords}
            if receiver is not None and closure.is_method:
                arguments.insert(0, receiver)
            returned = self.expressions.go_into(closure, arguments, keywords, node)
            given = [*arguments, *keywords.values()]
            fills = any(isinstance(original(use.value), Container) for use in given)
            if returned is not None and (fills or _is_worth_knowing(returned)):
                return returned
            known = None if returned is None else self.state.use(returned, node)
            return self._function(node, name, receiver, closure, known)
        return self._function(node, name, receiver, closure)

    def _method(self, node: ast.Call, function: ast.Attribute, receiver: Use) -> Value:
        name = function.attr
        value = original(receiver.value)
        if name == "format" and is_text(value):
            return self.expressions.text(receiver, *self.expressions.uses(list(node.args)))
        if isinstance(value, Container):
            return self.methods.call(name, value, node) or self._function(node, name, receiver)
        owner = self._class_of(function.value, value)
        method = owner.method(name) if owner is not None else None
        if method is not None:
            instance = None if value.op == "class" else receiver
            return self._follow(node, method, name, instance)
        kind = filled_by(node, name)
        if kind is not None and (value.op in ("name", "attr", "call", "number", "const", "item")):
            container = self.lookups.adopt(function.value, kind, value)
            if container is not None and (filled := self.methods.call(name, container, node)):
                return filled
        elif name in ("items", "iteritems") and not node.args:
            return self.builders.items_of_unknown(receiver, node)
        return self._function(node, name, receiver)

    def _class_of(self, node: ast.expr, value: Term) -> Class | None:
        """Return the class of this module whose method a call on ``node`` finds."""
        if isinstance(value.label, Class):
            return value.label
        owner = self.state.owner
        if owner is None:
            return None
        if isinstance(node, ast.Name) and node.id in ("self", "cls"):
            return owner
        if value.op == "call" and value.label == "super":
            return next(owner.bases(), None)
        return None

    def _function(
        self,
        node: ast.Call,
        name: str,
        receiver: Use | None,
        closure: Closure | None = None,
        returned: Use | None = None,
    ) -> Value:
        last = name.rpartition(".")[2]
        if receiver is None and (built := self.builders.build(last, node)) is not None:
            return built
        arguments = self.expressions.uses(
            [arg.value if isinstance(arg, ast.Starred) else arg for arg in node.args]
        )
        keywords = {key.arg: self.expressions.use(key.value) for key in node.keywords}
        pair = keras_pair(name, arguments, keywords)
        if pair is not None:
            return self.builders.tuple_of(self._keras_update(pair), node)
        self._compiles(node, name, arguments, keywords)
        if "add_update" in last and arguments:
            self._adds_updates(node, receiver, arguments[0])
        uses = ((receiver,) if receiver is not None else ()) + arguments + tuple(keywords.values())
        for use in uses:
            if isinstance(use.value, Container):
                use.value.looked_at.append((self.state.tick(), None))
        op = "call"
        if last in GRADIENTS:
            self._differentiates(arguments, keywords.get("wrt"))
            op = "grad"
        elif last in STATIC_FUNCTIONS or last in STATIC_ATTRIBUTES:
            op = "static"
        elif last in VIEWS:
            op = "view"
        function = None if closure is not None else name
        called = Called(function, receiver is not None, tuple(keywords), returned, node)
        made = self.state.made(op, last, uses, called)
        if last == "scan" and any(backend in name for backend in BACKENDS):
            self._scans(node, made, keywords.get("fn") or (arguments[0] if arguments else None))
        return made

    def _keras_update(self, pair: tuple[Use, str | None, tuple[Use, ...]]) -> list[Use]:
        """Return target and new value of ``K.update_add(x, e)`` and its like."""
        target, operation, operands = pair
        if operation is None and len(operands) == 2:
            variable = target.value
            started = Term("alias", "In", (target, operands[1]), variable.identity)
            return [self.state.use(started, target.node), operands[0]]
        if operation is None:
            return [target, operands[0]]
        made = self.state.made(operation, None, (target, *operands))
        return [target, self.state.use(made, operands[0].node)]

    def _compiles(
        self,
        node: ast.Call,
        name: str,
        arguments: tuple[Use, ...],
        keywords: dict[str | None, Use],
    ) -> None:
        """Mark the collection that a compile call, or any ``updates=``, receives."""
        root, _, last = name.rpartition(".")
        options = self._unpacked(keywords)
        updates = keywords.get("updates") or options.get("updates")
        certain = last in COMPILERS and any(backend in root.lower() for backend in _COMPILING)
        if updates is None and last in COMPILERS:
            position = KERAS_POSITION if is_keras(root) else UPDATES_POSITION
            if len(arguments) > position and (certain or position == KERAS_POSITION):
                updates = arguments[position]
        own = self.state.guide.updates_of(name) if self.state.guide.compilers else None
        if isinstance(own, str):
            updates = updates or keywords.get(own)
        elif own is not None and len(arguments) > own:
            updates = updates or arguments[own]
        if updates is not None:
            self._compiled(updates)
        if updates is None and not certain:
            return
        inputs, outputs, third = (*arguments[:3], None, None, None)[:3]
        inputs, outputs = keywords.get("inputs") or inputs, keywords.get("outputs") or outputs
        now = (self.state.tick(), self.state.depth, self.state.path)
        compilation = Compilation(node, certain, *now, updates, inputs, outputs, third)
        self.state.compilations.append(compilation)
        if certain and arguments:
            given = original(arguments[0].value)
            if isinstance(given, Container) and any(_is_input(e.value) for e in given.entries):
                self._compiled(arguments[0])

    def _unpacked(self, keywords: dict[str | None, Use]) -> dict[str, Use]:
        """Return what ``**options`` hands over as updates, if it is known."""
        if None not in keywords:
            return {}
        options = original(keywords[None].value)
        if not isinstance(options, Container) or options.kind != "mapping":
            return {}
        found = self.lookups.lookup(options, Term("const", "updates", (), ("const", "'updates'")))
        return {} if found is None else {"updates": self.state.use(found, keywords[None].node)}

    def _compiled(self, updates: Use) -> None:
        collection = original(updates.value)
        if isinstance(collection, Container):
            collection.compiled = True
            if collection.expression is None:
                collection.expression = updates.node

    def _adds_updates(self, node: ast.Call, receiver: Use | None, pairs: Use) -> None:
        """``layer.add_update(pairs)`` collects for one function, call by call."""
        key = f"{'' if receiver is None else ast.unparse(receiver.node)}.add_update()"
        collected = self.state.environment.get(key)
        if not isinstance(collected, Container):
            collected = self.state.container("list", node, self.state.tick())
            collected.depth = 0
            collected.compiled = True
            collected.expression = pairs.node
            self.state.environment.own[key] = collected
        value = original(pairs.value)
        if isinstance(value, Container):
            if value.kind == "tuple" and not any(
                isinstance(original(entry.value.value), Container) for entry in value.entries
            ):
                self.state.enter(collected, pairs, None, pairs.moment)
            else:
                self.state.join(collected, pairs)

    def _scans(self, node: ast.Call, made: Value, step: Use | None) -> None:
        value = None if step is None else original(step.value)
        closure = value.label if isinstance(value, Term) else None
        owner = self.state.owner
        if owner is not None and isinstance(value, Term) and value.op == "attr":
            closure = owner.method(str(value.label))
        definition = closure.node if isinstance(closure, Closure) else None
        if self.state.executing is not None:
            self.state.scans.append(
                Scan(node, made, definition, self.state.executing, self.state.generated)
            )

    def _differentiates(self, arguments: tuple[Use, ...], wrt: Use | None) -> None:
        if wrt is None and len(arguments) > 1:
            wrt = arguments[1]
        if wrt is not None:
            self.state.differentiated.add(original(wrt.value).identity)
            for element, _ in self.state.elements(wrt):
                self.state.differentiated.add(original(element.value).identity)


def _called_before(node: ast.Call) -> ast.Call | None:
    """Return the call whose result has the method that ``node`` calls."""
    if isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Call):
        return node.func.value
    return None


def _is_worth_knowing(returned: Value) -> bool:
    """Is this a collection, a pair or a shared variable, rather than a computation?

    A computation is better known as the call that it is: it reads its arguments where
    they stand, all of them at once.
    """
    value = original(returned)
    if isinstance(value, Term):
        return value.op == "opaque" or _is_variable(value)
    if value.kind != "tuple":
        return True
    parts = [original(entry.value.value) for entry in value.entries]
    return any(isinstance(part, Container) or _is_variable(part) for part in parts)


def _is_variable(value: Value) -> bool:
    return isinstance(value, Term) and (
        value.op in ("name", "attr", "elem")
        or (value.op == "call" and SHARED.search(str(value.label)) is not None)
    )


def _is_input(use: Use) -> bool:
    """Is this ``In(x, update=e)``, an input that is updated by the call?"""
    value = use.value
    return isinstance(value, Container) and isinstance(value.node, ast.Call) and bool(value.entries)
