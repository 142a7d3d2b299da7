"""Every scope of a module, each interpreted once with what its surroundings know."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from flake8_theano_updates.interpreter.state import Environment, State
from flake8_theano_updates.interpreter.statements import Function, Interpreter, outermost
from flake8_theano_updates.interpreter.values import Term, Value
from flake8_theano_updates.model import Scope


@dataclass(frozen=True, eq=False)
class Interpreted:
    """One scope after its interpretation."""

    node: Scope
    state: State


def interpret(tree: ast.Module) -> Iterator[Interpreted]:
    """Interpret the module and every function in it, the outer ones first."""
    yield from _interpret(tree, outermost(), 0)


def _interpret(node: Scope, known: Environment, moment: int) -> Iterator[Interpreted]:
    interpreter = Interpreter(node, known, moment)
    interpreter.run()
    yield Interpreted(node, interpreter.state)
    inner = interpreter.state.environment
    moment = interpreter.state.moment
    for definition in interpreter.definitions:
        if isinstance(definition, ast.ClassDef):
            yield from _interpret_class(definition, inner, moment)
        else:
            yield from _interpret(definition, inner, moment)


def _interpret_class(
    node: ast.ClassDef, known: Environment, moment: int
) -> Iterator[Interpreted]:
    """Interpret the methods; those after ``__init__`` know the shared variables it made."""
    methods = [child for child in node.body if isinstance(child, Function)]
    methods.sort(key=lambda method: method.name != "__init__")
    attributes: dict[str, Value] = {}
    for method in methods:
        for scope in _interpret(method, known.new_child(attributes), moment):
            yield scope
            if scope.node is method and method.name == "__init__":
                attributes = {
                    name: value
                    for name, value in scope.state.environment.maps[0].items()
                    if name.startswith("self.") and isinstance(value, Term) and value.op == "call"
                }
    for child in node.body:
        if isinstance(child, ast.ClassDef):
            yield from _interpret_class(child, known, moment)
