"""Many things at a time, and what is left of them after Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from flake8_theano_updates.backend.lanes import Lane, in_lanes


class _Waiting(Lane):
    """A lane whose work takes until it is ended."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def end(self) -> None:
        self.ended.set()


@pytest.mark.skipif(os.name != "posix", reason="other systems signal no threads")
def test_an_interruption_ends_the_work_whichever_thread_is_told() -> None:
    lane = _Waiting()

    def work(item: int, given: Lane) -> bool:
        time.sleep(0.5)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        return lane.ended.wait(20)

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        list(in_lanes(work, [1, 2], [lane]))
    assert time.monotonic() - began < 10
    assert lane.ended.is_set()
