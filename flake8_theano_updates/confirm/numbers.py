"""Numbers that stand for what is not known."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence

from flake8_theano_updates.confirm.expressions import Expression, atom


class Numbers:
    """Distinct numbers between 0.15 and 0.85; equal names have equal ones in every program.

    So programs that were written before and after a change of the file can be compared.
    """

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def number(self, name: str) -> float:
        """Return the number for a name."""
        return self._thousandths(name, 700) / 1000

    def array(self, name: str, shape: Sequence[int]) -> Expression:
        """Return an array whose elements differ, all of them between 0.15 and 1."""
        start = self._thousandths(name, 300)
        numbers = (value / 1000 for value in itertools.count(start, 43))
        if not shape:
            return atom(repr(next(numbers)))
        return atom(f"numpy.array({_nested(numbers, shape)})")

    def _thousandths(self, name: str, many: int) -> int:
        wanted = zlib.crc32(name.encode()) % many
        while wanted in self._taken:
            wanted = (wanted + 37) % many
        self._taken.add(wanted)
        return 150 + wanted


def _nested(numbers: Iterator[float], shape: Sequence[int]) -> str:
    if not shape:
        return repr(round(next(numbers), 3))
    inner = ", ".join(_nested(numbers, shape[1:]) for _ in range(shape[0]))
    return f"[{inner}]"
