"""THU101 and THU102: reads that the order of the list seems to promise a new value for."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from dataclasses import replace

from flake8_theano_updates.checks.advice import (
    OldValue,
    as_read,
    is_apart,
    name_of_new_value,
    name_of_target,
    what_to_write,
)
from flake8_theano_updates.checks.collections import Collection, Pair, text_of
from flake8_theano_updates.checks.evidence import evidence_for
from flake8_theano_updates.checks.products import Products
from flake8_theano_updates.checks.question import Asked, Question
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.checks.suspicion import Suspicion
from flake8_theano_updates.checks.systems import Systems
from flake8_theano_updates.checks.ways import ways
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.model import OrderFault
from flake8_theano_updates.rules import ORDER
from flake8_theano_updates.values import Path, Use, joined, meet

# Old values that are evidently meant, but of which a list may be wanted.
_LOOKED_AT = {"schedule": "THU902", "simultaneous": "THU904", "excluded": "THU904"}


def order_suspicions(collection: Collection) -> Iterator[Suspicion]:
    """Return the stale and lagged reads, and the reads of counters, in ``collection``."""
    told: set[int] = set()
    for old in old_values(collection):
        if old.code in ORDER:
            # One read is one fault, be it stale in one update and lagged in another.
            place = id(old.reads[0].node)
            if place in told:
                continue
            told.add(place)
        yield _suspicion(old)


def old_values(collection: Collection) -> Iterator[OldValue]:
    """Compare every read in ``collection`` with the registration of what it reads."""
    by_target: dict[Hashable, list[Pair]] = {}
    for pair in collection.distinct:
        by_target.setdefault(pair.identity, []).append(pair)
    reading = Reading(by_target, collection.renamed)
    products = Products(reading)
    systems = Systems(reading, products, collection.distinct)
    state = collection.scope.state
    answers: dict[Asked, object] = {}

    def is_stale(pair: Pair, read: Use) -> list[Pair]:
        others = by_target.get(reading.target(read), [])
        return [other for other in others if registered_before(other, pair, read)]

    def judged(read: Use, reader: Pair, way: Path) -> tuple[str, Pair] | None:
        """Return the code of a read on one way through the branches, and what it misses."""
        path = joined(read.path, way)
        others = [
            other
            for other in by_target[read.value.identity]
            if not _apart(reader, other) and _together(state, path, reader, other)
        ]
        if not others:
            return None
        questions = [
            Question(
                read,
                reader,
                other,
                registered_before(other, reader, read),
                reading,
                state,
                is_stale,
                by_target,
                products,
                systems,
                answers,
                way,
            )
            for other in others
        ]
        meant = [evidence_for(question) for question in questions]
        if any(row is not None and row not in _LOOKED_AT for row in meant):
            return None
        # A mapping has the last of several for a variable.
        latest_first = reversed(questions) if collection.container.kind == "mapping" else questions
        worst = max(latest_first, key=lambda question: question.stale)
        off = [_LOOKED_AT[row] for row in meant if row is not None]
        code = min(off) if off else "THU101" if worst.stale else "THU102"
        if code == "THU102" and collection.container is state.defaults:
            return None  # default updates stand in no list, only one after the other
        return code, worst.registered

    for reader in collection.distinct:
        ways_of = ways(reading, reader.value)
        suspects: dict[tuple[str, Hashable, int], OldValue] = {}
        for read in reading.reads(reader.value):
            target = reading.target(read)
            if target is None or target == reader.identity:
                continue
            if text_of(read) == text_of(reader.target):
                continue  # one name for two variables: too little is known of them
            found = [
                (*one, way)
                for way in ways_of.get(id(read), [()])
                if (one := judged(read, reader, way)) is not None
            ]
            if found:
                code, stored, way = min(found, key=lambda one: one[0])
                fault = (code, target, read.node.lineno)
                known = suspects.get(fault) or OldValue(code, (), reader, stored, collection, way)
                suspects[fault] = replace(known, reads=(*known.reads, read))
        for old in suspects.values():
            reads = sorted(old.reads, key=lambda read: read.node.col_offset)
            yield replace(old, reads=tuple(reads))


def registered_before(other: Pair, reader: Pair, read: Use) -> bool:
    """Is ``other`` registered before ``read`` happens?

    A read written in its pair moves with the pair to the pair's place in the final
    collection; a read in a local happens where the local is computed.
    """
    if reader.entry.begun <= read.moment <= reader.entry.ended:
        return other.position < reader.position
    return other.entry.moment < read.moment


def _apart(reader: Pair, other: Pair) -> bool:
    """Do the two stand in different arms of the innermost branch around one of them?

    Of a long chain of ``elif`` this tells at once what `_together` would find in the end.
    """
    return any(
        two.taken.get(arm.branch, arm.name) != arm.name
        for one, two in ((reader, other), (other, reader))
        for arm in one.entry.path[-1:]
    )


def _together(state: State, way: Path, reader: Pair, other: Pair) -> bool:
    """Can one run of the program go this way and make both registrations?"""
    pairs = [path for pair in (reader, other) for path in (pair.entry.path, pair.value.path)]
    if not meet(way, *pairs):
        return False
    for one, later in ((reader.entry, other.entry), (other.entry, reader.entry)):
        for arm in one.path:
            left = state.left.get((arm.branch, arm.name))
            if left is not None and later.moment > left:
                return False
    return True


def _suspicion(old: OldValue) -> Suspicion:
    variable = text_of(old.reads[0])
    new_value = name_of_new_value(old)
    stored = old.registered.registration
    reader = old.reader.registration
    return Suspicion(
        code=old.code,
        node=old.reads[0].node,
        variable=variable,
        target=name_of_target(old),
        registered_line=stored.line,
        update_line=reader.line,
        new_value=new_value,
        words={"instead": what_to_write(old, new_value)},
        fault=OrderFault(
            reads=old.reads,
            reader=reader,
            registered=stored,
            collection=old.collection.whole,
            handed=(as_read(old, old.reader), as_read(old, old.registered)),
            apart=is_apart(old),
            path=joined(old.reads[0].path, old.way, reader.path, stored.path),
        ),
    )
