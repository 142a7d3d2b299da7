"""What holds for a document: the editor's settings, else the project's configuration."""

from __future__ import annotations

import argparse
from collections.abc import Mapping

from flake8_theano_updates.cli.settings import settle
from flake8_theano_updates.keys import KEYS, read_value


def options_for(folder: str, given: Mapping[str, object]) -> argparse.Namespace:
    """Return the options of ``theano-updates check`` in a folder.

    Args:
        folder: the project's root.
        given: what the editor's settings say, by the keys of a configuration file; None where
            they say nothing.

    Raises:
        BadOption: if the settings or a configuration file hold what means nothing.
    """
    own = {
        key.replace("-", "_"): None
        if given.get(key) is None
        else read_value(key, given[key], "settings of the editor", folder)
        for key in KEYS
    }
    options = argparse.Namespace(isolated=False, config=None, **own)
    settle(options, folder)
    return options
