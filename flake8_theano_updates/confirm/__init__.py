"""From findings to programs, and from what these compute to verdicts."""

from __future__ import annotations

from flake8_theano_updates.confirm.engine import confirm

__all__ = ["confirm"]
