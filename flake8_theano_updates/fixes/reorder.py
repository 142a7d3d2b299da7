"""*Keep the meaning, show it*: let each read stand before what it reads is registered."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from flake8_theano_updates.fixes.case import Case, Edits, Way
from flake8_theano_updates.fixes.effects import Effects, effects
from flake8_theano_updates.fixes.lines import has_room
from flake8_theano_updates.fixes.statements import (
    NoFixError,
    OtherCodeError,
    above,
    common,
    inserted,
    moved_before,
    needed,
)
from flake8_theano_updates.fixes.text import Replacement, Text, with_insertion
from flake8_theano_updates.fixes.tree import Place, free_name, same, stored
from flake8_theano_updates.model import Finding

_OLD = re.compile(r"_old\d*$")


def reorder_ways(case: Case) -> tuple[Way, ...]:
    """Return ways to show that the old value is read: move a registration, or name the value.

    Raises:
        NoFixError: if that is shown already.
    """
    if case.finding.code != "THU101":
        raise NoFixError("the read stands before the registration already")
    return _elements, _statements, _named


def _elements(case: Case) -> Edits:
    """Put the reading pair before the other in the display that holds both."""
    for outer in case.tree.around(case.fault.reader.target):
        if isinstance(outer, (ast.List, ast.Tuple)):
            parts: list[tuple[int, int]] = [case.text.span(element) for element in outer.elts]
        elif isinstance(outer, ast.Dict) and None not in outer.keys:
            pairs = zip(outer.keys, outer.values, strict=True)
            parts = [(case.text.span(k)[0], case.text.span(v)[1]) for k, v in pairs if k]
        else:
            continue
        old = _index(case, parts, case.fault.registered.value)
        new = _index(case, parts, case.fault.reader.target)
        if old is None or new is None or old >= new:
            continue
        if _index(case, parts, case.variable) != new:
            raise NoFixError("the read stands outside of its pair")
        if all(_has_its_lines(case.text, part) for part in parts[old : new + 1]):
            place, line = (case.text.line_start(parts[i][0]) for i in (old, new))
            line, comments = above(case.text, line), line
            if line < comments:
                place = above(case.text, place)
            end = case.text.line_end(parts[new][1])
            moving = Replacement(place, place, case.text.whole[line:end], line)
            return [moving, Replacement(line, end, "")]
        turned = [parts[new], *parts[old:new]]
        return [
            Replacement(*parts[old + i], case.text.whole[start:end], start)
            for i, (start, end) in enumerate(turned)
        ]
    raise OtherCodeError("the two pairs do not stand in one display")


def _has_its_lines(text: Text, part: tuple[int, int]) -> bool:
    """Does an element fill its lines, but for a comma and a comment behind it?"""
    before = text.whole[text.line_start(part[0]) : part[0]]
    behind = text.whole[part[1] : text.line_end(part[1])].partition("#")[0]
    return not before.strip() and behind.strip() == ","


def _index(case: Case, parts: Sequence[tuple[int, int]], node: ast.expr) -> int | None:
    start, end = case.text.span(node)
    inside = (i for i, (first, last) in enumerate(parts) if first <= start and end <= last)
    return next(inside, None)


def _statements(case: Case) -> Edits:
    """Move the statement that registers the reading pair before the other's."""
    tree = case.tree
    reader = tree.statement(case.fault.reader.target)
    old = tree.statement(case.value)
    there, here = common(tree.places(old), tree.places(reader))
    if here.statement is not reader or there.statement is not old:
        raise NoFixError("the two updates stand in different blocks")
    if there.index >= here.index:
        raise NoFixError("the statement of the read does not come later")
    if not isinstance(reader, (ast.Assign, ast.Expr, ast.AugAssign)) or (
        isinstance(reader, ast.Assign) and stored(reader)
    ):
        raise NoFixError("the statement does more than to register the update")
    between = here.block[there.index : here.index]
    if any(isinstance(one, (ast.If, ast.For, ast.While, ast.Try, ast.Return)) for one in between):
        raise NoFixError("there are branches or loops between the two updates")
    moving = needed(here.block, there.index, here.index, effects(reader))
    return moved_before(case.text, old, [*moving, reader])


def _named(case: Case) -> Edits:
    """Give the old value a name before it is registered, and read that."""
    tree = case.tree
    target = case.fault.registered.target
    if not same(target, case.variable):
        raise NoFixError("the variable has another name where it is registered")
    if tree.function(target) is not tree.function(case.variable):
        raise NoFixError("the read stands in another function than the update")
    if tree.comprehension(target) is not None or tree.comprehension(case.variable) is not None:
        raise NoFixError("a comprehension has no place for a name of the old value")
    if any(loop not in tree.loops(case.variable) for loop in tree.loops(target)):
        raise NoFixError("the two updates stand in different loops")
    there, _ = common(tree.places(target), tree.places(case.variable))
    place = tree.places(case.variable)[len(tree.places(there.statement)) - 1]
    until = effects(*there.block[there.index : place.index + 1])
    if effects(case.variable).depend_on(Effects(binds=until.binds)):
        raise NoFixError("the variable gets its name only after the place for the old value")
    known = _known_name(case, there)
    if known is not None:
        return case.reading(known)
    name = free_name(target, "old", tree, case.variable)
    naming = f"{name} = {case.text.of(target)}"
    return [inserted(case.text, there.statement, naming), *case.reading(name)]


def _known_name(case: Case, place: Place) -> str | None:
    """Return the name that the old value has got already, directly before this place."""
    target = case.fault.registered.target
    scope = case.tree.scope(target)
    for statement in reversed(place.block[: place.index]):
        match statement:
            case ast.Assign([ast.Name(name)], value) if _OLD.search(name):
                bound = [n for n in ast.walk(scope) if isinstance(n, ast.Name) and n.id == name]
                if same(value, target) and sum(isinstance(n.ctx, ast.Store) for n in bound) == 1:
                    return name
            case _:
                return None
    return None


def with_comments(
    replacements: Sequence[Replacement], after: Text, meant: Sequence[Finding]
) -> list[Replacement]:
    """Add ``noqa`` comments on the reads of an old value that is evidently meant after a fix."""
    edits = list(replacements)
    for line in sorted({finding.line for finding in meant}, reverse=True):
        start = after.offset(line, 0)
        end = start + len(after.lines[line - 1].rstrip("\n"))
        names = sorted({str(finding.variable) for finding in meant if finding.line == line})
        comment = "  # noqa: THU102"
        why = f" - the old {' and '.join(names)} {'is' if len(names) == 1 else 'are'} meant"
        if has_room(end - start + len(comment + why), after.lines):
            comment += why
        edits = with_insertion(edits, end, comment)
    return edits
