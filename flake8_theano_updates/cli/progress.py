"""How far a long run is, on a terminal.

This is no work for a library: it is one line, and a bar that needs an extra would be
missing where ``confirm`` runs with ``--python``, without extras.
"""

from __future__ import annotations

import os
import threading
from types import TracebackType
from typing import TextIO

_DELAY = 1.0  # seconds before it shows
_WIDTH = 40  # characters between the brackets, at most


class ProgressBar:
    """A bar that shows after a second, on a terminal only, and is gone at the end.

    Use it in a ``with`` statement, and call it with how much is done and how much there is.

    Args:
        stream: where it shows if that is a terminal.
        total: how many findings there are to confirm.
    """

    def __init__(self, stream: TextIO, total: int) -> None:
        self._stream = stream
        self._state = (0, total)
        self._shows = False
        self._shown = ""
        self._lock = threading.Lock()
        # The first finding may be the one that takes long: nobody calls before it ends.
        self._timer = threading.Timer(_DELAY, self._show)
        self._timer.daemon = True

    def __enter__(self) -> ProgressBar:
        if self._stream.isatty():
            self._timer.start()
        return self

    def __call__(self, done: int, total: int) -> None:
        """Say that ``done`` of ``total`` findings have their verdict."""
        with self._lock:
            self._state = (done, total)
            if self._shows:
                self._draw(self._line())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._timer.cancel()
        with self._lock:
            # A timer that has run out waits for the lock, if it has not shown the bar yet.
            self._state = (0, 0)
            if self._shows:
                self._draw("")

    def _show(self) -> None:
        with self._lock:
            done, total = self._state
            if done < total:
                self._shows = True
                self._draw(self._line())

    def _line(self) -> str:
        done, total = self._state
        words = f"confirming: {done} of {total}"
        columns = _columns(self._stream) - 1  # a full line would begin the next
        width = min(_WIDTH, columns - len(words) - len(" []"))
        if width < 1:
            return words[:columns]
        full = width * done // total
        return f"{words} [{'#' * full}{'.' * (width - full)}]"

    def _draw(self, line: str) -> None:
        # Spaces over what was there: every terminal knows them.
        self._stream.write(f"\r{line.ljust(len(self._shown))}" + ("" if line else "\r"))
        self._stream.flush()
        self._shown = line


def _columns(stream: TextIO) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80  # some say 0
    except (OSError, ValueError):
        return 80
