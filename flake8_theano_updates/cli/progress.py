"""How far a long run is, on a terminal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_DELAY = 1.0  # seconds before it shows


@contextmanager
def progress(stream: TextIO | None, words: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """Show a bar after a second, on a terminal only; it is gone at the end.

    Args:
        stream: where; None for nowhere.
        words: what is being done.
        total: how much there is to do.

    Yields:
        what takes how much is done and how much there is.
    """
    if stream is None or not stream.isatty():
        yield _nowhere
        return
    bar = _Bar(stream, words, total)
    # The first of them may take long: nobody calls before it ends.
    timer = threading.Timer(_DELAY, bar.show)
    timer.start()
    try:
        yield bar.told
    finally:
        timer.cancel()
        timer.join()
        bar.end()


def _nowhere(done: int, total: int) -> None:
    pass


class _Bar:
    """A bar that is made when it shows: most runs end before, and import nothing for it."""

    def __init__(self, stream: TextIO, words: str, total: int) -> None:
        self._stream = stream
        self._words = words
        self._total = total
        self._done = 0
        self._shown: tuple[Progress, TaskID] | None = None

    def show(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
        # What is printed meanwhile goes above the bar, but standard output is not to be touched.
        bar = Progress(
            *columns, console=Console(file=self._stream), transient=True, redirect_stdout=False
        )
        self._shown = bar, bar.add_task(self._words, total=self._total, completed=self._done)
        bar.start()
        self.told(self._done, self._total)

    def told(self, done: int, total: int) -> None:
        self._done, self._total = done, total
        if self._shown is not None:
            bar, task = self._shown
            bar.update(task, completed=done, total=total)

    def end(self) -> None:
        if self._shown is not None:
            self._shown[0].stop()
