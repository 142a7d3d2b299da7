"""THU101 and THU102: reads that the order of the list seems to promise a new value for."""

from __future__ import annotations

import ast
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from flake8_theano_updates.checks.collections import Collection, Pair, names_in_targets, text_of
from flake8_theano_updates.checks.evidence import Question, old_value_is_meant
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.interpreter.values import Path, Use, meet


@dataclass(frozen=True, eq=False)
class Suspicion:
    """A read of the old value where the new one was meant.

    Args:
        stale: True for THU101, False for THU102.
        reads: the reads of this variable in this update on one line, from left to right.
    """

    stale: bool
    reads: tuple[Use, ...]
    reader: Pair
    registered: Pair
    collection: Collection


def order_suspicions(collection: Collection) -> Iterator[Suspicion]:
    """Compare every read in ``collection`` with the registration of what it reads."""
    by_target: dict[Hashable, list[Pair]] = {}
    for pair in collection.pairs:
        by_target.setdefault(pair.identity, []).append(pair)
    reading = Reading(by_target, names_in_targets(collection.pairs))
    state = collection.scope.state

    def is_stale(pair: Pair, read: Use) -> list[Pair]:
        others = by_target.get(reading.target(read), [])
        return [other for other in others if registered_before(other, pair, read)]

    for reader in collection.pairs:
        suspects: dict[tuple[bool, Hashable, int], list[Use]] = {}
        pairs: dict[tuple[bool, Hashable, int], Pair] = {}
        for read in reading.reads(reader.value):
            target = reading.target(read)
            if target is None or target == reader.identity:
                continue
            if text_of(read) == text_of(reader.target):
                continue  # one name for two variables: too little is known of them
            others = [o for o in by_target[target] if _together(state, read, reader, o)]
            if not others:
                continue
            questions = [
                Question(
                    read,
                    reader,
                    other,
                    registered_before(other, reader, read),
                    reading,
                    state,
                    is_stale,
                )
                for other in others
            ]
            if any(old_value_is_meant(question) for question in questions):
                continue
            worst = max(questions, key=lambda question: question.stale)
            fault = (worst.stale, target, read.node.lineno)
            suspects.setdefault(fault, []).append(read)
            pairs.setdefault(fault, worst.registered)
        for fault, reads in suspects.items():
            reads.sort(key=lambda read: read.node.col_offset)
            yield Suspicion(fault[0], tuple(reads), reader, pairs[fault], collection)


def registered_before(other: Pair, reader: Pair, read: Use) -> bool:
    """Is ``other`` registered before ``read`` happens?

    A read written in its pair moves with the pair to the pair's place in the final
    collection; a read in a local happens where the local is computed.
    """
    if reader.entry.begun <= read.moment <= reader.entry.ended:
        return other.position < reader.position
    return other.entry.moment < read.moment


def _together(state: State, read: Use, reader: Pair, other: Pair) -> bool:
    """Can one run of the program take the read and make both registrations?"""
    paths: tuple[Path, ...] = (
        read.path,
        reader.entry.path,
        other.entry.path,
        reader.value.path,
        other.value.path,
    )
    if not meet(*paths):
        return False
    moments = (reader.entry.moment, other.entry.moment)
    for path, moment in ((reader.entry.path, moments[1]), (other.entry.path, moments[0])):
        for arm in path:
            left = state.left.get((arm.branch, arm.name))
            if left is not None and moment > left:
                return False
    return True


def arms_of(suspicion: Suspicion) -> tuple[tuple[ast.stmt, str], ...]:
    """Return the branches that must be taken for the suspicion to hold."""
    found: dict[int, tuple[ast.stmt, str]] = {}
    for path in (
        suspicion.reads[0].path,
        suspicion.reader.entry.path,
        suspicion.registered.entry.path,
    ):
        for arm in path:
            if isinstance(arm.node, ast.stmt):
                found[id(arm.node)] = (arm.node, arm.name)
    return tuple(found.values())


def message_of(suspicion: Suspicion, new_value: str | None, line: int) -> str:
    """Say what happens, where, and what to write instead."""
    variable = text_of(suspicion.reads[0])
    target = text_of(suspicion.reader.target)
    instead = (
        f"use its new value '{new_value}'"
        if new_value
        else f"name the new value of '{variable}', store the name and read the name"
    )
    if suspicion.stale:
        return (
            f"stale read: the update of '{target}' reads '{variable}', which line {line} has "
            f"registered: Theano takes its old value; {instead}"
        )
    return (
        f"lagged read: the update of '{target}' reads '{variable}' before line {line} registers "
        f"its new value: each call uses the value of the call before; {instead}"
    )
