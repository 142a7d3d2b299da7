"""Many things at a time, and what is left of them after Ctrl-C."""

from __future__ import annotations

import os
import signal
import threading
import time

import pytest

from flake8_theano_updates.backend.pool import Workers, in_parallel


class _Waiting(Workers):
    """Workers whose work takes until they are ended."""

    def __init__(self) -> None:
        self.ended = threading.Event()

    def end(self) -> None:
        self.ended.set()


@pytest.mark.skipif(os.name != "posix", reason="other systems signal no threads")
def test_an_interruption_ends_the_work_whichever_thread_is_told() -> None:
    own = _Waiting()

    def work(item: int, given: Workers) -> bool:
        time.sleep(0.5)
        signal.pthread_kill(threading.get_ident(), signal.SIGINT)
        return own.ended.wait(600)

    began = time.monotonic()
    # What a shell starts in the background ignores the signal.
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            list(in_parallel(work, [1, 2], [own]))
    finally:
        signal.signal(signal.SIGINT, before)
    assert time.monotonic() - began < 300
    assert own.ended.is_set()
