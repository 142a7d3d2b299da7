"""Numbers that stand for what is not known."""

from __future__ import annotations

import itertools
import zlib
from collections.abc import Iterator, Sequence

from flake8_theano_updates.confirm.expressions import Expression, atom

# They stay clear of 0 and 1, and have so many digits that two rarely meet.
_LEAST, _MANY, _SCALE = 1500, 7000, 10000
_STEP = 430


class Numbers:
    """Distinct numbers between 0.15 and 0.85; a key has the same one in most programs.

    So programs that were written before and after a change of the file can be compared.
    Of two keys that would have one number, the second gets another.
    """

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def number(self, key: str) -> float:
        """Return the number for a key."""
        return self._start(key) / _SCALE

    def array(self, key: str, shape: Sequence[int]) -> Expression:
        """Return an array whose elements differ; the first is the number for the key."""
        numbers = (value / _SCALE for value in itertools.count(self._start(key), _STEP))
        if not shape:
            return atom(repr(next(numbers)))
        return atom(f"numpy.array({_nested(numbers, shape)})")

    def _start(self, key: str) -> int:
        wanted = zlib.crc32(key.encode()) % _MANY
        while wanted in self._taken:
            wanted = (wanted + 37) % _MANY
        self._taken.add(wanted)
        return _LEAST + wanted


def _nested(numbers: Iterator[float], shape: Sequence[int]) -> str:
    if not shape:
        return repr(next(numbers))
    inner = ", ".join(_nested(numbers, shape[1:]) for _ in range(shape[0]))
    return f"[{inner}]"
