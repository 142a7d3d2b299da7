"""A notebook's door to trace: ``%%thu_trace`` on a cell.

The cell itself runs as it would without that line, which becomes a comment: so its output, its
errors and its names are its own. Hooks are set before it, removed after it, and then it is told
beneath the cell what was compiled in it.
"""

from __future__ import annotations

import argparse
import json
import linecache
import sys
from collections.abc import Mapping
from itertools import takewhile
from types import ModuleType
from typing import Any

from flake8_theano_updates.cli.arguments import of_cell
from flake8_theano_updates.cli.settings import settle
from flake8_theano_updates.cli.trace import in_text, looked_for, wanted
from flake8_theano_updates.internal_error import internal_error
from flake8_theano_updates.options import BadOption
from flake8_theano_updates.trace.calls import questions, verdicts
from flake8_theano_updates.trace.left_out import left_out
from flake8_theano_updates.trace.recorded import Run, function_of, read
from flake8_theano_updates.trace.watcher import BACKENDS, Finder, Recorder
from flake8_theano_updates.trace.written import Program

MAGIC = "thu_trace"
_ALONE = f"%%{MAGIC} has to be the first line of a cell, and its only magic"
_EARLIER = (
    "some of what they compute was written in cells without %%thu_trace, where nothing is seen: "
    "put it on those that write the updates and take the gradients too"
)


def load(shell: Any) -> None:
    """Give an IPython shell the magic, once."""
    unload(shell)
    extension = _Extension(shell)
    shell.input_transformers_cleanup.append(extension.plain)
    shell.events.register("pre_run_cell", extension.before)
    shell.register_magic_function(extension.refuse, "cell", MAGIC)


def unload(shell: Any) -> None:
    """Take it away, if it is there."""
    for transform in list(shell.input_transformers_cleanup):
        extension = getattr(transform, "__self__", None)
        if isinstance(extension, _Extension):
            shell.input_transformers_cleanup.remove(transform)
            shell.events.unregister("pre_run_cell", extension.before)
            shell.magics_manager.magics["cell"].pop(MAGIC, None)


class _Cells(Program):
    """The text of files and of the cells that ran.

    Args:
        shell: knows the cells by what Python calls their files.
    """

    def __init__(self, shell: Any) -> None:
        super().__init__()
        self._compile = shell.compile
        self._paths: dict[str, str] = {}

    def data(self, path: str) -> bytes | None:
        path = self._paths.get(path, path)
        if self._compile.format_code_name(path) is None:
            return super().data(path)
        return "".join(linecache.getlines(path)).encode()

    def shown(self, path: str) -> str:
        name = self._compile.format_code_name(path)
        if name is None:
            return super().shown(path)
        shown = " ".join(name)
        self._paths[shown] = path
        return shown

    def subject(self, path: str, line: int, code: str) -> str:
        return code if self._compile.format_code_name(path) else super().subject(path, line, code)


class _Recorder(Recorder):
    """Keeps what is written down for the end of the cell."""

    def __init__(self) -> None:
        super().__init__(None, 0)
        self.lines: list[str] = []

    def write(self, record: dict[str, Any]) -> None:
        self.lines.append(json.dumps(record) + "\n")


class _Finder(Finder):
    """Hooks a backend that a cell imports.

    Args:
        recorders: what watches each, by name.
    """

    def __init__(self, recorders: Mapping[str, _Recorder]) -> None:
        self.recorders = recorders

    def hook(self, module: ModuleType) -> None:
        self.recorder = self.recorders[module.__name__]
        super().hook(module)

    def broken(self, name: str, error: Exception) -> None:
        self.recorders[name].broken(name, error)


class _Extension:
    """Watches the cells of one shell that begin with the magic.

    Args:
        shell: IPython's.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        # Numbers that expressions have got in one cell count in the next.
        self._recorders = {name: _Recorder() for name in BACKENDS}
        self._finder: Any = None
        self._depth = 0

    def plain(self, lines: list[str]) -> list[str]:
        """Make a comment of the magic; with options that are wrong it stays, and is refused."""
        options = _options_in(lines[0]) if lines else None
        if options is None or (len(lines) > 1 and lines[1].startswith("%%")):
            return lines
        try:
            _settled(options)
        except BadOption:
            return lines
        return [f"# {lines[0]}", *lines[1:]]

    def refuse(self, line: str, cell: str) -> None:
        """Report what the functions do that this cell compiles.

        Usage: %%thu_trace [--first-calls N] [--select CODES] [--enable CODES]
        """
        from IPython.core.error import UsageError

        try:
            _settled(line)
        except BadOption as error:
            raise UsageError(f"%%{MAGIC}: {error}") from None
        raise UsageError(_ALONE)

    def before(self, info: Any) -> None:
        """Set the hooks, if the cell that is about to run asks for it."""
        magics = list(takewhile(_is_magic, (info.raw_cell or "").lstrip().splitlines()))
        asked = [options for one in magics if (options := _options_in(one)) is not None]
        if not asked or self._depth:
            return
        if len(magics) > 1:
            if _options_in(magics[0]) is None:  # else it is refused
                _show(f"theano-updates: {_ALONE}; nothing is watched")
            return
        try:
            self._options = _settled(asked[0])
        except BadOption:
            return  # it is refused
        self._program = _Cells(self._shell)
        self._depth = 1
        self._hook()
        self._shell.events.register("pre_execute", self._enter)
        self._shell.events.register("post_execute", self._leave)

    def _hook(self) -> None:
        for recorder in self._recorders.values():
            recorder.watching, recorder.lines = True, []
            recorder.calls = self._options.first_calls
            recorder.ask = self._ask if recorder.calls else None
        imported = [name for name in BACKENDS if name in sys.modules]
        for name in imported:
            self._recorders[name].hook(sys.modules[name])
        if not imported:
            self._finder = _Finder(self._recorders)
            sys.meta_path.insert(0, self._finder)

    def _ask(self, record: dict[str, Any]) -> object:
        function = function_of(json.loads(json.dumps(record)))
        return questions(function, self._program, wanted(self._options))

    def _enter(self) -> None:
        self._depth += 1

    def _leave(self) -> None:
        """Remove the hooks when the cell has ended, not what runs within it, and report."""
        self._depth -= 1
        if self._depth:
            return
        self._shell.events.unregister("pre_execute", self._enter)
        self._shell.events.unregister("post_execute", self._leave)
        if self._finder in sys.meta_path:
            sys.meta_path.remove(self._finder)
        for recorder in self._recorders.values():
            recorder.unhook()
        lines = [line for one in self._recorders.values() for line in one.lines]
        try:
            text = _told(read(lines), self._options, self._program)
        except Exception as error:
            text = f"theano-updates: {internal_error('trace', error).message}"
        _show(text)


def _settled(line: str) -> argparse.Namespace:
    """Return what holds of the options of a cell and of the configuration.

    Raises:
        BadOption: says what is wrong with them.
    """
    options = of_cell(line)
    settle(options)
    return options


def _show(text: str) -> None:
    from IPython.display import display

    display({"text/plain": text}, raw=True)


def _told(run: Run, options: argparse.Namespace, program: Program) -> str:
    found = looked_for(run, options, program)
    told = verdicts(found, run) if options.first_calls else None
    text = in_text(run, found, told)
    if any(one.node and not one.node.serial for f in run.functions for one in f.variables):
        text += f"\ntheano-updates: {_EARLIER}"
    return "\n".join([text, *(f"theano-updates: {words}" for words in left_out(run))])


def _options_in(line: str) -> str | None:
    """Return the options in a line that is the magic."""
    magic, _, options = line.strip().partition(" ")
    return options if magic == f"%%{MAGIC}" else None


def _is_magic(line: str) -> bool:
    return line.startswith("%%")
