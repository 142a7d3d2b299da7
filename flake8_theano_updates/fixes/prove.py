"""Ask the backend whether a fix does what it promises, by the programs of ``confirm``."""

from __future__ import annotations

import ast
import builtins
import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeVar

from flake8_theano_updates.fixes.offered import Mended, Source
from flake8_theano_updates.fixes.text import Replacement, Text, edited, moved, split
from flake8_theano_updates.fixes.tree import Definition, Tree, loaded, stored
from flake8_theano_updates.model import (
    Finding,
    OrderFault,
    Registration,
    UpdateCollection,
    Verdict,
)
from flake8_theano_updates.runtime import confirm

_Statement = TypeVar("_Statement", bound=ast.stmt)


class NoBackend(Exception):
    """The interpreter has nothing that compiles; the message says so."""


class _NotFoundError(Exception):
    """A node of the file has no counterpart after the fix."""


@dataclass(frozen=True)
class Proof:
    """What the backend said of a fix.

    Args:
        status: "proven"; "failed" if the fix does not do what it promises; "open" if the
            program cannot be run as it is, so that there is nothing to compare with.
        reason: one sentence; empty for a proven fix.
    """

    status: Literal["proven", "failed", "open"]
    reason: str = ""


def proofs(
    steps: Sequence[tuple[Source, Mended]], *, calls: int = 5, python: str | None = None
) -> list[Proof]:
    """Run each order finding's program before and after its fix.

    A safe fix must compute what the program computes, an unsafe one what ``confirm``
    computes with the new value.

    Args:
        steps: files, each with a fix of one of its order findings.
        calls: how often each program is called.
        python: the interpreter that has the backend; this one by default.

    Returns:
        one proof for each.

    Raises:
        NoBackend: if there is none.
    """
    findings: list[Finding] = []
    trees: dict[str, ast.Module] = {}
    lost: dict[int, str] = {}
    for index, (source, step) in enumerate(steps):
        tree, fault = source.tree, None
        try:
            tree, fault = _after(source, step)
        except _NotFoundError as error:
            lost[index] = str(error)
        sides = ((source.tree, step.finding.fault, "before"), (tree, fault, "after"))
        for one, what, side in sides:
            path = f"{index} {side}"
            trees[path] = one
            findings.append(dataclasses.replace(step.finding, path=path, fault=what))
    verdicts = confirm(findings, trees, calls=calls, python=python)
    if verdicts and verdicts[0].backend is None:
        raise NoBackend(verdicts[0].reason)
    return [
        _proof(step, verdicts[2 * index], verdicts[2 * index + 1], lost.get(index))
        for index, (_, step) in enumerate(steps)
    ]


def _proof(step: Mended, before: Verdict, after: Verdict, lost: str | None) -> Proof:
    # What is not finite is no verdict on the finding, but the same before and after it.
    if not before.as_compiled:
        return Proof("open", f"as it is, the program cannot be run: {before.reason}")
    if lost is not None:
        return Proof("failed", lost)
    if not after.as_compiled:
        return Proof("failed", f"after the fix, {after.reason}")
    wanted = before.as_compiled if step.fix.safe else before.with_new_value
    if before.names != after.names:
        return Proof("open", "the programs before and after it have other variables")
    for call, (one, other) in enumerate(zip(wanted, after.as_compiled, strict=True)):
        for name, left, right in zip(before.names, one, other, strict=True):
            if not _alike(left, right) and call == 0:
                return Proof("open", "the programs before and after it start from other values")
            if not _alike(left, right):
                return Proof("failed", f"after call {call}, {name} is not what the fix promises")
    return Proof("proven")


def _alike(one: object, other: object) -> bool:
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(_alike, one, other))
    if isinstance(one, (int, float)) and isinstance(other, (int, float)):
        same = math.isclose(one, other, rel_tol=1e-9, abs_tol=1e-12)
        return same or (math.isnan(one) and math.isnan(other))
    return one == other


def _after(source: Source, step: Mended) -> tuple[ast.Module, OrderFault]:
    """Return the file after a fix and the finding's fault in it: the same pairs.

    The backend's program wants the reads marked. Where they are gone, the new value
    gets nothing added, and that nothing is a read: ``(acc_new + 0 * acc)``.
    """
    fault = step.finding.fault
    assert isinstance(fault, OrderFault)
    spans = [source.text.span(read) for read in fault.reads]
    marked = {} if step.fix.safe else dict.fromkeys(spans)
    names = _first_uses(source, fault)
    lagging = fault if step.finding.code == "THU102" and not step.fix.safe else None
    replacements = []
    for one in step.replacements:
        if (one.start, one.end) in marked:
            marker = f"({one.new} + 0 * "
            old = source.text.whole[one.start : one.end]
            replacements.append(dataclasses.replace(one, new=f"{marker}{old})"))
            marked[one.start, one.end] = len(marker)
        elif fault is lagging and one.start == one.end and one.origin is None:
            replacements.append(dataclasses.replace(one, new=_mentioning(one.new, names)))
        else:
            replacements.append(one)
    there = _Counterparts(source.text, replacements)
    expression = fault.collection.expression
    scope = fault.collection.scope
    statement = fault.collection.statement
    collection = UpdateCollection(
        scope=there.root if isinstance(scope, ast.Module) else there.statement(scope),
        expression=(
            there.statement(expression)
            if isinstance(expression, (ast.FunctionDef, ast.AsyncFunctionDef))
            else there.expression(expression)
        ),
        statement=None if statement is None else there.last(source, fault, statement),
        registrations=tuple(there.registration(one) for one in fault.collection.registrations),
    )
    reader = there.registration(fault.reader)
    if step.fix.safe:
        _mention(there.root, reader.target, names)
    return there.root, OrderFault(
        reads=tuple(there.read(span, marked.get(span)) for span in spans),
        reader=reader,
        registered=there.registration(fault.registered),
        collection=collection,
        arms=tuple((there.statement(node), name) for node, name in fault.arms),
    )


def _mentioning(naming: str, names: Sequence[str]) -> str:
    """Let the naming of a new value mention ``names`` first."""
    head, equals, value = naming.partition(" = ")
    if not names or not equals:
        return naming
    return f"{head} = ({', '.join(names)}, {value.rstrip()})[-1]\n"


def _mention(root: ast.Module, value: ast.expr, names: Sequence[str]) -> None:
    """Let an expression in a tree mention ``names`` first."""
    if not names:
        return
    parts = [ast.copy_location(ast.Name(name, ast.Load()), value) for name in names]
    both = ast.copy_location(ast.Tuple([*parts, value], ast.Load()), value)
    last = ast.copy_location(ast.Subscript(both, ast.Constant(-1), ast.Load()), value)
    ast.fix_missing_locations(last)
    for node in ast.walk(root):
        for field, inner in ast.iter_fields(node):
            if node is both:
                continue
            if inner is value:
                setattr(node, field, last)
            elif isinstance(inner, list):
                inner[:] = [last if one is value else one for one in inner]


def _first_uses(source: Source, fault: OrderFault) -> list[str]:
    """Return the names that the statements of both updates use, in their order.

    Values are given to unknown names in the order of their first use: these must not
    change only because something is computed at another place now.
    """
    tree = Tree(source.tree)
    nodes = (fault.reads[0], fault.registered.value, fault.reader.value)
    ends = sorted((tree.statement(node) for node in nodes), key=source.text.span)
    blocks = [tree.places(one)[-1].block for one in ends]
    if any(block is not blocks[0] for block in blocks):
        return []
    inside = [one for one in blocks[0] if ends[0].lineno <= one.lineno <= ends[-1].lineno]
    hidden = stored(*inside) | _known_to_module(source.tree) | set(dir(builtins))
    names = [
        node
        for one in inside
        for node in ast.walk(one)
        if isinstance(node, ast.Name) and node.id in loaded(one) - hidden
    ]
    names.sort(key=source.text.span)
    return list(dict.fromkeys(node.id for node in names))


def _known_to_module(tree: ast.Module) -> set[str]:
    """Return the names of imports, functions and classes."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.alias):
            found.add((node.asname or node.name).partition(".")[0])
        elif isinstance(node, Definition):
            found.add(node.name)
    return found


class _Counterparts:
    """Finds the nodes of a file in the file after a fix, by where their text went."""

    def __init__(self, text: Text, replacements: Sequence[Replacement]) -> None:
        whole = edited(text.whole, replacements)
        self.root = ast.parse(whole)
        self._text = text
        self._replacements = replacements
        self._expressions: dict[tuple[int, int], ast.expr] = {}
        self._statements: dict[tuple[int, type], ast.stmt] = {}
        after = Text(split(whole))
        for node in ast.walk(self.root):
            if isinstance(node, ast.stmt):
                self._statements[after.span(node)[0], type(node)] = node
            elif isinstance(node, ast.expr):
                self._expressions[after.span(node)] = node

    def registration(self, pair: Registration) -> Registration:
        target = self.expression(pair.target)
        return Registration(target, self.expression(pair.value), target.lineno)

    def read(self, span: tuple[int, int], behind: int | None) -> ast.expr:
        """Return the read that stood at ``span``, or that stands so far ``behind`` it now."""
        if behind is None:
            return self._at(span)
        start = moved(span[0], self._replacements) + behind
        found = self._expressions.get((start, start + span[1] - span[0]))
        if found is None:
            raise _NotFoundError("the read is not found after the fix")
        return found

    def expression(self, node: ast.expr) -> ast.expr:
        return self._at(self._text.span(node))

    def _at(self, span: tuple[int, int]) -> ast.expr:
        start = moved(span[0], self._replacements)
        found = self._expressions.get((start, moved(span[1], self._replacements, is_end=True)))
        if found is None:
            raise _NotFoundError("a part of the update is not found after the fix")
        return found

    def last(self, source: Source, fault: OrderFault, statement: ast.stmt) -> ast.stmt:
        """Return the last statement that fills the collection."""
        tree = Tree(source.tree)
        pairs = (fault.reader.target, fault.registered.target)
        before = (statement, *(tree.statement(node) for node in pairs if node in tree))
        inside = {id(one) for one in ast.walk(fault.collection.scope)}
        after = [self.statement(one) for one in before if id(one) in inside]
        return max(after, key=lambda one: one.lineno)

    def statement(self, node: _Statement) -> _Statement:
        start = moved(self._text.span(node)[0], self._replacements)
        found = self._statements.get((start, type(node)))
        if not isinstance(found, type(node)):
            raise _NotFoundError("a statement is not found after the fix")
        return found
