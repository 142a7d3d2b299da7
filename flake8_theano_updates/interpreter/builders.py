"""Functions of Python and its library that make or take apart containers."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import replace
from itertools import pairwise

from flake8_theano_updates.interpreter.branches import either
from flake8_theano_updates.interpreter.evaluator import Evaluator
from flake8_theano_updates.interpreter.names import (
    ITERATORS,
    MAPPING_MAKERS,
    RANGES,
    SEQUENCE_COPIES,
    SHARED,
    ZIPS,
)
from flake8_theano_updates.values import (
    Container,
    Entry,
    Term,
    Use,
    Value,
    by_key,
    original,
    pair_of,
)


class Builders:
    """Evaluates calls of ``list``, ``zip``, ``OrderedDict``, ``chain``..."""

    def __init__(self, expressions: Evaluator) -> None:
        self.expressions = expressions
        self.state = expressions.state
        self._functions: dict[str, Callable[[ast.Call], Value | None]] = {
            **dict.fromkeys(SEQUENCE_COPIES, self._copy),
            **dict.fromkeys(MAPPING_MAKERS, self._mapping),
            **dict.fromkeys(ZIPS, self._zip),
            **dict.fromkeys(RANGES, self._range),
            "enumerate": self._enumerate,
            "sum": self._sum,
            "chain": self._chain,
            "from_iterable": self._flatten,
        }

    def build(self, name: str, node: ast.Call) -> Value | None:
        """Return what the function makes, or None where it is not one of these."""
        build = self._functions.get(name)
        if build is None or any(isinstance(arg, ast.Starred) for arg in node.args):
            return None
        return build(node)

    def empty(self, kind: str, node: ast.Call) -> Container:
        """Return a new container that the call makes."""
        made = self.state.container(kind, node, self.state.tick())
        made.ended = self.state.tick()
        return made

    def tuple_of(self, parts: Sequence[Use], node: ast.Call) -> Container:
        """Return a tuple that no display in the program spells out."""
        item = self.empty("tuple", node)
        for part in parts:
            self.state.enter(item, part, None, part.moment)
        item.begun = min(part.moment for part in parts) if parts else item.begun
        item.ended = self.state.tick()
        return item

    def _copy(self, node: ast.Call) -> Value | None:
        if not node.args and not node.keywords:
            return self.empty("list", node)
        if len(node.args) != 1:
            return None
        begun = self.state.tick()
        source = self.expressions.use(node.args[0])
        value = original(source.value)
        if isinstance(value, Term):
            return None if value.op == "call" else value
        if value.kind == "mapping":
            return self.keys(value, node)
        made = self.state.container("list", node, begun)
        made.lazy = isinstance(node.func, ast.Name) and node.func.id in ITERATORS
        self.state.join(made, source)
        made.ended = self.state.tick()
        return made

    def _mapping(self, node: ast.Call) -> Value | None:
        made = self.empty("mapping", node)
        self.fill_mapping(made, node)
        made.ended = self.state.tick()
        return made

    def fill_mapping(self, container: Container, node: ast.Call) -> None:
        """Let the arguments of ``dict(...)`` or ``d.update(...)`` enter."""
        for argument in node.args:
            source = self.expressions.use(argument)
            value = original(source.value)
            if isinstance(value, Container) and value.kind != "mapping":
                self._fill_with_pairs(container, value)
            else:
                self.state.join(container, source)
        for keyword in node.keywords:
            begun = self.state.tick()
            use = self.expressions.use(keyword.value)
            if keyword.arg is None:
                self.state.join(container, use)
            else:
                name = Term("const", keyword.arg, (), ("const", repr(keyword.arg)))
                key = self.state.use(name, keyword.value)
                self.state.enter(container, use, key, begun)

    def _fill_with_pairs(self, container: Container, pairs: Container) -> None:
        """Each pair becomes a key and its value; what it reads still moves with it."""
        container.rest.extend(pairs.rest)
        moment = self.state.tick()
        for entry in pairs.entries:
            pair = pair_of(entry)
            if pair is not None:
                key, value = pair
                entered = replace(
                    entry, key=key, value=value, moment=moment, loop=None, there=moment
                )
                container.entries.append(entered)

    def _zip(self, node: ast.Call) -> Value | None:
        sources = self.expressions.uses(list(node.args))
        made = self.empty("list", node)
        made.lazy = True
        columns = [self._column(source) for source in sources]
        lengths = {len(column) for column in columns if column is not None}
        if len(lengths) == 1 and None not in columns:
            for row in zip(*[column for column in columns if column is not None], strict=True):
                many = any(entry.many for entry in row)
                parts = [
                    self._told_of(entry.value, source)
                    for entry, source in zip(row, sources, strict=True)
                ]
                self._enter_row(made, parts, node, many)
            return made
        parts = [self.state.use(self.state.element(source), source.node) for source in sources]
        self._enter_row(made, parts, node, True)
        return made

    def _told_of(self, element: Use, source: Use) -> Use:
        """Call a variable by the list that it was made for, not by the call that made it."""
        value = element.value
        named = isinstance(source.node, (ast.Name, ast.Attribute))
        if named and isinstance(element.node, ast.Call) and isinstance(value, Term):
            if SHARED.search(str(value.label)):
                return Use(value, source.node, element.moment, element.path)
        return element

    def _column(self, source: Use) -> list[Entry] | None:
        """Return the entries that a zip walks through, where they are known one by one."""
        value = original(source.value)
        if not isinstance(value, Container) or value.rest or not value.entries:
            return None
        return None if any(entry.key is not None for entry in value.entries) else value.entries

    def _enter_row(self, made: Container, parts: Sequence[Use], node: ast.Call, many: bool) -> None:
        bound = frozenset(original(part.value).identity for part in parts)
        with self.state.loop(None, bound) if many else nullcontext():
            item = self.tuple_of(parts, node)
            self.state.enter(made, self.state.use(item, node), None, item.begun)

    def _range(self, node: ast.Call) -> Value | None:
        return self.state.made("call", "range", self.expressions.uses(list(node.args)))

    def _enumerate(self, node: ast.Call) -> Value | None:
        if not node.args:
            return None
        source = self.expressions.use(node.args[0])
        made = self.empty("list", node)
        index = Term("index", None, (), ("index", original(source.value).identity))
        for use, many in self.state.elements(source):
            self._enter_row(made, [self.state.use(index, node), use], node, many)
        return made

    def _sum(self, node: ast.Call) -> Value | None:
        """Return the lists of a list, joined: ``sum(lists, [])``."""
        if len(node.args) != 2 or not isinstance(node.args[1], (ast.List, ast.Tuple)):
            return None
        return self._flatten(node)

    def _chain(self, node: ast.Call) -> Value | None:
        made = self.empty("list", node)
        made.lazy = True
        for argument in node.args:
            self.state.join(made, self.expressions.use(argument))
        made.ended = self.state.tick()
        return made

    def _flatten(self, node: ast.Call) -> Value | None:
        if not node.args:
            return None
        outer = original(self.expressions.use(node.args[0]).value)
        if not isinstance(outer, Container):
            return None
        made = self.empty("list", node)
        made.rest.extend(outer.rest)
        for entry in outer.entries:
            with self.state.loop(None, frozenset()) if entry.many else nullcontext():
                self.state.join(made, entry.value)
        return made

    def items(self, container: Container, node: ast.Call) -> Container:
        """Return the pairs of a known mapping."""
        container.looked_at.append((self.state.tick(), None))
        made = self.empty("list", node)
        for group in by_key(container):
            key, value = group[0].key, self._kept(group, node)
            if key is not None:
                self._enter_row(made, [key, value], node, any(entry.many for entry in group))
        for use in container.rest:
            self._enter_row(made, self._any_item(use, node), node, True)
        return made

    def items_of_unknown(self, mapping: Use, node: ast.Call) -> Container:
        """Return the pairs of a mapping of which nothing is known."""
        made = self.empty("list", node)
        self._enter_row(made, self._any_item(mapping, node), node, True)
        return made

    def _any_item(self, mapping: Use, node: ast.Call) -> list[Use]:
        key = self.state.element(mapping)
        identity = ("item", original(mapping.value).identity, key.identity)
        value = Term("item", None, (mapping,), identity)
        return [self.state.use(key, node), self.state.use(value, node)]

    def values(self, container: Container, node: ast.Call) -> Container:
        """Return the values of a known mapping."""
        made = self.empty("list", node)
        for group in by_key(container):
            self._hand_on(made, group[-1], self._kept(group, node))
        made.rest.extend(container.rest)
        return made

    def keys(self, container: Container, node: ast.Call) -> Container:
        """Return the keys of a known mapping."""
        made = self.empty("list", node)
        for group in by_key(container):
            if group[0].key is not None:
                self._hand_on(made, group[0], group[0].key)
        made.rest.extend(container.rest)
        return made

    def _hand_on(self, made: Container, entry: Entry, part: Use) -> None:
        made.entries.append(replace(entry, key=None, value=part, many=True, loop=None))

    def _kept(self, group: list[Entry], node: ast.Call) -> Use:
        """Return what a mapping holds under the key of these entries."""
        kept = group[0].value
        for before, entry in pairwise(group):
            if set(entry.path) <= set(before.path):
                kept = entry.value
            else:
                kept = self.state.use(either(self.state, kept, entry.value, node), node)
        return kept
