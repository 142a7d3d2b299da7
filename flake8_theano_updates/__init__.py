"""Find and confirm code that reads Theano's update lists as if they ran in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from typing import Any

    from flake8_theano_updates.findings import check
    from flake8_theano_updates.model import Finding

__version__ = "0.1.0"

__all__ = ["Finding", "__version__", "check"]


def __getattr__(name: str) -> object:
    """Import what is asked for; flake8 needs none of it for code that is not Theano's."""
    if name == "check":
        from flake8_theano_updates.findings import check

        return check
    if name == "Finding":
        from flake8_theano_updates.model import Finding

        return Finding
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def load_ipython_extension(shell: Any) -> None:
    """Give a notebook ``%%thu_trace``, by ``%load_ext flake8_theano_updates``."""
    from flake8_theano_updates.notebook import load

    load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Take it away."""
    from flake8_theano_updates.notebook import unload

    unload(shell)
