"""``python -m flake8_theano_updates``: the same as ``theano-updates``."""

from __future__ import annotations

import sys

from flake8_theano_updates.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
