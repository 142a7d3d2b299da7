"""What an expression takes the value of, given which variables are targets."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Sequence

from flake8_theano_updates.checks.forms import (
    is_nothing,
    key_of_item,
    mixed,
    number,
    small_power,
    summands,
)
from flake8_theano_updates.checks.graphs import bottom_up
from flake8_theano_updates.interpreter.names import SHARED, SYMBOLS
from flake8_theano_updates.values import (
    Container,
    Path,
    Term,
    TooLongError,
    Use,
    Value,
    joined,
    meet,
    operands,
    original,
    pair_of,
    walk,
)

# These take no value of what they stand on: an attribute of a layer, a gradient.
_NO_READ = frozenset({"attr", "static", "grad", "import", "const", "name", "number", "registered"})
# These are made of nothing that a value flows through.
_NO_FLOW = frozenset({"attr", "static", "import", "const", "name", "number", "registered"})
_OPAQUE = frozenset({"name", "attr", "elem", "part", "item", "import", "number", "index"})

# So many values are gone through for one collection, again and again for what shares them.
MOST_STEPS = 300_000
MOST_FACTORS = 200
MOST_HANDED_ON = 50


class Reading:
    """Reads, sums, products and equality of expressions beside one collection's targets.

    Args:
        targets: identities of the variables that the collection updates.
        renamed: ids of the aliases that the collection uses as targets; each of
            them is one more name of its variable.
    """

    def __init__(self, targets: Iterable[Hashable], renamed: Iterable[int]) -> None:
        self._targets = frozenset(targets)
        self._renamed = frozenset(renamed)
        self._taken: dict[int, tuple[Use | Value, ...]] = {}
        self._handed: dict[int, tuple[Use, ...]] = {}
        self._variables: dict[int, frozenset[Hashable]] = {}
        self._keys: dict[int, int] = {}
        self._sums: dict[int, int] = {}
        self._interned: dict[Hashable, int] = {}
        self._steps = 0

    def went(self, steps: int) -> None:
        """Count how many values were gone through.

        Raises:
            TooLongError: if it is more than `MOST_STEPS` together.
        """
        self._steps += steps
        if self._steps > MOST_STEPS:
            raise TooLongError("takes too many steps")

    def target(self, use: Use) -> Hashable | None:
        """Return the identity of the target whose value ``use`` itself takes, or None."""
        value = use.value
        if isinstance(value, Container) or value.identity not in self._targets:
            return None
        if value.op == "alias" and id(value) not in self._renamed:
            return None
        return value.identity

    def flows_from(self, value: Value) -> Iterable[Use]:
        """Return the uses whose values flow into ``value``, through gradients too."""
        if isinstance(value, Term):
            if value.op in _NO_FLOW:
                return ()
            if value.op == "item":
                return () if _is_held(value) else value.uses[:1]
        return operands(value)

    def _read_by(self, value: Value) -> Iterable[Use]:
        if isinstance(value, Term):
            if value.op in _NO_READ or is_nothing(value):
                return ()
        elif any(
            pair is not None and self.target(pair[0]) is not None
            for pair in map(pair_of, value.entries)
        ):
            return ()  # updates that are handed over are not computed with
        return self.flows_from(value)

    def reads(self, use: Use) -> tuple[Use, ...]:
        """Return the reads of targets that ``use`` takes."""
        return (use,) if self.target(use) is not None else self.reads_of((use,))

    def reads_of(self, uses: Iterable[Use]) -> tuple[Use, ...]:
        """Return the reads of targets that some expressions take, each once."""
        found: dict[int, Use] = {}
        seen: set[int] = set()
        waiting: list[Use | Value] = []
        for use in uses:
            waiting += (*self.handed_on(use), use.value)
        waiting.reverse()
        while waiting:
            one = waiting.pop()
            if isinstance(one, Use):
                found[id(one)] = one
            elif id(one) not in seen and self._holds(one):
                seen.add(id(one))
                waiting.extend(reversed(self._taken[id(one)]))
        self.went(len(seen))
        return tuple(found.values())

    def variables(self, use: Use) -> frozenset[Hashable]:
        """Return the identities of the targets whose values ``use`` takes."""
        known = self._variables.get(id(use))
        if known is None:
            known = frozenset(read.value.identity for read in self.reads(use))
            self._variables[id(use)] = known
        return known

    def holds_reads(self, use: Use) -> bool:
        """Does this take the value of any target?"""
        return self.target(use) is not None or bool(self.taken_by(use))

    def taken_by(self, use: Use) -> tuple[Use | Value, ...]:
        """Return the reads that what is no target takes itself, and the values with the others."""
        return (*self.handed_on(use), *((use.value,) if self._holds(use.value) else ()))

    def taken_in(self, value: Value) -> tuple[Use | Value, ...]:
        """Return the reads that a value takes itself, and the values with the others."""
        return self._taken[id(value)] if self._holds(value) else ()

    def hands_on(self, use: Use) -> bool:
        """Does this take nothing itself, but hand on what it holds: a list, a name?"""
        return _hands_on(use.value) and self.target(use) is None

    def handed_on(self, use: Use) -> tuple[Use, ...]:
        """Return the reads of what is handed on, at the moment at which it is used.

        A name that may mean more than `MOST_HANDED_ON` variables is not known to mean any.
        """
        if not self.hands_on(use):
            return ()
        known = self._handed.get(id(use))
        if known is None:
            reads: list[Use] = []
            for part in _parts(use.value) if self._read_by(use.value) else ():
                if self.target(part) is not None:
                    reads.append(part)
                elif isinstance(part.value, Term):
                    reads.extend(self.handed_on(part))
            if isinstance(use.value, Term) and len(reads) > MOST_HANDED_ON:
                reads = []
            known = tuple(
                Use(read.value, use.node, use.moment, joined(use.path, read.path)) for read in reads
            )
            self._handed[id(use)] = known
        return known

    def _holds(self, root: Value) -> bool:
        """Is there a read in this value? Also find out what it takes, and all below it."""

        def below(value: Value) -> Iterable[Value]:
            return (use.value for use in self._read_by(value) if self.target(use) is None)

        for value in bottom_up(root, below, self._taken):
            self._taken[id(value)] = tuple(self._parts_taken(value))
        return bool(self._taken[id(root)])

    def _parts_taken(self, value: Value) -> Iterator[Use | Value]:
        parts = frozenset(map(id, _parts(value)) if _hands_on(value) else ())
        for use in self._read_by(value):
            is_part = id(use) in parts
            if self.target(use) is not None:
                if not is_part:
                    yield use
                continue
            # Asked from the inner ones to the outer ones, as chains of names may be long.
            handed = self.handed_on(use)
            if not (is_part and isinstance(use.value, Term)):
                yield from handed
            # A value that holds itself is not known yet.
            if self._taken.get(id(use.value)):
                yield use.value

    def expressions(self, use: Use, way: Path = ()) -> list[Use]:
        """Return every expression inside ``use`` that holds a read, the outer ones first.

        Args:
            way: the branches that are taken.
        """
        found: list[Use] = []
        seen: set[int] = set()
        waiting = [use]
        while waiting:
            current = waiting.pop()
            if id(current) in seen or self.target(current) is not None:
                continue
            if way and not meet(current.path, way):
                continue
            seen.add(id(current))
            if self.holds_reads(current):
                found.append(current)
                waiting.extend(self._read_by(current.value))
        self.went(len(seen))
        return found

    def arms(self, use: Use) -> Iterator[Use]:
        """Return what a value is on each way through the branches that make it."""
        waiting, seen = [use], set[int]()
        while waiting:
            arm = self.plain(waiting.pop())
            value = arm.value
            if self.target(arm) is None and isinstance(value, Term):
                if id(value) in seen:
                    continue
                seen.add(id(value))
                if value.op == "either":
                    waiting.extend(value.uses)
                    continue
            yield arm

    def key_of_target(self, target: Hashable) -> int:
        """Return the key of what takes the value of a target itself."""
        return self._intern(("target", target))

    def key(self, use: Use) -> int:
        """Return a number that is equal for expressions that compute the same."""
        target = self.target(use)
        if target is not None:
            return self.key_of_target(target)
        known = self._keys.get(id(use.value))
        return self._key(use.value) if known is None else known

    def _part(self, use: Use) -> int:
        """Return the key of an operand; a value that holds itself has none yet."""
        target = self.target(use)
        if target is not None:
            return self.key_of_target(target)
        known = self._keys.get(id(use.value))
        return self._intern(("holds itself", id(use.value))) if known is None else known

    def _key(self, root: Value) -> int:
        def below(value: Value) -> Iterable[Value]:
            return (use.value for use in self._compared(value) if self.target(use) is None)

        for value in bottom_up(root, below, self._keys):
            self._keys[id(value)] = self._intern(self._form(value))
        return self._keys[id(root)]

    def _compared(self, value: Value) -> Iterable[Use]:
        if isinstance(value, Term) and value.op in _OPAQUE:
            return ()
        return operands(value)

    def _form(self, value: Value) -> Hashable:
        if isinstance(value, Container):
            if value.kind == "mapping" or value.rest:
                return ("container", id(value))
            return ("sequence", *(self._part(entry.value) for entry in value.entries))
        if value.op in _OPAQUE:
            return ("opaque", value.identity)
        if value.op == "either":
            return ("either", *map(self._part, value.uses))
        if value.op == "const":
            return ("const", number(value.label))
        if value.op == "alias":
            return ("same", self._part(value.uses[0]))
        if value.op in ("+", "-", "neg", "pos"):
            return self._sum(value)
        if value.op == "opaque" or (value.op == "call" and self._creates(value)):
            return ("made", value.identity)
        keys = [self._part(use) for use in value.uses]
        if value.op == "*":
            return ("product", *sorted(keys))
        return (value.op, value.label, *keys)

    def _sum(self, value: Term) -> Hashable:
        """Return the form of a sum, equal whatever the order and the brackets of its terms.

        It is added up from the forms of its operands: a chain of n sums costs n steps.
        """
        total = 0
        for sign, use in summands(value):
            inner = self.plain(use)
            known = self._sums.get(id(inner.value)) if self.target(inner) is None else None
            total += sign * (mixed(self._part(use)) if known is None else known)
        self._sums[id(value)] = total
        return ("sum", total)

    def _creates(self, term: Term) -> bool:
        maker = str(term.label)
        if SYMBOLS.match(maker):
            return True
        return bool(SHARED.search(maker)) and not self._holds(term)

    def _intern(self, form: Hashable) -> int:
        if isinstance(form, tuple) and form[0] == "same":
            return int(form[1])
        return self._interned.setdefault(form, len(self._interned))

    def plain(self, use: Use) -> Use:
        """Follow renamings and views to the expression that computes the value."""
        while self.target(use) is None and isinstance(use.value, Term):
            if use.value.op not in ("alias", "view") or not use.value.uses:
                break
            use = use.value.uses[0]
        return use

    def factors(self, use: Use) -> list[int]:
        """Return the keys of the factors of the product that ``use`` is.

        Squares of squares have more than can be told one by one: what is left is one factor.
        """
        found: list[int] = []
        waiting = [(use, False)]
        while waiting:
            current, inverse = waiting.pop()
            current = self.plain(current)
            value = current.value
            many = len(found) + len(waiting) > MOST_FACTORS
            if self.target(current) is None and isinstance(value, Term) and not many:
                if value.op == "*":
                    waiting.extend((part, inverse) for part in value.uses)
                    continue
                if value.op == "/":
                    waiting.append((value.uses[0], inverse))
                    waiting.append((value.uses[1], not inverse))
                    continue
                if value.op in ("neg", "pos"):
                    waiting.append((value.uses[0], inverse))
                    continue
                if value.op == "**" and (times := small_power(value)):
                    waiting.extend([(value.uses[0], inverse)] * times)
                    continue
            key = self.key(current)
            found.append(self._intern(("inverse", key)) if inverse else key)
        return found

    def divisors(self, use: Use) -> tuple[int, ...]:
        """Return the keys of the factors that dividing by ``use`` multiplies with."""
        return tuple(self._intern(("inverse", key)) for key in self.factors(use))


def inside(reading: Reading, use: Use) -> Iterator[Use]:
    """Visit ``use`` and every expression in it, targets as leaves, each value once."""
    return walk(
        use, lambda one: reading.flows_from(one.value) if reading.target(one) is None else ()
    )


def _hands_on(value: Value) -> bool:
    """Does a value hand on what it holds as it is: a list its elements, a name what it means?"""
    return isinstance(value, Container) or (value.op == "either" and value.label is not None)


def _parts(value: Value) -> Sequence[Use]:
    """Return what is handed on."""
    if isinstance(value, Container):
        return [entry.value for entry in value.entries]
    return value.uses


def _is_held(value: Term) -> bool:
    """Is this an item of a mapping that nothing computes?"""
    base = original(value.uses[0].value)
    named = isinstance(base, Term) and base.op in ("name", "attr")
    return named and key_of_item(value) is not None
