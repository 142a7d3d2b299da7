"""Import OrderedDict where isort would put it, if the file does not know it yet."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator, Sequence

from flake8_theano_updates.fixes.lines import hangs, has_room
from flake8_theano_updates.fixes.text import Replacement, Text
from flake8_theano_updates.fixes.tree import Definition, Tree

_NAME = "OrderedDict"
_STATEMENT = f"from collections import {_NAME}\n"


def ordered_dict(tree: Tree, text: Text) -> tuple[str, list[Replacement]]:
    """Return what the file calls OrderedDict, and the edit that imports it if need be."""
    module = tree.root
    known = next(_known(module.body), None)
    if known is not None:
        return known, []
    of_collections = [
        one
        for one in module.body
        if isinstance(one, ast.ImportFrom) and one.module == "collections" and not one.level
    ]
    if of_collections:
        return _NAME, [_joined(of_collections, text)]
    return _NAME, [_added(module, text)]


def _known(block: Sequence[ast.stmt]) -> Iterator[str]:
    """Yield what the module calls OrderedDict; where an import may fail, there is another."""
    for node in block:
        match node:
            case ast.ImportFrom(names=names):
                yield from (one.asname or _NAME for one in names if one.name == _NAME)
                if node.module == "collections" and names[0].name == "*":
                    yield _NAME
            case ast.Import(names):
                for one in names:
                    if one.name == "collections" or (
                        one.name.startswith("collections.") and not one.asname
                    ):
                        yield f"{one.asname or 'collections'}.{_NAME}"
            case ast.Try():
                yield from _known(node.body)


def _key(name: str) -> tuple[int, str]:
    """Sort constants, classes and functions, as isort does."""
    kind = 0 if name.isupper() and len(name) > 1 else 1 if name[:1].isupper() else 2
    return kind, name.lower()


def _joined(statements: Sequence[ast.ImportFrom], text: Text) -> Replacement:
    """Add the name to what is imported from collections already, in the sorted place."""
    # isort gives a name that is renamed a statement of its own.
    plain = [one for one in statements if not any(name.asname for name in one.names)]
    later = [one for one in statements if any(_key(n.name) > _key(_NAME) for n in one.names)]
    into = next((one for one in plain if one in later), None)
    if later and later[0] is not into:
        before = statements.index(later[0]) - 1
        into = statements[before] if before >= 0 and statements[before] in plain else None
    elif not later and statements[-1] in plain:
        into = statements[-1]
    if into is None:
        start, end = text.span(later[0] if later else statements[-1])
        place = text.line_start(start) if later else text.line_end(end)
        return Replacement(place, place, _STATEMENT)
    return _with_the_name(into, text)


def _with_the_name(statement: ast.ImportFrom, text: Text) -> Replacement:
    names = statement.names
    index = next((i for i, n in enumerate(names) if _key(n.name) > _key(_NAME)), len(names))
    written = text.of(statement)
    places = [(text.offset(n.lineno, n.col_offset), n.name) for n in names]
    start, name = places[min(index, len(names) - 1)]
    if index == len(names):
        start += len(name)
    line = text.whole[text.line_start(start) : text.line_end(start)].rstrip()
    fits = "\n" not in written and has_room(len(line) + len(f"{_NAME}, "), text.lines)
    if fits or "#" in written or "\\" in written:
        new = f"{_NAME}, " if index < len(names) else f", {_NAME}"
        return Replacement(start, start, new)
    every = [n.name for n in names]
    every.insert(index, _NAME)
    return Replacement(*text.span(statement), _written(written, every, text))


def _written(before: str, names: Sequence[str], text: Text) -> str:
    """Write a statement that takes several lines, in the way that it, or the file, has."""
    head, bracket, rest = before.partition("(")
    if not bracket:
        head = before.partition(" import ")[0] + " import "
    if rest.startswith("\n") or (not bracket and hangs(text.lines)):
        indentation = rest[1 : len(rest) - len(rest.lstrip())] or "    "
        comma = "," if not bracket or rest.rstrip("\n )").endswith(",") else ""
        return f"{head}(\n{indentation}" + f",\n{indentation}".join(names) + f"{comma}\n)"
    lines = [f"{head}({names[0]}"]
    for name in names[1:]:
        if has_room(len(lines[-1]) + len(f", {name},"), text.lines):
            lines[-1] += f", {name}"
        else:
            lines[-1] += ","
            lines.append(f"{' ' * (len(head) + 1)}{name}")
    return "\n".join(lines) + ")"


def _added(module: ast.Module, text: Text) -> Replacement:
    """Import it among the imports of the standard library, at the head of the file."""
    head = _head(module)
    if not head:
        return _first(module, text)
    own = [one for one in head if _is_standard(one)]
    before = [
        one for one in own if isinstance(one, ast.Import) or _module(one).lower() < "collections"
    ]
    if before:
        place = text.line_end(text.span(before[-1])[1])
        end = "" if text.whole[:place].endswith("\n") else "\n"
        return Replacement(place, place, f"{end}{_STATEMENT}")
    place = text.line_start(text.span((own or head)[0])[0])
    return Replacement(place, place, _STATEMENT if own else f"{_STATEMENT}\n")


def _head(module: ast.Module) -> list[ast.Import | ast.ImportFrom]:
    """Return the first imports that stand together and are not from the future."""
    found: list[ast.Import | ast.ImportFrom] = []
    for node in module.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if not _is_future(node):
                found.append(node)
        elif found:
            break
    return found


def _is_future(node: ast.stmt) -> bool:
    return isinstance(node, ast.ImportFrom) and node.module == "__future__"


def _is_standard(node: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(node, ast.ImportFrom) and node.level:
        return False
    return _module(node).partition(".")[0] in sys.stdlib_module_names


def _module(node: ast.Import | ast.ImportFrom) -> str:
    return node.names[0].name if isinstance(node, ast.Import) else node.module or ""


def _first(module: ast.Module, text: Text) -> Replacement:
    """Import it after the docstring and what comes from the future, where nothing else is."""
    body = list(module.body)
    done = None
    if ast.get_docstring(module, clean=False) is not None:
        done = body.pop(0)
    while body and _is_future(body[0]):
        done = body.pop(0)
    if done is not None:
        place = text.line_end(text.span(done)[1])
        return Replacement(place, place, f"\n{_STATEMENT}")
    gap = "\n\n" if isinstance(body[0], Definition) else "\n"
    first = body[0]
    decorators = first.decorator_list if isinstance(first, Definition) else []
    place = text.line_start(text.span(decorators[0] if decorators else first)[0])
    return Replacement(place, place, f"{_STATEMENT}{gap}")
