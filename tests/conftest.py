"""Workers for many tests: starting a backend takes longer than compiling the programs."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable, Iterator

import pytest
from commands import PATIENCE

from flake8_theano_updates.backend.pool import Workers
from flake8_theano_updates.confirm import engine
from flake8_theano_updates.confirm.engine import confirm

_TIMEOUT: float = inspect.signature(confirm).parameters["timeout"].default


class _Lasting(Workers):
    """Workers that the end of a run gives back instead of ending them."""

    def __init__(self, idle: list[_Lasting]) -> None:
        super().__init__(None, PATIENCE)
        self._idle = idle

    def end(self) -> None:
        self._idle.append(self)


@pytest.fixture(scope="session")
def _lasting() -> Iterator[Callable[[str | None, float], Workers]]:
    idle: list[_Lasting] = []
    usual = None, _TIMEOUT, sys.executable

    def workers(python: str | None, timeout: float) -> Workers:
        if (python, timeout, sys.executable) != usual:
            return Workers(python, timeout)
        return idle.pop() if idle else _Lasting(idle)

    yield workers
    for own in idle:
        Workers.end(own)


@pytest.fixture
def _lasting_workers(
    _lasting: Callable[[str | None, float], Workers], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Let what is run in this process have the workers of the tests before."""
    monkeypatch.setattr(engine, "Workers", _lasting)
