"""What is left of an order finding after its fix, for the backend to compare."""

from __future__ import annotations

import ast
import builtins
import dataclasses
from collections.abc import Sequence

from flake8_theano_updates.fixes.counterparts import Counterparts
from flake8_theano_updates.fixes.offered import Mended, Source
from flake8_theano_updates.fixes.tree import Definition, Tree, loaded, stored
from flake8_theano_updates.model import OrderFault


def after_fix(source: Source, step: Mended, fault: OrderFault) -> tuple[ast.Module, OrderFault]:
    """Return the file after a fix and the finding's fault in it: the same pairs.

    The backend's program wants the reads marked. Where they are gone, the new value
    gets nothing added, and that nothing is a read: ``(acc_new + 0 * acc)``.

    Raises:
        NotFoundError: if a part of the fault has no counterpart.
    """
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
    there = Counterparts(source, replacements)
    reader = there.registration(fault.reader)
    if step.fix.safe:
        _mention(there.root, reader.target, names)
    return there.root, OrderFault(
        reads=tuple(there.read(span, marked.get(span)) for span in spans),
        reader=reader,
        registered=there.registration(fault.registered),
        collection=there.collection(fault),
        arms=there.arms(fault),
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
