"""Names, numbers, strings and operators that Python 3 spells differently than Python 2.

Regular expressions find the candidates and tree-sitter decides: going through all
tokens in Python would cost more than parsing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from flake8_theano_updates.source.python2_grammar import Reading
from flake8_theano_updates.source.rewriting import Rewrite

# Keywords of Python 3 that are names in Python 2: `True` only where it is bound or an
# attribute.
_NAMES = re.compile(
    rb"\b(?:async|await|nonlocal)\b"
    rb"|(?<=\.)(?:True|False)\b"
    rb"|\b(?:True|False)\b(?=[ \t]*(?:,[ \t]*(?:True|False)[ \t]*)*=(?!=))"
)
_NUMBERS = re.compile(
    rb"(?<![\w.])(?:0[xX][\da-fA-F]+[lL]|0[bBoO]\d+[lL]|\d+[lL]|0\d+(?![.jJeE]))(?!\w)"
)
_PREFIXES = re.compile(rb"""(?<!\w)(?:[uU][rR]|[bB][rR]?)["']""")
_ESCAPES = re.compile(rb"\\.", re.DOTALL)
_UNICODE_ESCAPES = re.compile(rb"\\[uUN]")
_UNICODE_LITERALS = re.compile(rb"^from __future__ import .*\bunicode_literals\b", re.MULTILINE)


def token_rewrites(reading: Reading) -> Iterator[Rewrite]:
    """Yield what makes Python 3 of single tokens and of backquotes."""
    for start, end in reading.backquotes:
        # Two pairs, because backquotes around `a, b` give the repr of a tuple.
        yield Rewrite(start, start + 1, b"repr((")
        yield Rewrite(end, end + 1, b"))")
    for match in re.finditer(b"<>", reading.code):
        if reading.kind(match) == "<>":
            yield Rewrite(match.start(), match.end(), b"!=")
    for match in _NAMES.finditer(reading.code):
        if reading.kind(match) == "identifier":
            yield Rewrite(match.start(), match.end(), _no_keyword(match[0]))
    for match in _NUMBERS.finditer(reading.code):
        if reading.kind(match) == "integer":
            # A space keeps the dot of `7L.real` from becoming part of the number.
            dotted = reading.code.startswith(b".", match.end())
            yield Rewrite(match.start(), match.end(), _number(match[0]) + b" " * dotted)
    for match in _PREFIXES.finditer(reading.code):
        if reading.kind(match) == "string_start":
            yield Rewrite(match.start(), match.end(), match[0].lstrip(b"uUbB"))
    yield from _escapes(reading)


def _no_keyword(name: bytes) -> bytes:
    """Spell a name with a wide letter: Python reads it as the same name, but never as a keyword."""
    return chr(name[0] + ord("\N{FULLWIDTH LATIN SMALL LETTER A}") - ord("a")).encode() + name[1:]


def _number(number: bytes) -> bytes:
    digits = number.rstrip(b"lL")
    if digits.isdigit() and digits.startswith(b"0") and digits.strip(b"0"):
        return b"0o" + digits.lstrip(b"0")
    return digits


def _escapes(reading: Reading) -> Iterator[Rewrite]:
    r"""Double the backslash of ``\u`` where Python 2 sees no escape: in strings of bytes."""
    all_unicode = _UNICODE_LITERALS.search(reading.code) is not None
    seen = set()
    for match in _UNICODE_ESCAPES.finditer(reading.code):
        string = reading.string_around(match)
        if string is None or string.start_byte in seen:
            continue
        seen.add(string.start_byte)
        code = reading.code[string.start_byte : string.end_byte]
        prefix = code[: min(at for at in (code.find(b"'"), code.find(b'"')) if at >= 0)].lower()
        if b"r" in prefix or b"u" in prefix or (all_unicode and b"b" not in prefix):
            continue
        for escape in _ESCAPES.finditer(code):
            if _UNICODE_ESCAPES.match(escape[0]):
                at = string.start_byte + escape.start()
                yield Rewrite(at, at, b"\\")
