"""Find and confirm code that reads Theano's update lists as if they ran in order."""

from __future__ import annotations

from flake8_theano_updates.findings import check
from flake8_theano_updates.model import Finding

__version__ = "0.1.0"

__all__ = ["Finding", "__version__", "check"]
