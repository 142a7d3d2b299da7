"""What to write instead of the old value, in names that the place of the read knows."""

from __future__ import annotations

import ast
import re
from collections.abc import Mapping
from dataclasses import dataclass

from flake8_theano_updates.checks.collections import Collection, Pair, text_of
from flake8_theano_updates.values import Container, Path, Term, Use, Value, original


@dataclass(frozen=True, eq=False)
class OldValue:
    """A read of the old value where the new one was meant.

    Args:
        code: THU101 or THU102; THU902 for a counter that is read beside its step, THU904 for
            one of a system of variables that step on together.
        reads: the reads of this variable in this update on one line, from left to right.
        way: the branches that are taken, where the update takes the read on several ways.
    """

    code: str
    reads: tuple[Use, ...]
    reader: Pair
    registered: Pair
    collection: Collection
    way: Path = ()


def name_of_new_value(old: OldValue) -> str | None:
    """Return what holds the new value where the old one is read, if anything does."""
    new = old.registered.value
    state = old.collection.scope.state
    read, stored = (one.moment for one in (old.reads[0], old.registered.entry))
    here = state.followed.calls_at(read) == state.followed.calls_at(stored)
    if isinstance(new.node, (ast.Name, ast.Attribute)):
        written = ast.unparse(new.node)
        names = _names_at(old)
        of_many = isinstance(names.get(written), Container) and isinstance(new.value, Term)
        name = written if here and not of_many else _name_of(new.value, names)
        if name is not None:
            return name
    mapping = _mapping(old)
    if old.code == "THU101" and mapping is not None:
        key = text_of(old.registered.target)
        of_many = isinstance(_names_at(old).get(key), Container)
        return f"{mapping}[{key if here and not of_many else text_of(old.reads[0])}]"
    return None


def what_to_write(old: OldValue, new_value: str | None) -> str:
    """Say how to read the new value, ``new_value`` where something holds it already."""
    if new_value is not None:
        return f"use {new_value} here"
    variable = text_of(old.reads[0])
    stem = re.search(r"[^\W\d]\w*$", variable)
    name = f"{stem[0]}_new" if stem else "new_value"
    mapping = _mapping(old)
    pair = f"({variable}, {name})" if mapping is None else f"{mapping}[{variable}] = {name}"
    return f"compute {name} = ..., register {pair} and use {name} here"


def _mapping(old: OldValue) -> str | None:
    """Return the name of the mapping of updates where the old value is read."""
    container = old.collection.container
    expression = container.expression
    if container.kind != "mapping" or not isinstance(expression, (ast.Name, ast.Attribute)):
        return None
    followed = old.collection.scope.state.followed
    if not followed.calls_at(old.reads[0].moment):
        return ast.unparse(expression)
    return _name_of(container, _names_at(old))


def _names_at(old: OldValue) -> Mapping[str, Value]:
    """Return what the names mean in the function in which the old value is read."""
    state = old.collection.scope.state
    names = state.followed.names_at(old.reads[0].moment)
    return state.environment.own if names is None else names


def _name_of(value: Value, names: Mapping[str, Value]) -> str | None:
    return next((name for name, held in names.items() if original(held) is original(value)), None)
