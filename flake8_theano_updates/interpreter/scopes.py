"""Every scope of a module, each interpreted once with what its surroundings know."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from flake8_theano_updates.interpreter.functions import Class, Function, Guide
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.interpreter.statements import Interpreter
from flake8_theano_updates.model import Scope
from flake8_theano_updates.values import Container, Environment, Term, Value, original


@dataclass(frozen=True, eq=False)
class Interpreted:
    """One scope after its interpretation."""

    node: Scope
    state: State


@dataclass(frozen=True, eq=False)
class Unread:
    """One scope that could not be interpreted to its end; the functions in it can be.

    Args:
        error: what was raised.
        statement: the first of the scope's statements in which something was.
    """

    node: Scope
    error: Exception
    statement: ast.stmt | None = None


def interpret(tree: ast.Module, guide: Guide) -> Iterator[Interpreted | Unread]:
    """Interpret the module and the functions in it, the outer ones first."""
    yield from _interpret(tree, guide, Environment(), 0, None)


def _interpret(
    node: Scope,
    guide: Guide,
    known: Environment,
    moment: int,
    owner: Class | None,
    attributes: tuple[Value, ...] = (),
) -> Iterator[Interpreted | Unread]:
    interpreter = Interpreter(node, known, moment, guide, owner)
    interpreter.state.containers.extend(v for v in attributes if isinstance(v, Container))
    unread: Unread | None = None
    while True:
        try:
            interpreter.run()
            break
        except Exception as error:
            unread = unread or Unread(node, error, interpreter.reading)
            interpreter = interpreter.beyond()
    yield unread or Interpreted(node, interpreter.state)
    for definition in interpreter.definitions:
        if isinstance(definition.node, ast.Lambda) or not guide.worth(definition.node):
            continue
        if isinstance(definition, Class):
            yield from _interpret_class(definition, guide, interpreter.state.moment)
        else:
            inner = definition.environment
            yield from _interpret(definition.node, guide, inner, interpreter.state.moment, owner)


def _interpret_class(owner: Class, guide: Guide, moment: int) -> Iterator[Interpreted | Unread]:
    """Interpret the methods; those after ``__init__`` know what it made."""
    methods = [child for child in owner.node.body if isinstance(child, Function)]
    methods.sort(key=lambda method: method.name != "__init__")
    attributes = _attributes_of_bodies(owner) | _attributes_of_bases(owner, guide, moment)
    for method in methods:
        if method.name != "__init__" and not guide.worth(method):
            continue
        known = owner.environment.inner({k: _fresh(v) for k, v in attributes.items()})
        for scope in _interpret(method, guide, known, moment, owner, tuple(known.own.values())):
            yield scope
            if isinstance(scope, Unread):
                continue
            if scope.node is method and method.name == "__init__":
                attributes.update(_attributes(scope.state.environment.own))
                # What it put into its lists came before anything that the others do.
                moment = scope.state.moment
    for value in owner.attributes.values():
        if isinstance(value, Term) and isinstance(value.label, Class):
            if value.label.node in owner.node.body:
                yield from _interpret_class(value.label, guide, moment)


def _attributes_of_bodies(owner: Class) -> dict[str, Value]:
    """Return what the bodies of the class and of its bases have bound."""
    bound = {}
    for one in reversed(list(owner.lineage())):
        bound.update({f"self.{name}": value for name, value in one.attributes.items()})
    return dict(_attributes(bound))


def _attributes_of_bases(owner: Class, guide: Guide, moment: int) -> dict[str, Value]:
    """Return what the nearest ``__init__`` of a base in this module makes."""
    for base in list(owner.lineage())[1:]:
        for child in base.node.body:
            if isinstance(child, Function) and child.name == "__init__":
                interpreter = Interpreter(child, base.environment, moment, guide, base)
                try:
                    interpreter.run()
                except Exception:
                    return {}  # which is told where the base itself is read
                return dict(_attributes(interpreter.state.environment.own))
    return {}


def _attributes(environment: Mapping[str, Value]) -> Iterator[tuple[str, Value]]:
    """Return the variables, the numbers and the lists that ``__init__`` keeps in ``self``."""
    for name, value in environment.items():
        if name.startswith("self.") and (isinstance(value, Container) or _is_kept(value)):
            yield name, value


def _is_kept(value: Term) -> bool:
    kept = original(value)
    if value.op == "call" or not isinstance(kept, Term):
        return value.op == "call"
    if kept.op == "name":  # what ``__init__`` was called with
        return isinstance(kept.identity, tuple) and kept.identity[0] == "parameter"
    return kept.op == "number" or (kept.op == "const" and type(kept.label) in (int, float))


def _fresh(value: Value) -> Value:
    """Each method sees the list that ``__init__`` left, not what other methods add to it."""
    if isinstance(value, Container):
        entries, rest, names = list(value.entries), list(value.rest), list(value.names)
        return replace(value, entries=entries, rest=rest, names=names)
    return value
