"""The mends of the rules that are not about the order of updates."""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from flake8_theano_updates.fixes.brackets import entries
from flake8_theano_updates.fixes.statements import NoFixError, common, moved_before, needed
from flake8_theano_updates.fixes.text import Replacement, Text
from flake8_theano_updates.fixes.tree import Tree, is_dotted, loaded, same
from flake8_theano_updates.model import Finding

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


def other_fixes(finding: Finding, tree: Tree, text: Text) -> Iterator[Proposal | NoFixError]:
    """Yield the obvious mend of a finding, or why there is none."""
    mend = _MENDS.get(finding.code)
    try:
        if mend is None:
            raise NoFixError(f"{finding.code} has no fix")
        yield mend(_Spot(finding, _node(finding, tree, text), tree, text))
    except NoFixError as error:
        yield error


def _node(finding: Finding, tree: Tree, text: Text) -> ast.expr:
    """Return the outermost expression that stands where the finding does."""
    for node in ast.walk(tree.root):
        if isinstance(node, ast.expr):
            start, end = text.span(node)
            if text.place(start) == (finding.line, finding.column):
                ends = text.place(end), text.place(end - 1)
                if (finding.end_line, finding.end_column) in (
                    ends[0],
                    (ends[1][0], ends[1][1] + 1),
                ):
                    return node
    raise NoFixError("the place of the finding is not found")


def _reads(value: ast.expr, variable: ast.expr) -> Iterator[ast.expr]:
    for node in ast.walk(value):
        if isinstance(node, ast.expr) and same(node, variable):
            yield node


def _entry(node: ast.expr, tree: Tree, text: Text) -> tuple[str, ast.expr]:
    """Return the mapping, as text, and the value of an entry whose key is ``node``."""
    parent = tree.parent(node)
    statement = tree.statement(node)
    if isinstance(parent, ast.Subscript) and isinstance(statement, ast.Assign):
        if parent in statement.targets and is_dotted(parent.value):
            return text.of(parent.value), statement.value
    if isinstance(parent, ast.Dict):
        call = tree.parent(parent)
        value = parent.values[parent.keys.index(node)]
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute):
            if call.func.attr == "update" and is_dotted(call.func.value):
                return text.of(call.func.value), value
        unpacked = [v for k, v in zip(parent.keys, parent.values, strict=True) if k is None]
        if len(unpacked) == 1 and is_dotted(unpacked[0]):
            return text.of(unpacked[0]), value
    raise NoFixError("the mapping has no name to read the first value from")


def _chain(spot: _Spot) -> Proposal:
    """Compute the second value from the first: ``updates[w] = clip(updates[w])``."""
    node, tree, text = spot.node, spot.tree, spot.text
    mapping, value = _entry(node, tree, text)
    reads = list(_reads(value, node))
    if not reads:
        raise NoFixError("the second value does not use the variable: one of the two is too much")
    return False, [Replacement(*text.span(r), f"{mapping}[{text.of(node)}]") for r in reads]


def _chain_in_loop(spot: _Spot) -> Proposal:
    """Compute each turn's value from the last: ``updates.get(w, w)``."""
    node, tree, text = spot.node, spot.tree, spot.text
    mapping, value = _entry(node, tree, text)
    reads = list(_reads(value, node))
    if not reads:
        raise NoFixError("the value does not use the variable: only the last turn counts")
    key = text.of(node)
    return False, [Replacement(*text.span(r), f"{mapping}.get({key}, {key})") for r in reads]


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
    compiled = next(
        (
            one
            for one in ast.walk(tree.scope(node))
            if isinstance(one, ast.Call) and one.lineno == finding.registered_line
        ),
        None,
    )
    if compiled is None:
        raise NoFixError("the compile call is not found")
    there, here = common(tree.places(tree.statement(compiled)), tree.places(late))
    if here.statement is not late:
        raise NoFixError("the registration stands in a branch or loop of its own")
    moving = needed(here.block, there.index, here.index, loaded(late))
    return False, moved_before(text, there.statement, [*moving, late])


def _symbolic(spot: _Spot) -> Proposal:
    """Drop ``.get_value()`` or ``.eval()``."""
    node, text = spot.node, spot.text
    if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        raise NoFixError("the number does not come from a method of the variable")
    if node.func.attr not in ("get_value", "eval"):
        raise NoFixError("the number does not come from a method of the variable")
    return False, [Replacement(*text.span(node), text.of(node.func.value))]


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
    known = _ordered_name(tree)
    edits = [] if known else [_import(tree, text)]
    name = known or "OrderedDict"
    start, end = text.span(made)
    if isinstance(made, ast.Dict) and not made.keys:
        return True, [*edits, Replacement(start, end, f"{name}()")]
    if isinstance(made, ast.Call) and isinstance(made.func, ast.Name) and made.func.id == "dict":
        return True, [*edits, Replacement(*text.span(made.func), name)]
    if isinstance(made, ast.DictComp) or (isinstance(made, ast.Dict) and None not in made.keys):
        opening, closing = ("[", "]") if isinstance(made, ast.Dict) else ("", "")
        edits += [
            Replacement(start, start + 1, f"{name}({opening}"),
            Replacement(end - 1, end, f"{closing})"),
        ]
        for entry in entries(text.of(made)):
            edits += [
                Replacement(start + entry.start, start + entry.start, "("),
                Replacement(start + entry.colon, start + entry.colon + 1, ","),
                Replacement(start + entry.end, start + entry.end, ")"),
            ]
        return True, edits
    raise NoFixError("the dict is not written in this scope")


def _ordered_name(tree: Tree) -> str | None:
    """Return what this file calls OrderedDict."""
    for node in tree.root.body:
        if isinstance(node, ast.ImportFrom) and node.module == "collections":
            for alias in node.names:
                if alias.name == "OrderedDict":
                    return alias.asname or alias.name
        if isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "collections":
                    return f"{alias.asname or alias.name}.OrderedDict"
    return None


def _import(tree: Tree, text: Text) -> Replacement:
    """Import OrderedDict before the first import that is not from the future."""
    for node in tree.root.body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            if isinstance(node, ast.ImportFrom) and node.module == "__future__":
                continue
            line = text.line_start(text.span(node)[0])
            return Replacement(line, line, "from collections import OrderedDict\n")
    raise NoFixError("the file has no imports to put another one to")


_MENDS: dict[str, Callable[[_Spot], Proposal]] = {
    "THU202": _chain,
    "THU203": _chain_in_loop,
    "THU204": _listed,
    "THU206": _earlier,
    "THU301": _symbolic,
    "THU303": _placed,
    "THU903": _ordered,
}
