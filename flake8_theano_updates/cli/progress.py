"""How far a long run is, on a terminal."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

_DELAY = 1.0  # seconds before it shows


@contextmanager
def progress(stream: TextIO, words: str, total: int) -> Iterator[Callable[[int, int], None]]:
    """Show a bar after a second, on a terminal only; it is gone at the end.

    Yields:
        what takes how much is done and how much there is.
    """
    console = Console(file=stream)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    bar = Progress(*columns, console=console, transient=True, disable=not console.is_terminal)
    task = bar.add_task(words, total=total)
    # The first of them may take long: nobody calls before it ends.
    timer = threading.Timer(_DELAY, bar.start)
    timer.start()
    try:
        yield lambda done, total: bar.update(task, completed=done, total=total)
    finally:
        timer.cancel()
        timer.join()
        bar.stop()
