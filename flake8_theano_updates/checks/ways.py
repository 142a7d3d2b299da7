"""On which ways through the branches an expression takes its reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from flake8_theano_updates.checks.graphs import bottom_up
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.values import Path, Term, Use, Value, joined, meet

MOST_WAYS = 16


def ways(reading: Reading, use: Use) -> dict[int, list[Path]]:
    """Return the ways through the branches inside ``use`` on which it takes a read.

    By the id of the read; for others there is one way, which takes no branch. Each branch may
    double the ways: those that would make more than `MOST_WAYS` are not told apart.
    """
    found: dict[int, list[Path]] = {}
    branches = [
        value
        for expression in reading.expressions(use)
        if isinstance(value := expression.value, Term) and value.op == "either"
    ]
    if not branches:
        return found
    reads = reading.reads(use)
    bits = _Bits(reading, reads)
    undecided = (1 << len(reads)) - 1
    for branch in branches:
        arms = [(arm.path, bits.of(arm)) for arm in branch.uses]
        for number in _numbers(_in_several(mask for _, mask in arms) & undecided):
            taken = [path for path, mask in arms if mask >> number & 1]
            known = found.get(id(reads[number]), [()])
            if len(known) * len(taken) <= MOST_WAYS:
                known = [joined(way, arm) for way in known for arm in taken if meet(way, arm)]
                found[id(reads[number])] = known
            if len(known) * 2 > MOST_WAYS:
                undecided &= ~(1 << number)
    return found


class _Bits:
    """Sets of reads as the bits of a number, which many expressions in each other can have.

    Args:
        reads: the reads, each of which is one bit.
    """

    def __init__(self, reading: Reading, reads: Iterable[Use]) -> None:
        self._reading = reading
        self._bits = {id(read): 1 << number for number, read in enumerate(reads)}
        self._known: dict[int, int] = {}

    def of(self, use: Use) -> int:
        """Return the reads that an expression takes."""
        if self._reading.target(use) is not None:
            return self._bits.get(id(use), 0)
        taken = self._reading.taken_by(use)
        for root in taken:
            if not isinstance(root, Use):
                for value in bottom_up(root, self._below, self._known):
                    self._known[id(value)] = self._all_of(self._reading.taken_in(value))
        return self._all_of(taken)

    def _below(self, value: Value) -> Iterator[Value]:
        return (one for one in self._reading.taken_in(value) if not isinstance(one, Use))

    def _all_of(self, taken: Iterable[Use | Value]) -> int:
        bits = 0
        for one in taken:
            known = self._bits if isinstance(one, Use) else self._known
            bits |= known.get(id(one), 0)
        return bits


def _in_several(masks: Iterable[int]) -> int:
    """Return the bits that are set in more than one of the numbers."""
    once = several = 0
    for mask in masks:
        several |= once & mask
        once |= mask
    return several


def _numbers(mask: int) -> Iterator[int]:
    """Return which bits are set."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest
