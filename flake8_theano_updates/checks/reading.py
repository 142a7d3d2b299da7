"""What an expression takes the value of, given which variables are targets."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence

from flake8_theano_updates.interpreter.names import SHARED, SYMBOLS
from flake8_theano_updates.values import (
    Container,
    Path,
    Term,
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

MOST_FACTORS = 200
MOST_WAYS = 16


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
        self._reads: dict[int, tuple[Use, ...]] = {}
        self._handed_on: dict[int, tuple[Use, ...]] = {}
        # Of a name that hands on what another name handed on: the ids of those reads.
        self._passed_on: dict[int, set[int]] = {}
        self._variables: dict[int, frozenset[Hashable]] = {}
        self._keys: dict[int, int] = {}
        self._sums: dict[int, tuple[int, int]] = {}
        self._interned: dict[Hashable, int] = {}

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
        if self.target(use) is not None:
            return (use,)
        if _hands_on(use.value):
            return self._reads_through(use, use.value)
        return self._reads_in(use.value)

    def variables(self, use: Use) -> frozenset[Hashable]:
        """Return the identities of the targets whose values ``use`` takes."""
        known = self._variables.get(id(use))
        if known is None:
            known = frozenset(read.value.identity for read in self.reads(use))
            self._variables[id(use)] = known
        return known

    def _reads_through(self, use: Use, value: Value) -> tuple[Use, ...]:
        """What is handed on is read at the moment at which what hands it on is used."""
        if id(use) not in self._handed_on:
            reads = self._reads_in(value)
            parts = _handed_on(value)
            passed = set(map(id, parts))
            for part in parts:
                passed |= self._passed_on.get(id(part), set())
            found = [
                Use(read.value, use.node, use.moment, joined(use.path, read.path))
                if id(read) in passed
                else read
                for read in reads
            ]
            if isinstance(value, Term):
                changed = zip(reads, found, strict=True)
                self._passed_on[id(use)] = {id(now) for then, now in changed if now is not then}
            self._handed_on[id(use)] = tuple(found)
        return self._handed_on[id(use)]

    def hands_on(self, use: Use) -> bool:
        """Does this take nothing itself, but hand on what it holds: a list, a name?"""
        return _hands_on(use.value) and self.target(use) is None

    def _reads_in(self, root: Value) -> tuple[Use, ...]:
        def below(value: Value) -> Iterable[Value]:
            return (use.value for use in self._read_by(value) if self.target(use) is None)

        for value in bottom_up(root, below, self._reads):
            found: dict[int, Use] = {}
            for use in self._read_by(value):
                if self.target(use) is not None:
                    reads: tuple[Use, ...] = (use,)
                elif id(use.value) in self._reads and _hands_on(use.value):
                    reads = self._reads_through(use, use.value)
                else:
                    reads = self._reads.get(id(use.value), ())
                found.update((id(read), read) for read in reads)
            self._reads[id(value)] = tuple(found.values())
        return self._reads[id(root)]

    def around(self, use: Use, read: Use, way: Path = ()) -> list[Use]:
        """Return every expression inside ``use`` that holds ``read``, the outer ones first.

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
            if any(inner is read for inner in self.reads(current)):
                found.append(current)
                waiting.extend(self._read_by(current.value))
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

    def ways(self, use: Use, read: Use) -> list[Path]:
        """Return the ways through the branches inside ``use`` on which it takes ``read``."""
        ways: list[Path] = [()]
        for expression in self.around(use, read):
            value = expression.value
            if isinstance(value, Term) and value.op == "either":
                arms = [arm.path for arm in value.uses if any(r is read for r in self.reads(arm))]
                if len(arms) > 1 and len(ways) * len(arms) <= MOST_WAYS:
                    ways = [joined(way, arm) for way in ways for arm in arms if meet(way, arm)]
        return ways

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
            return ("const", _number(value.label))
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
        total = count = 0
        for sign, use in summands(value):
            inner = self.plain(use)
            known = self._sums.get(id(inner.value)) if self.target(inner) is None else None
            mark, terms = known or (_mixed(self._part(use)), 1)
            total += sign * mark
            count += terms
        self._sums[id(value)] = (total, count)
        return ("sum", total, count)

    def _creates(self, term: Term) -> bool:
        maker = str(term.label)
        if SYMBOLS.match(maker):
            return True
        return bool(SHARED.search(maker)) and not self._reads_in(term)

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


def _handed_on(value: Value) -> Sequence[Use]:
    if isinstance(value, Container):
        return [entry.value for entry in value.entries]
    return value.uses


def bottom_up(
    root: Value, below: Callable[[Value], Iterable[Value]], done: Mapping[int, object]
) -> Iterator[Value]:
    """Visit ``root`` after all that lies below it, each value once, without recursion."""
    entered: set[int] = set()
    waiting = [(root, False)]
    while waiting:
        value, ready = waiting.pop()
        if ready:
            yield value
        elif id(value) not in done and id(value) not in entered:
            entered.add(id(value))
            waiting.append((value, True))
            waiting.extend((inner, False) for inner in below(value))


def _mixed(number: int) -> int:
    """Scatter small numbers over 64 bits, so that different sums of them differ.

    SplitMix64: Steele, Lea and Flood, Fast Splittable Pseudorandom Number
    Generators, OOPSLA 2014.
    """
    bits = (1 << 64) - 1
    number = (number + 1) * 0x9E3779B97F4A7C15 & bits
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & bits
    number = (number ^ number >> 27) * 0x94D049BB133111EB & bits
    return number ^ number >> 31


def _number(label: Hashable) -> Hashable:
    """Let 1 and 1.0 be one constant, and True another."""
    if isinstance(label, (int, float)) and not isinstance(label, bool):
        try:
            return float(label)
        except OverflowError:
            return label
    return repr(label)


def key_of_item(value: Term) -> str | None:
    """Return the key in ``options["decay"]``, or None for any other expression."""
    if value.op != "item" or len(value.uses) < 2:
        return None
    key = original(value.uses[1].value)
    return key.label if isinstance(key, Term) and isinstance(key.label, str) else None


def _is_held(value: Term) -> bool:
    """Is this an item of a mapping that nothing computes?"""
    base = original(value.uses[0].value)
    named = isinstance(base, Term) and base.op in ("name", "attr")
    return named and key_of_item(value) is not None


def is_nothing(term: Term) -> bool:
    """Is this a product with zero, a way to mention a variable without its value?"""
    factors = (factor.value for factor in term.uses if isinstance(factor.value, Term))
    return term.op == "*" and any(one.op == "const" and one.label == 0 for one in factors)


def small_power(term: Term) -> int:
    """Return n of ``x**n`` where it stands for a product written short, else 0."""
    exponent = term.uses[1].value
    if isinstance(exponent, Term) and exponent.op == "const" and exponent.label in (2, 3, 4):
        return int(str(exponent.label).partition(".")[0])
    return 0


def summands(value: Term) -> list[tuple[int, Use]]:
    """Return the operands of a sum, a difference or a sign, each with its sign."""
    if value.op in ("neg", "pos"):
        return [(-1 if value.op == "neg" else 1, value.uses[0])]
    left, right = value.uses
    return [(1, left), (-1 if value.op == "-" else 1, right)]
