"""Ask the backend itself: compile what a finding is about and compare the numbers."""

from __future__ import annotations

from flake8_theano_updates.runtime.engine import confirm

__all__ = ["confirm"]
