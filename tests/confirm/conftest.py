"""One worker for many tests: starting a backend takes longer than compiling the programs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from flake8_theano_updates.backend.lanes import Lane
from flake8_theano_updates.confirm import engine


class _Lasting(Lane):
    """A lane that the end of a run does not end."""

    def end(self) -> None:
        pass


@pytest.fixture(scope="session")
def _lasting() -> Iterator[_Lasting]:
    lane = _Lasting(None, 20.0)
    yield lane
    Lane.end(lane)


@pytest.fixture
def _one_worker(_lasting: _Lasting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "Lane", lambda python, timeout: _lasting)
