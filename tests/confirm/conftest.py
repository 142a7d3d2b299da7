"""One worker for many tests: starting a backend takes longer than compiling the programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flake8_theano_updates.backend.pool import Workers
from flake8_theano_updates.confirm import engine


class _Lasting(Workers):
    """Workers that the end of a run does not end."""

    def end(self) -> None:
        pass


@pytest.fixture(scope="session")
def _lasting() -> Iterator[_Lasting]:
    own = _Lasting(None, 20.0)
    yield own
    Workers.end(own)


@pytest.fixture
def _one_worker(_lasting: _Lasting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "Workers", lambda python, timeout: _lasting)
