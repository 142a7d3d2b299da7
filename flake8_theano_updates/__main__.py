"""``python -m flake8_theano_updates``: the same as ``theano-updates``."""

from __future__ import annotations

import os
import sys

if __name__ == "__main__":
    # Python has put the current folder first: what is checked must not stand in for a library.
    if sys.path[0] == "" or sys.path[0] == os.getcwd():
        del sys.path[0]
    from flake8_theano_updates.cli.main import main

    sys.exit(main())
