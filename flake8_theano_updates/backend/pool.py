"""Do many things at a time, each with workers of its own."""

from __future__ import annotations

import queue
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from contextlib import ExitStack
from typing import TypeVar

from flake8_theano_updates.backend.supervisor import Supervisor

WAKE = 0.2  # seconds

Item = TypeVar("Item")
Result = TypeVar("Result")


class Workers:
    """The workers that serve one thing at a time: one for each order of backends."""

    def __init__(self, python: str | None, timeout: float) -> None:
        self._python = python
        self._timeout = timeout
        self._supervisors: dict[tuple[str, ...], Supervisor] = {}

    def supervisor(self, packages: tuple[str, ...]) -> Supervisor:
        """Return what runs programs with the first of these packages that is there."""
        if packages not in self._supervisors:
            self._supervisors[packages] = Supervisor(self._python, self._timeout, packages)
        return self._supervisors[packages]

    def end(self) -> None:
        """End the workers."""
        for supervisor in self._supervisors.values():
            supervisor.close()


def in_parallel(
    work: Callable[[Item, Workers], Result], items: Sequence[Item], workers: Sequence[Workers]
) -> Iterator[Result]:
    """Yield what ``work`` makes of each item, in order; as many at a time as there are workers.

    The workers are ended at the end, also by an interruption.
    """
    free: queue.SimpleQueue[Workers] = queue.SimpleQueue()
    for own in workers:
        free.put(own)

    def one(item: Item) -> Result:
        own = free.get()
        try:
            return work(item, own)
        finally:
            free.put(own)

    with ThreadPoolExecutor(len(workers)) as pool, ExitStack() as stack:
        for own in workers:
            stack.callback(own.end)
        futures = [pool.submit(one, item) for item in items]
        stack.callback(lambda: [future.cancel() for future in futures])
        for future in futures:
            # Python notes Ctrl-C when its first thread wakes, which another may have been told.
            while not wait([future], WAKE).done:
                pass
            yield future.result()
