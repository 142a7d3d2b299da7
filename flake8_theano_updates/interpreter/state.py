"""What the interpreter carries from one statement to the next."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Hashable, Iterator, Mapping
from contextlib import contextmanager

from flake8_theano_updates.interpreter.functions import Class, Followed, Guide
from flake8_theano_updates.interpreter.names import RANGES
from flake8_theano_updates.model import Scope
from flake8_theano_updates.values import (
    Arm,
    Called,
    Compilation,
    Container,
    Entry,
    Environment,
    Loop,
    Path,
    Scan,
    Taken,
    Term,
    TooLongError,
    Use,
    Value,
    by_key,
    joined,
    original,
)

# A loop over so many known elements is taken turn by turn.
_UNROLL = 8
# Doubled again and again, a list has more elements than can be told one by one.
MOST_ENTRIES = 10_000


class State:
    """The environment, the moment and the path of one scope's interpretation."""

    def __init__(self, scope: Scope, environment: Environment, moment: int, guide: Guide) -> None:
        self.scope = scope
        self.guide = guide
        self.environment = environment
        self.moment = moment
        self.path: Path = ()
        self.depth = 0
        self.executing: ast.stmt | None = None
        self.begun = 0
        self.containers: list[Container] = []
        self.compilations: list[Compilation] = []
        self.scans: list[Scan] = []
        self.loops: list[Loop] = []
        self.left: dict[tuple[Hashable, str], int] = {}
        self.decided: Mapping[str, tuple[object, Value]] = {}
        self.broken: set[tuple[Hashable, str]] = set()
        self.differentiated: set[Hashable] = set()
        self.generator: Container | None = None
        self.defaults: Container | None = None
        self.generated: ast.AST = scope
        self.returned: list[Use] = []
        self.with_attributes: set[str] = set()
        self.owner: Class | None = None
        self.followed = Followed(guide.worth)
        self._looping: Counter[Hashable] = Counter()
        self._unrolled = 1

    def constants(self) -> dict[str, object]:
        """Return the parameters of the followed call that still are the constants they were."""
        return {
            name: constant
            for name, (constant, held) in self.decided.items()
            if self.environment.get(name) is held
        }

    def tick(self) -> int:
        """Return the next moment."""
        self.moment += 1
        return self.moment

    def use(self, value: Value, node: ast.expr) -> Use:
        """Take ``value`` now, at ``node``."""
        return Use(value, node, self.tick(), self.path)

    def made(
        self,
        op: str,
        label: Hashable,
        uses: tuple[Use, ...] = (),
        called: Called | None = None,
    ) -> Term:
        """Return a new object, or one for each turn of a loop: the result of an operation."""
        return Term(op, label, uses, ("made", id(self.scope), self.tick(), self.depth > 0), called)

    def container(self, kind: str, node: ast.AST, begun: int) -> Container:
        """Return a new container, empty so far."""
        made = Container(kind, node, self.depth, self.path, begun)
        self.containers.append(made)
        return made

    def enter(self, container: Container, value: Use, key: Use | None, begun: int) -> None:
        """Let an element, or a key and its value, enter ``container`` now."""
        inner = value.value
        if key is None and isinstance(inner, Container):
            begun, ended = inner.begun, inner.ended
        else:
            ended = value.moment
        many = self.depth > container.depth
        loop = self.loops[-1] if many and self.loops else None
        now = self.tick()
        container.entries.append(Entry(key, value, now, begun, ended, self.path, many, loop, now))

    def join(self, container: Container, other: Use) -> None:
        """Let every element of ``other`` enter ``container`` now, in its order.

        Raises:
            TooLongError: if there are more than `MOST_ENTRIES` then.
        """
        more = other.value
        if not isinstance(more, Container):
            container.rest.append(other)
            return
        if container.size + more.size > MOST_ENTRIES:
            raise TooLongError("makes too long a list")
        more.looked_at.append((self.tick(), None))
        more.taken.append(Taken(container, len(more.entries), self.moment))
        container.rest.extend(more.rest)
        # What made the container stands on its branches as well.
        added = tuple(arm for arm in self.path if arm not in container.path)
        if container.kind == "mapping" or added or self.depth > container.depth:
            container.entries += [self._entering(container, added, one) for one in more.entries]
        else:
            container.entries += more.entries

    def _entering(self, container: Container, path: Path, entry: Entry) -> Entry:
        """Return the entry as it is in one more container, which it enters now."""
        # Only of a mapping one asks since when something is in it.
        there = self.moment if container.kind == "mapping" else entry.there
        many = self.depth > container.depth or entry.many
        return entry.on(joined(path, entry.path), many=many, there=there)

    @contextmanager
    def arm(self, branch: Hashable, name: str, node: ast.AST) -> Iterator[None]:
        """Run what is inside on one arm of a branch."""
        before = self.path
        self.path = (*before, Arm(branch, name, node))
        try:
            yield
        finally:
            self.path = before

    @contextmanager
    def loop(self, element: Value | None, bound: frozenset[Hashable]) -> Iterator[None]:
        """Run what is inside once for all turns of a loop over ``element``.

        Args:
            element: what the loop goes over, where known.
            bound: identities of what its variables hold.
        """
        self.depth += 1
        over = None if element is None else _outermost(element.identity)
        self._looping[over] += 1
        self.loops.append(Loop(self.moment, self.path, bound))
        try:
            yield
        finally:
            self.depth -= 1
            self._looping[over] -= 1
            self.loops.pop().ended = self.tick()

    def elements(self, iterable: Use) -> list[tuple[Use, bool]]:
        """Return what a loop over ``iterable`` binds, and whether in many turns each.

        The elements of a short known sequence are taken one after the other; of
        any other, one stands for all.
        """
        value = original(iterable.value)
        if isinstance(value, Container):
            value.looked_at.append((self.tick(), None))
        if isinstance(value, Container) and value.entries and not value.rest:
            entries = [group[0] for group in by_key(value)]
            values = [entry.value.value for entry in entries]
            constant = all(isinstance(v, Term) and v.op in ("const", "number") for v in values)
            if len(entries) == 1 or (len(entries) * self._unrolled <= _UNROLL and not constant):
                return [(entry.key or entry.value, entry.many) for entry in entries]
        return [(self.use(self.element(iterable), iterable.node), True)]

    @contextmanager
    def unrolled(self, times: int) -> Iterator[None]:
        """Run what is inside for ``times`` elements one after the other."""
        before = self._unrolled
        self._unrolled = before * max(times, 1)
        try:
            yield
        finally:
            self._unrolled = before

    def element(self, iterable: Use) -> Value:
        """Return what a loop over ``iterable`` binds in its turns: one element for all.

        Two loops over one sequence meet at the same element, a loop inside a loop
        over the same sequence does not.
        """
        value = original(iterable.value)
        if isinstance(value, Container):
            groups = by_key(value)
            if len(groups) == 1 and not value.rest:
                entry = groups[0][0]
                return (entry.key or entry.value).value
        base = element_base(iterable)
        identity: Hashable = ("elem", base)
        if depth := self._looping[identity]:
            identity = ("inner", identity, depth)
        return Term("elem", "index" if base == ("index",) else None, (iterable,), identity)


def _outermost(identity: Hashable) -> Hashable:
    """Return the identity of an element in the outermost loop over what it is in."""
    inner = isinstance(identity, tuple) and identity[:1] == ("inner",)
    return identity[1] if inner and isinstance(identity, tuple) else identity


def element_base(iterable: Use) -> Hashable:
    """Return what is equal for loops that meet at the same elements."""
    value = original(iterable.value)
    if isinstance(value, Container):
        return value.identity
    if value.op == "call" and value.label in RANGES:
        return ("index",)
    if isinstance(iterable.node, ast.Call):
        return ("call", ast.dump(iterable.node))
    return value.identity


def identities(value: Value) -> Iterator[Hashable]:
    """Return the identities of what a loop's target holds, one by one."""
    waiting = [value]
    seen: set[int] = set()
    while waiting:
        value = original(waiting.pop())
        if id(value) not in seen:  # a tuple that was added to may hold itself
            seen.add(id(value))
            yield value.identity
            if isinstance(value, Container) and value.kind == "tuple":
                waiting.extend(entry.value.value for entry in value.entries)
