r"""Which encoding a file declares, as Python's own parser finds it out (PEP 263).

`tokenize.detect_encoding` is not asked: it gives up on a line that is no UTF-8, while the parser
reads the declaration beside any other byte, and takes ``\r`` for the end of a line too.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8

_LINE_ENDS = re.compile(rb"\r\n?|\n")
_COOKIE = re.compile(rb"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")
_NOT_CODE = re.compile(rb"[ \t\f]*(?:#.*)?")
# Names that Emacs gives with an ending ("utf-8-unix").
_USUAL = {"utf-8": "utf-8", **dict.fromkeys(("latin-1", "iso-8859-1", "iso-latin-1"), "iso-8859-1")}
_COMPARED = 12  # characters of a name


def declared_encoding(data: bytes) -> str | None:
    """Return the encoding that one of the first two lines declares, or None."""
    for line in _LINE_ENDS.split(data.removeprefix(BOM_UTF8), maxsplit=2)[:2]:
        cookie = _COOKIE.match(line)
        if cookie:
            return _usual(cookie[1].decode())
        if not _NOT_CODE.fullmatch(line):
            break
    return None


def encoding_of(data: bytes) -> str:
    """Return the encoding in which Python 3 reads a file; "utf-8-sig" with a byte order mark.

    Raises:
        LookupError: if the mark and the declaration contradict each other.
    """
    declared = declared_encoding(data)
    if not data.startswith(BOM_UTF8):
        return declared or "utf-8"
    if declared not in (None, "utf-8"):
        raise LookupError(f"it declares {declared}, but begins with the byte order mark of utf-8")
    return "utf-8-sig"


def _usual(name: str) -> str:
    compared = name[:_COMPARED].lower().replace("_", "-")
    return next(
        (usual for start, usual in _USUAL.items() if f"{compared}-".startswith(f"{start}-")), name
    )
