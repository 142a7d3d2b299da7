"""What to write instead of the old value, in names that the place of the read knows."""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from flake8_theano_updates.checks.collections import Collection, Pair, text_of
from flake8_theano_updates.model import Registration
from flake8_theano_updates.values import Path, Term, Use, Value, handed, original


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
    name = _named(old)
    if name is not None and _is_computed(old):
        return name
    mapping = _mapping(old)
    entry, read = old.registered.entry, old.reads[0]
    if mapping is None or entry.there > read.moment:
        return None
    key = text_of(old.registered.target)
    holds = _names_at(old).get(key)
    # `zip(accs, ...)` registers each of many, and `accs` is all of them.
    of_many = holds is not None and holds.identity != old.registered.identity
    return f"{mapping}[{key if _is_here(old, entry.moment) and not of_many else text_of(read)}]"


def what_to_write(old: OldValue, new_value: str | None) -> str:
    """Say how to read the new value, ``new_value`` where something holds it already."""
    if new_value is not None:
        return f"use {new_value} here"
    if (name := _named(old)) is not None:
        return f"move {name} = ... up and use {name} here"
    variable = text_of(old.reads[0])
    stem = re.search(r"[^\W\d]\w*$", variable)
    base = stem[0] if stem else "value"
    if not _is_in_its_loop(old):
        kept = f"{_unused('new_values', old)}[{variable}]"
        return f"keep {kept} = ..., and use {kept} here"
    name = _unused(f"{base}_new", old)
    mapping = _mapping(old)
    if mapping is not None:
        return f"compute {name} = ..., set {mapping}[{variable}] = {name}, use {name} here"
    return f"compute {name} = ..., register ({variable}, {name}) and use {name} here"


def name_of_target(old: OldValue) -> str:
    """Return what the updated variable is called where the old value is read."""
    target = old.reader.target
    if _is_here(old, target.moment):
        return text_of(target)
    return _name_of(target.value, _names_at(old)) or text_of(target)


def as_read(old: OldValue, pair: Pair) -> Registration:
    """Return a pair as the function of the read writes it, were it only as arguments of a call."""
    new, variable = (
        next((use for use in handed(given) if _is_here(old, use.moment)), None)
        for given in (pair.value, pair.target)
    )
    if new is None or new is pair.value:
        return pair.registration
    return replace(pair.registration, variable=variable or pair.target, new=new)


def is_apart(old: OldValue) -> bool:
    """Is the new value computed in another function, or call of it, than the read's?"""
    return not any(_is_here(old, use.moment) for use in handed(old.registered.value))


def _is_here(old: OldValue, moment: int) -> bool:
    """Was the program in the same call of the same function as at the read?"""
    followed = old.collection.scope.state.followed
    return followed.calls_at(old.reads[0].moment) == followed.calls_at(moment)


def _named(old: OldValue) -> str | None:
    """Return the name of the new value in the function of the read, if it has one there."""
    new = old.registered.value
    if not isinstance(new.node, (ast.Name, ast.Attribute)):
        return None
    names, written = _names_at(old), ast.unparse(new.node)
    if not _is_here(old, old.registered.entry.moment):
        return _name_of(new.value, names)
    held = names.get(written)
    if held is not None and original(held) is not original(new.value):
        return None  # it was bound anew, or in one arm only
    known = held is not None or isinstance(new.node, ast.Attribute)
    return written if known and _is_in_its_loop(old) else None


def _is_in_its_loop(old: OldValue) -> bool:
    """Does the read stand in the loop, if any, that makes the update?"""
    loop = old.registered.entry.loop
    return loop is None or loop.begun <= old.reads[0].moment <= loop.ended


def _is_computed(old: OldValue) -> bool:
    """Is the new value computed by the time of the read?"""
    value = original(old.registered.value.value)
    uses = value.uses if isinstance(value, Term) else ()
    return all(use.moment < old.reads[0].moment for use in uses)


def _unused(wanted: str, old: OldValue) -> str:
    names = _names_at(old)
    candidates = itertools.chain([wanted], (f"{wanted}{n}" for n in itertools.count(2)))
    return next(name for name in candidates if name not in names)


def _mapping(old: OldValue) -> str | None:
    """Return the name of the mapping of updates where the old value is read."""
    container = old.collection.container
    expression = container.expression
    if container.kind != "mapping" or not isinstance(expression, (ast.Name, ast.Attribute)):
        return None
    if not 0 < container.named < old.reads[0].moment:
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
