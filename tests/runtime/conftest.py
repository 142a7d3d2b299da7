"""One worker for many tests: starting a backend takes longer than compiling the programs."""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType

import pytest

from flake8_theano_updates.runtime import engine
from flake8_theano_updates.runtime.supervisor import Supervisor


class _Lasting(Supervisor):
    """A supervisor that a ``with`` statement does not end."""

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass


@pytest.fixture(scope="session")
def _lasting() -> Iterator[_Lasting]:
    supervisor = _Lasting()
    yield supervisor
    Supervisor.__exit__(supervisor, None, None, None)


@pytest.fixture
def _one_worker(_lasting: _Lasting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "Supervisor", lambda python, timeout: _lasting)
