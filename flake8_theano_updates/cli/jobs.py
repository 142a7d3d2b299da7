"""Work on many things, in this process or in several, and show how far it is."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, TypeVar

from flake8_theano_updates.cli.progress import progress

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Here(Executor):
    """Does the work in this process, each thing when its result is asked for."""

    def map(
        self,
        fn: Callable[..., Result],
        *iterables: Iterable[Any],
        timeout: float | None = None,
        chunksize: int = 1,
    ) -> Iterator[Result]:
        return map(fn, *iterables)


@contextmanager
def executor(jobs: int, dask: str | None = None) -> Iterator[Executor]:
    """Give what works on as many things at a time, each in a process of its own if above 1.

    Its processes end at the end, also by an interruption and where this one is killed.

    Args:
        jobs: how many processes there are to be.
        dask: the address of a cluster that works in their place.

    Raises:
        BrokenExecutor: from its results, if one of the processes was killed.
        BadOption: if there is no such cluster, or it fails.
    """
    if dask is not None:
        # Imported here: most runs do without it.
        from flake8_theano_updates.cli.cluster import cluster

        with cluster(dask) as pool:
            yield pool
        return
    if jobs < 2:
        yield _Here()
        return
    # Imported here: most runs do without it.
    from concurrent.futures import ProcessPoolExecutor

    others = multiprocessing.active_children()
    pool = ProcessPoolExecutor(jobs, initializer=_begin)
    try:
        yield pool
    except BaseException:
        for process in multiprocessing.active_children():
            if process not in others:
                process.terminate()
        raise
    finally:
        pool.shutdown(cancel_futures=True)


@contextmanager
def _interrupts_later() -> Iterator[None]:
    """Let Ctrl-C wait; the processes that begin meanwhile never hear of it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _begin() -> None:
    """Prepare a process of its own."""
    # Ctrl-C is told to all of them; the first one ends the others. Where it cannot wait,
    # it is not to be heard from now on.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)


def each(
    work: Callable[[Item], Result],
    items: Sequence[Item],
    pool: Executor,
    words: str | None,
    size: Callable[[Item], int] | None = None,
) -> list[Result]:
    """Return what ``work`` makes of each item, in their order, with a bar on a terminal.

    Args:
        work: what is done; where ``pool`` has processes, a function that they can import.
        items: what it is done with.
        pool: what does it.
        words: what is being done; None shows no bar.
        size: how much of the work an item is; all are alike by default.
    """
    results: list[Result] = []
    # Asked for first: processes begin best before there are threads, as those of the bar.
    with _interrupts_later():
        made = pool.map(work, items)
    sizes = [size(item) if size else 1 for item in items]
    done, total = 0, sum(sizes)
    with progress(sys.stderr if words else None, words or "", total) as told:
        for one, result in zip(sizes, made, strict=True):
            results.append(result)
            done += one
            told(done, total)
    return results
