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


class Lane:
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
            supervisor.end()


def in_lanes(
    work: Callable[[Item, Lane], Result], items: Sequence[Item], lanes: Sequence[Lane]
) -> Iterator[Result]:
    """Yield what ``work`` makes of each item, in order; as many at a time as there are lanes.

    The lanes are ended at the end, also by an interruption.
    """
    free: queue.SimpleQueue[Lane] = queue.SimpleQueue()
    for lane in lanes:
        free.put(lane)

    def one(item: Item) -> Result:
        lane = free.get()
        try:
            return work(item, lane)
        finally:
            free.put(lane)

    with ThreadPoolExecutor(len(lanes)) as pool, ExitStack() as stack:
        for lane in lanes:
            stack.callback(lane.end)
        futures = [pool.submit(one, item) for item in items]
        stack.callback(lambda: [future.cancel() for future in futures])
        for future in futures:
            # Python notes Ctrl-C when its first thread wakes, which another may have been told.
            while not wait([future], WAKE).done:
                pass
            yield future.result()
