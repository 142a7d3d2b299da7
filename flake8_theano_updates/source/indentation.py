"""Tabs in indentation as Python 2 counts them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flake8_theano_updates.source.rewriting import Rewrite, Rewritten, rewrite

_TAB = re.compile(rb"^[ \f]*\t", re.MULTILINE)
_SPACE = re.compile(rb"^[\t\f]* ", re.MULTILINE)
_INDENTATION = re.compile(rb"^[ \t\f]*\t[ \t\f]*", re.MULTILINE)


def expanded(code: bytes) -> Rewritten:
    r"""Turn the tabs of indentation into spaces where a text mixes both.

    To Python 2 a tab reaches to the next multiple of 8; Python 3 refuses what depends
    on that. Lines inside strings are expanded too: only their value changes. Lines end
    with ``\n``.
    """
    if _TAB.search(code) and _SPACE.search(code):
        return rewrite(code, _spaces(code))
    return Rewritten(code, {})


def _spaces(code: bytes) -> Iterator[Rewrite]:
    for match in _INDENTATION.finditer(code):
        # A form feed starts the count anew.
        ignored, feed, counted = match[0].rpartition(b"\f")
        yield Rewrite(match.start(), match.end(), ignored + feed + counted.expandtabs(8))
