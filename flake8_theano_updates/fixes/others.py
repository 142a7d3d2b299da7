"""The mends of the rules that are not about the order of updates."""

from __future__ import annotations

import ast
from collections.abc import Callable
from dataclasses import dataclass, replace

from flake8_theano_updates.fixes.brackets import entries
from flake8_theano_updates.fixes.effects import effects
from flake8_theano_updates.fixes.generators import generator_fix
from flake8_theano_updates.fixes.imports import ordered_dict
from flake8_theano_updates.fixes.statements import NoFixError, common, moved_before, needed
from flake8_theano_updates.fixes.text import Replacement, Text
from flake8_theano_updates.fixes.tree import Tree, is_dotted, same
from flake8_theano_updates.model import Finding, GeneratorFault

Edits = list[Replacement]
# Whether the numbers stay what they are, and the edits.
Proposal = tuple[bool, Edits]


@dataclass(frozen=True)
class _Spot:
    """A finding, the expression that it stands at, and the file."""

    finding: Finding
    node: ast.expr
    tree: Tree
    text: Text


def other_fix(finding: Finding, tree: Tree, text: Text) -> Proposal:
    """Return the obvious mend of a finding.

    Raises:
        NoFixError: if there is none; the message says why.
    """
    if isinstance(finding.fault, GeneratorFault):
        node = _node(finding, tree, text)
        return False, generator_fix(finding, finding.fault, node, tree, text)
    mend = _MENDS.get(finding.code)
    if mend is None:
        raise NoFixError(f"{finding.code} has no fix")
    return mend(_Spot(finding, _node(finding, tree, text), tree, text))


def _node(finding: Finding, tree: Tree, text: Text) -> ast.expr:
    """Return the outermost expression that stands where the finding does."""
    start = text.offset(finding.line, 0) + finding.column - 1
    end = text.offset(finding.end_line, 0) + finding.end_column - 1
    for node in ast.walk(tree.root):
        if isinstance(node, ast.expr) and text.span(node) == (start, end):
            return node
    raise NoFixError("the place of the finding is not found")


def _entry(node: ast.expr, tree: Tree, text: Text) -> tuple[str, ast.expr]:
    """Return the mapping, as text, and the value of an entry whose key is ``node``."""
    parent = tree.parent(node)
    statement = tree.statement(node)
    if isinstance(parent, ast.Subscript) and isinstance(statement, ast.Assign):
        if parent in statement.targets and is_dotted(parent.value):
            return text.of(parent.value), statement.value
    if isinstance(parent, ast.Dict):
        value = parent.values[parent.keys.index(node)]
        match tree.parent(parent):
            case ast.Call(ast.Attribute(mapping, "update")) if is_dotted(mapping):
                return text.of(mapping), value
        unpacked = [v for k, v in zip(parent.keys, parent.values, strict=True) if k is None]
        if len(unpacked) == 1 and is_dotted(unpacked[0]):
            return text.of(unpacked[0]), value
    raise NoFixError("the mapping has no name to read the first value from")


def _chain(spot: _Spot) -> Proposal:
    """Compute the second value from the first: ``updates[w] = clip(updates[w])``."""
    useless = "the second value does not use the variable: one of the two is too much"
    return _read_from_mapping(spot, "{mapping}[{key}]", useless)


def _chain_in_loop(spot: _Spot) -> Proposal:
    """Compute each turn's value from the last: ``updates.get(w, w)``."""
    useless = "the value does not use the variable: only the last turn counts"
    return _read_from_mapping(spot, "{mapping}.get({key}, {key})", useless)


def _read_from_mapping(spot: _Spot, form: str, useless: str) -> Proposal:
    node, text = spot.node, spot.text
    mapping, value = _entry(node, spot.tree, text)
    new = form.format(mapping=mapping, key=text.of(node))
    edits = [
        Replacement(*text.span(read), new)
        for read in ast.walk(value)
        if isinstance(read, ast.expr) and same(read, node)
    ]
    if not edits:
        raise NoFixError(useless)
    return False, edits


def _listed(spot: _Spot) -> Proposal:
    """Put the iterator into a list."""
    node, text = spot.node, spot.text
    start, end = text.span(node)
    # PyTensor takes the iterator and drops the updates; the others refuse it.
    safe = not any("pytensor" in line for line in text.lines)
    if isinstance(node, ast.GeneratorExp):
        return safe, [Replacement(start, start + 1, "["), Replacement(end - 1, end, "]")]
    return safe, [Replacement(start, start, "list("), Replacement(end, end, ")")]


def _earlier(spot: _Spot) -> Proposal:
    """Move the registration before the function is compiled."""
    finding, node, tree, text = spot.finding, spot.node, spot.tree, spot.text
    late = tree.statement(node)
    calls = (one for one in ast.walk(tree.scope(node)) if isinstance(one, ast.Call))
    compiled = next((one for one in calls if one.lineno == finding.registered_line), None)
    if compiled is None:
        raise NoFixError("the compile call is not found")
    there, here = common(tree.places(compiled), tree.places(late))
    if here.statement is not late:
        raise NoFixError("the registration stands in a branch or loop of its own")
    # That the function receives it is what the fix is for.
    early = replace(effects(late), adds=set(), items=set())
    moving = needed(here.block, there.index, here.index, early)
    return False, moved_before(text, there.statement, [*moving, late])


def _symbolic(spot: _Spot) -> Proposal:
    """Drop ``.get_value()`` or ``.eval()``."""
    match spot.node:
        case ast.Call(ast.Attribute(variable, "get_value" | "eval")):
            return False, [Replacement(*spot.text.span(spot.node), spot.text.of(variable))]
    raise NoFixError("the number does not come from a method of the variable")


def _placed(spot: _Spot) -> Proposal:
    """Give the pairs as ``updates=``, or make a pair a list of one."""
    node, tree, text = spot.node, spot.tree, spot.text
    start, end = text.span(node)
    parent = tree.parent(node)
    if isinstance(parent, ast.Call) and node in parent.args:
        if parent.args[-1] is not node:
            raise NoFixError("other positional arguments come after the pairs")
        return True, [Replacement(start, start, "updates=")]
    if isinstance(node, ast.List):
        return True, [Replacement(start + 1, start + 1, "("), Replacement(end - 1, end - 1, ")")]
    if isinstance(node, ast.Tuple) and text.whole[start] == "(":
        return True, [Replacement(start, start, "["), Replacement(end, end, "]")]
    raise NoFixError("the flat list is not written in the call")


def _ordered(spot: _Spot) -> Proposal:
    """Make the dict an OrderedDict."""
    node, tree, text = spot.node, spot.tree, spot.text
    made = node
    if isinstance(node, ast.Name):
        bound = [
            one.value
            for one in ast.walk(tree.scope(node))
            if isinstance(one, ast.Assign)
            and any(same(target, node) for target in one.targets)
            and text.span(one)[1] <= text.span(node)[0]
        ]
        if len(bound) != 1:
            raise NoFixError("the dict is not made in one place")
        made = bound[0]
    name, edits = ordered_dict(tree, text)
    start, end = text.span(made)
    match made:
        case ast.Dict([]):
            return True, [*edits, Replacement(start, end, f"{name}()")]
        case ast.Call(ast.Name("dict") as function):
            return True, [*edits, Replacement(*text.span(function), name)]
        case ast.DictComp():
            opening, closing = f"{name}(", ")"
        case ast.Dict(keys) if None not in keys:
            opening, closing = f"{name}([", "])"
        case _:
            raise NoFixError("the dict is not written in this scope")
    edits += [Replacement(start, start + 1, opening), Replacement(end - 1, end, closing)]
    for entry in entries(text.of(made)):
        edits += [
            Replacement(start + entry.start, start + entry.start, "("),
            Replacement(start + entry.colon, start + entry.colon + 1, ","),
            Replacement(start + entry.end, start + entry.end, ")"),
        ]
    return True, edits


_MENDS: dict[str, Callable[[_Spot], Proposal]] = {
    "THU202": _chain,
    "THU203": _chain_in_loop,
    "THU204": _listed,
    "THU206": _earlier,
    "THU301": _symbolic,
    "THU303": _placed,
    "THU903": _ordered,
}
