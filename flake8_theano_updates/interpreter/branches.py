"""Where branches meet again: what is one of two values, and what a list holds on which way."""

from __future__ import annotations

import ast

from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.values import Container, Entry, Look, Path, Taken, Use, Value, original


def either(state: State, first: Use, second: Use, node: ast.AST, name: str | None = None) -> Value:
    """Return what is one of two values, whichever arm the program took.

    Containers are joined by their entries, and an entry that stands in both
    stays one: a program with 40 branches must not double its list 40 times.

    Args:
        name: what both arms have bound, where a name meets again after a branch.
    """
    one, other = first.value, second.value
    if one is other:
        return one
    if isinstance(one, Container) and isinstance(other, Container):
        return _joined(state, one, first.path, other, second.path, node)
    if isinstance(one, Container) or isinstance(other, Container):
        return one if isinstance(one, Container) else other
    if original(one) is original(other):
        return one
    return state.made("either", name, (first, second))


def _joined(
    state: State, one: Container, path: Path, other: Container, other_path: Path, node: ast.AST
) -> Container:
    if not other.entries and not other.rest:
        return _left(state, one)
    if not one.entries and not one.rest:
        return _left(state, other)
    made = state.container(one.kind, node, min(one.begun, other.begun))
    made.depth = min(one.depth, other.depth)
    made.entries = _entries_of_both(one.entries, path, other.entries, other_path)
    made.rest = one.rest + [use for use in other.rest if use not in one.rest]
    # Each once: a list that is joined with itself again and again must not double them.
    made.names = list(dict.fromkeys(one.names + other.names))
    made.expression = one.expression or other.expression
    made.named = max(one.named, other.named)
    made.compiled = one.compiled or other.compiled
    made.looked_at = _of_both(one.looked_at, other.looked_at)
    made.ended = state.tick()
    for part in (one, other):
        part.taken.append(Taken(made, len(part.entries)))
    return made


def _left(state: State, container: Container) -> Container:
    """What stands on the branches on which a container was made, alone, stands there still."""
    container.entries[:] = [_on(container.path, entry) for entry in container.entries]
    container.path = state.path
    return container


def _entries_of_both(
    one: list[Entry], path: Path, other: list[Entry], other_path: Path
) -> list[Entry]:
    """Join what two arms have in a container: what only one has is there on its path only."""
    if one[: len(other)] == other:
        return other + [_on(path, entry) for entry in one[len(other) :]]
    in_one = {id(entry.value): entry for entry in one}
    in_other = {id(entry.value): entry for entry in other}
    joined = []
    for entry in one:
        twin = in_other.get(id(entry.value))
        if twin is None:
            joined.append(_on(path, entry))
        else:
            common = tuple(arm for arm in entry.path if arm in twin.path)
            # Where nothing else changed, the arms share the entry that they started from.
            same = (twin.path, twin.many, twin.there) == (common, entry.many, entry.there)
            joined.append(twin if same else _moved(entry, common))
    joined += [_on(other_path, entry) for entry in other if id(entry.value) not in in_one]
    return joined


def _of_both(one: list[Look], other: list[Look]) -> list[Look]:
    return list(dict.fromkeys(one + other)) if one and other else one + other


def _on(path: Path, entry: Entry) -> Entry:
    added = tuple(arm for arm in path if arm not in entry.path)
    return _moved(entry, added + entry.path) if added else entry


def _moved(entry: Entry, path: Path) -> Entry:
    return entry.on(path, many=entry.many, there=entry.there)
