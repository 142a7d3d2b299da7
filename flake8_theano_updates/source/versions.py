"""Read a file as the Python that it is written in."""

from __future__ import annotations

from typing import Literal

from flake8_theano_updates.source import python2, python3
from flake8_theano_updates.source.python3 import NotPython3, Parsed, Unreadable

PythonVersion = Literal["2", "3", "auto"]


def parse(path: str, data: bytes, version: PythonVersion = "auto") -> Parsed:
    """Decode and parse the bytes of a file.

    ``auto`` takes Python 3 if it parses and Python 2 otherwise, because what parses as
    both means the same here.

    Raises:
        Unreadable: if the file is not of that Python (of neither, for ``auto``), or if
            it is left for Python 2 and the extra is not installed.
    """
    if version == "3":
        return python3.parse(path, data)
    if version == "2":
        return python2.parse(path, data)
    try:
        return python3.parse(path, data)
    except Unreadable as error:
        as_python3 = error
    is_other = isinstance(as_python3, NotPython3) and as_python3.construct is None
    try:
        return python2.parse(path, data)
    except python2.NoExtra as error:
        if is_other:
            raise as_python3 from None
        reason = f"{as_python3.reason}; {error.reason}"
        raise Unreadable(path, as_python3.line, as_python3.column, reason) from None
    except Unreadable as as_python2:
        # The parser that got further knows what is wrong.
        further = (as_python2.line, as_python2.column) > (as_python3.line, as_python3.column)
        if further:
            raise as_python2 from None
        if isinstance(as_python3, NotPython3):
            # It is not what it looks like.
            raise Unreadable(path, as_python3.line, as_python3.column, as_python3.error) from None
        raise as_python3 from None
