"""The exit statuses of the command line; the highest that applies is given."""

from __future__ import annotations

NOTHING = 0
FOUND = 1
UNUSABLE = 2
INTERNAL = 3
INTERRUPTED = 130
CLOSED = 141
