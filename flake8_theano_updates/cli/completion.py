"""Scripts that let a shell complete what is typed, made by shtab of the options themselves."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from typing import Any

from flake8_theano_updates.extras import install

SHELLS = ("bash", "zsh", "fish", "tcsh")


class PrintCompletion(argparse.Action):
    """Print the script for a shell, and end."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[Any] | None,
        option_string: str | None = None,
    ) -> None:
        """Print it, for the parser that meets the option."""
        # Imported here: nothing else needs it.
        try:
            import shtab
        except ImportError as error:
            parser.error(f"{option_string} needs shtab: {install('completion')} ({error})")
        for action in _actions(parser):
            words = action.metavar or ""
            if "DIR" in words:
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
            elif any(word in words for word in ("FILE", "PATH", "SCRIPT")):
                action.complete = shtab.FILE  # type: ignore[attr-defined]
        print(shtab.complete(parser, shell=str(values)))
        parser.exit()


def _actions(parser: argparse.ArgumentParser) -> Iterator[argparse.Action]:
    for action in parser._actions:
        yield action
        if isinstance(action, argparse._SubParsersAction):
            for verb in action.choices.values():
                yield from _actions(verb)
