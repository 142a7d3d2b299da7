"""How the command line is read: as argparse does, with errors of one useful line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any, NoReturn

from flake8_theano_updates.options import BadOption, did_you_mean


class Parser(argparse.ArgumentParser):
    """Says what is wrong in a line, and where to read more, instead of printing all options."""

    def error(self, message: str) -> NoReturn:
        """End with status 2."""
        self.exit(2, f"{self.prog}: error: {message}\n{self.prog} --help says more\n")

    def unknown(self, given: Sequence[str]) -> NoReturn:
        """End because of what nothing takes."""
        name = next((one for one in given if one.startswith("-")), given[0]).partition("=")[0]
        self.error(f"there is no option {name}{did_you_mean(name, self._option_string_actions)}")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is not None and value not in action.choices:
            known = list(map(str, action.choices))
            said = f"invalid choice: {value!r}{did_you_mean(str(value), known)}"
            raise argparse.ArgumentError(action, f"{said} (choose from {', '.join(known)})")


class CellParser(Parser):
    """Leaves it to others to say what is wrong."""

    def error(self, message: str) -> NoReturn:
        """Raise the error.

        Raises:
            BadOption: says what is wrong.
        """
        raise BadOption(message)
