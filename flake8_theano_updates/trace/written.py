"""From the frames of a run to the text of the program: where a read stands, what is named how."""

from __future__ import annotations

import ast
import os
import shlex
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TypeGuard

from flake8_theano_updates.checks.places import Places, written
from flake8_theano_updates.findings import character
from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import Rule
from flake8_theano_updates.source.python3 import Unreadable
from flake8_theano_updates.source.reading import module_of, read
from flake8_theano_updates.trace.recorded import Chain, Frame
from flake8_theano_updates.values import dotted, printable

Span = tuple[int, int, int, int]
_PAIRS = (ast.Tuple, ast.List, ast.Dict, ast.ListComp, ast.DictComp, ast.GeneratorExp, ast.SetComp)


class File:
    """One file of the program, as far as it can be read.

    Args:
        path: as Python names it.
        data: its bytes; None of code that was made while the program ran.
    """

    def __init__(self, path: str, data: bytes | None) -> None:
        self.lines: Sequence[str] = ()
        self._tree = ast.Module([], [])
        try:
            module = module_of(read(path, data or b"", "auto"))
        except (Unreadable, ValueError):
            return  # Python 2 without its parser
        self.lines, self._tree = module.lines, module.tree

    @cached_property
    def places(self) -> Places:
        """What is around its calls."""
        return Places(self._tree)

    @cached_property
    def modules(self) -> frozenset[str]:
        """The names that it imports."""
        return frozenset(
            (one.asname or one.name).partition(".")[0]
            for node in self._nodes
            if isinstance(node, ast.Import | ast.ImportFrom)
            for one in node.names
        )

    @cached_property
    def _nodes(self) -> list[ast.expr | ast.stmt]:
        return [one for one in ast.walk(self._tree) if isinstance(one, ast.expr | ast.stmt)]

    @cached_property
    def _by_span(self) -> dict[Span, ast.expr | ast.stmt]:
        return {span_of(one): one for one in self._nodes}

    @cached_property
    def _statements(self) -> list[ast.stmt]:
        return [one for one in self._nodes if isinstance(one, ast.stmt)]

    def expression(self, frame: Frame) -> ast.expr | ast.stmt | None:
        """Return the expression that ran, where the Python that ran tells it."""
        return self._by_span.get(frame.place) if frame.place is not None else None

    def statement(self, line: int) -> ast.stmt | None:
        """Return the innermost statement around a line."""
        around = [one for one in self._statements if one.lineno <= line <= (one.end_lineno or 0)]
        return max(around, key=lambda one: (one.lineno, one.col_offset), default=None)

    @cached_property
    def pairs(self) -> list[tuple[ast.expr, ast.expr]]:
        """All that may be target and new value, as a pair or as key and value of a mapping."""
        return [pair for one in self._nodes for pair in _pairs_in(one)]

    def names_in(self, name: str, line: int, last: int) -> bool:
        """Is a name the new value of a pair, or assigned to a key, on these lines?"""
        return any(_is_named(value, name) for _, value in self.pairs if line <= value.lineno < last)


def span_of(node: ast.expr | ast.stmt) -> Span:
    """Return where a node stands, columns in bytes from 0."""
    end = node.end_lineno or node.lineno
    return node.lineno, node.col_offset, end, node.end_col_offset or 0


def _pairs_in(node: ast.AST) -> Iterator[tuple[ast.expr, ast.expr]]:
    """Yield what a pair, or an assignment to a key, stores, and where."""
    if isinstance(node, ast.Tuple | ast.List) and len(node.elts) == 2:
        yield node.elts[0], node.elts[1]
    elif isinstance(node, ast.Dict):
        for key, value in zip(node.keys, node.values, strict=True):
            if key is not None:
                yield key, value
    elif isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Subscript):
        yield node.targets[0].slice, node.value


def _is_named(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Name | ast.Attribute) and ast.unparse(node) == name


@dataclass(frozen=True)
class Place:
    """A stretch of the program's text.

    Args:
        span: where it is, columns in bytes from 0.
        text: what stands there, where that is a name, or an element of what has one.
    """

    path: str
    span: Span
    text: str | None


class Program:
    """The text of the files that ran."""

    def __init__(self) -> None:
        self._files: dict[str, File] = {}

    def file(self, path: str) -> File:
        """Return a file, read once."""
        if path not in self._files:
            self._files[path] = File(path, self.data(path))
        return self._files[path]

    def data(self, path: str) -> bytes | None:
        """Return the bytes of a file, where there is one."""
        try:
            return Path(path).read_bytes()
        except (OSError, ValueError):
            return None

    def shown(self, path: str) -> str:
        """Return a path as users write it: from the current folder on, where it is below that."""
        relative = os.path.relpath(path) if os.path.isabs(path) else path
        return path if relative.startswith(os.pardir) else relative

    def subject(self, path: str, line: int, code: str) -> str:
        """Return what a user asks `theano-updates explain` about."""
        shown = self.shown(path)
        return shlex.quote(f"{shown}:{line}") if shown.isprintable() else code

    def frame(self, chain: Chain) -> Frame | None:
        """Return the innermost frame that is no library's, else the innermost."""
        return next((one for one in chain if not one.library), chain[0] if chain else None)

    def assigned(self, chain: Chain) -> str | None:
        """Return the name that what was made is assigned to, if after helpers have returned it."""
        for frame in chain:
            if frame.library:
                continue
            file = self.file(frame.path)
            statement = file.statement(frame.line)
            if isinstance(statement, ast.Return) or frame.name == "<lambda>":
                continue
            if not isinstance(statement, ast.Assign) or len(statement.targets) != 1:
                return None
            made = file.expression(frame)
            if made is None and _holds_new_values(statement.value):
                return None
            return _name_for(made, statement.targets[0], statement.value)
        return None

    def is_local(self, chain: Chain) -> bool | None:
        """Is what was made assigned to a name, rather than written in its pair? None: unknown."""
        for frame in chain:
            if frame.library:
                continue
            file = self.file(frame.path)
            statement = file.statement(frame.line)
            if statement is None:
                return None
            if frame.name == "<lambda>" or isinstance(statement, ast.Return):
                if _holds_pairs(statement):
                    return False
                continue  # a helper: what its call is written in counts
            if isinstance(statement, ast.AugAssign):
                return not (isinstance(statement.target, ast.Subscript) or _holds_pairs(statement))
            if not isinstance(statement, ast.Assign | ast.AnnAssign):
                return False
            targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
            stored = any(isinstance(one, ast.Subscript) for one in targets)
            return not stored and not _holds_pairs(statement)
        return None

    def is_registered(self, chain: Chain, before: Chain) -> bool:
        """Is what was made, and has a name, put into a pair before something else is made?"""
        name, frame, last = self.assigned(chain), self.frame(chain), self.frame(before)
        if name is None or frame is None or last is None or frame.path != last.path:
            return False
        return self.file(frame.path).names_in(name, frame.line, last.line)

    def call(self, frame: Frame, names: Collection[str]) -> ast.Call | None:
        """Return the call that ran; of an older Python one by a name, if it is the only one."""
        file = self.file(frame.path)
        if frame.place is not None:
            around = file.expression(frame)
            return around if isinstance(around, ast.Call) else None
        statement = file.statement(frame.line)
        found = [
            one
            for one in (ast.walk(statement) if statement is not None else ())
            if isinstance(one, ast.Call) and (dotted(one.func) or "").split(".")[-1] in names
        ]
        return found[0] if len(found) == 1 else None

    def updates(self, chain: Chain) -> tuple[str, ast.expr] | None:
        """Return the file and the expression of the updates in a compile call."""
        frame = self.frame(chain)
        if frame is None:
            return None
        file = self.file(frame.path)
        around = file.expression(frame) or file.statement(frame.line)
        for call in ast.walk(around) if around is not None else ():
            for keyword in call.keywords if isinstance(call, ast.Call) else ():
                if keyword.arg == "updates":
                    return frame.path, keyword.value
        return None

    def read(self, chain: Chain, operand: int, name: str | None) -> Place | None:
        """Return where a read stands.

        Args:
            chain: where the node that reads was made.
            operand: which operand of the node it is.
            name: what the variable is called.
        """
        frame = self.frame(chain)
        if frame is None:
            return None
        file = self.file(frame.path)
        expression = file.expression(frame)
        if expression is not None:
            found = _operand(expression, operand, name, file.modules)
            return Place(frame.path, span_of(found), written(_turned_back(found)))
        statement = file.statement(frame.line)
        named = [] if statement is None or name is None else _read_by_others(statement, name)
        on_line = [one for one in named if one.lineno == frame.line]
        if on_line or named:
            one = min(on_line or named, key=lambda one: (one.lineno, one.col_offset))
            return Place(frame.path, span_of(one), name)
        line = file.lines[frame.line - 1].rstrip() if frame.line <= len(file.lines) else ""
        start = len(line) - len(line.lstrip())
        return Place(frame.path, (frame.line, start, frame.line, len(line.encode())), None)


def _name_for(made: ast.expr | ast.stmt | None, target: ast.expr, value: ast.expr) -> str | None:
    """Return the name in an assignment that gets what was made: all of the value, or one of it."""
    names = (ast.Name, ast.Attribute)
    if isinstance(target, names) and made in (None, value):
        return ast.unparse(target)
    if isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, part in zip(target.elts, value.elts, strict=False):
            if part is made and isinstance(one, names):
                return ast.unparse(one)
    return None


def _holds_pairs(statement: ast.stmt) -> bool:
    """Is what a statement gives a collection, or a call with pairs in it?"""
    value = getattr(statement, "value", None)
    return _is_of_pairs(value.body if isinstance(value, ast.Lambda) else value)


def _is_of_pairs(value: ast.expr | None) -> bool:
    if isinstance(value, ast.Call):
        return any(map(_may_be_pairs, ast.walk(value)))
    if isinstance(value, ast.BinOp):  # a list, and another after it
        return _is_of_pairs(value.left) or _is_of_pairs(value.right)
    return isinstance(value, _PAIRS)


def _holds_new_values(node: ast.expr) -> bool:
    """May what was made be in a pair of what a line assigns, rather than be all of it?"""
    return isinstance(node, _PAIRS) or any(map(_gives_pairs, ast.walk(node)))


def _gives_pairs(node: ast.AST) -> bool:
    """Is this a display with pairs in it, or the updates that a call is given?"""
    if isinstance(node, ast.List | ast.Tuple):
        return any(map(_is_pair, node.elts))
    return isinstance(node, ast.keyword) and node.arg == "updates"


def _is_pair(node: ast.AST) -> TypeGuard[ast.Tuple]:
    return isinstance(node, ast.Tuple) and len(node.elts) == 2


def _may_be_pairs(node: ast.AST) -> bool:
    kinds = (ast.Dict, ast.ListComp, ast.DictComp, ast.GeneratorExp)
    return _is_pair(node) or isinstance(node, kinds)


def _operand(
    node: ast.expr | ast.stmt, operand: int, name: str | None, modules: Collection[str]
) -> ast.expr | ast.stmt:
    """Return the operand of an expression that is called so, or stands at that place."""
    parts = _operands(node, modules)
    if operand < len(parts) and name is not None and _is_named(parts[operand], name):
        return parts[operand]
    named = [] if name is None else _named_in(node, name)
    if named:
        return min(named, key=lambda one: (one.lineno, one.col_offset))
    if operand < len(parts):
        # One arm of a choice may be the variable, and one that computes cannot.
        part = parts[operand]
        arms = [part.body, part.orelse] if isinstance(part, ast.IfExp) else [part]
        known = [one for one in arms if isinstance(one, ast.Name | ast.Attribute | ast.Subscript)]
        if len(known) == 1:
            return known[0]
    return node


def _operands(node: ast.expr | ast.stmt, modules: Collection[str]) -> list[ast.expr]:
    match node:
        case ast.BinOp():
            return [node.left, node.right]
        case ast.AugAssign():
            return [node.target, node.value]
        case ast.Compare():
            return [node.left, *node.comparators]
        case ast.UnaryOp():
            return [node.operand]
        case ast.Subscript():
            return [node.value]
        case ast.Call(func=ast.Attribute(value=receiver)) if not _is_of(receiver, modules):
            return [receiver, *node.args]
        case ast.Call():
            return node.args
    return []


def _is_of(node: ast.expr, modules: Collection[str]) -> bool:
    """Is this a module, or a part of one?"""
    return (dotted(node) or "").partition(".")[0] in modules


def _turned_back(node: ast.expr | ast.stmt) -> ast.expr | ast.stmt:
    """Return what is transposed."""
    return node.value if isinstance(node, ast.Attribute) and node.attr == "T" else node


def _named_in(node: ast.AST, name: str) -> list[ast.expr]:
    """Return the places in a node where a name is read in an operation or a call."""
    found: list[ast.expr] = []
    for outer in ast.walk(node):
        if isinstance(outer, ast.Tuple | ast.List | ast.Dict | ast.comprehension):
            continue
        found += [
            one
            for one in ast.iter_child_nodes(outer)
            if isinstance(one, ast.Name | ast.Attribute)
            and isinstance(one.ctx, ast.Load)
            and ast.unparse(one) == name
        ]
    return found


def _read_by_others(node: ast.AST, name: str) -> list[ast.expr]:
    """Return where a name is read; in its own pair only if there is no other place."""
    own = {
        id(inside)
        for pair in ast.walk(node)
        if _is_pair(pair) and _is_named(pair.elts[0], name)
        for inside in ast.walk(pair)
    }
    found = _named_in(node, name)
    return [one for one in found if id(one) not in own] or found


def reads_name(node: ast.AST, name: str) -> bool:
    """Is a name read in an operation or a call?"""
    return bool(_named_in(node, name))


def found_at(program: Program, path: str, span: Span, rule: Rule, message: str) -> Finding:
    """Return a finding at a place of the program."""
    lines = program.file(path).lines
    line, column, end_line, end_column = span
    return Finding(
        path=program.shown(path),
        line=line,
        column=character(lines, line, column) + 1,
        end_line=end_line,
        end_column=character(lines, end_line, end_column) + 1,
        code=rule.code,
        name=rule.name,
        message=printable(message),
    )
