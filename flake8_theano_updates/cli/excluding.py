"""Which files and folders are passed over when a folder is searched."""

from __future__ import annotations

import os
from dataclasses import dataclass

from flake8_theano_updates.patterns import excludes, matches

# What tools make and install; folders whose names begin with a dot are never entered.
DEFAULT = (
    "__pycache__", "__pypackages__", "_build", "build", "dist", "node_modules", "site-packages",
    "venv", "*.egg",
)  # fmt: skip


@dataclass(frozen=True)
class Excluding:
    """What is passed over.

    Args:
        patterns: anchored patterns of files and folders.
        force: whether files that are named are passed over too.
    """

    patterns: tuple[str, ...]
    force: bool = False

    def passes_file(self, path: str) -> bool:
        """Is a file in a folder passed over?"""
        return matches(path, self.patterns)

    def passes_folder(self, path: str) -> bool:
        """Is a folder within another passed over, with all that is in it?"""
        return (
            os.path.basename(path).startswith(".")
            or matches(path, self.patterns)
            # That is how Python itself knows a virtual environment.
            or os.path.lexists(os.path.join(path, "pyvenv.cfg"))
        )

    def passes_named(self, path: str) -> bool:
        """Is a file that is named passed over, for itself or for a folder below the current?"""
        return self.force and excludes(path, self.patterns, os.curdir)
