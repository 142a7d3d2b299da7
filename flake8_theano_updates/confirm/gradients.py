"""Gradients: of the cost that the file shows, or of one that stands in."""

from __future__ import annotations

from collections.abc import Hashable

from flake8_theano_updates.confirm.expressions import Expression, call, named
from flake8_theano_updates.confirm.reading import constant, given
from flake8_theano_updates.confirm.translator import Translator, inside
from flake8_theano_updates.interpreter.state import element_base
from flake8_theano_updates.values import Container, Term, Use, by_key, original

_FIRST_ORDER = frozenset({"grad", "gradient", "gradients"})


class Gradients:
    """Translates what is taken of a cost with respect to variables, each once."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._inside: dict[int, frozenset[Hashable]] = {}
        self._made: dict[tuple[int, Hashable], Expression] = {}

    def whole(self, value: Term) -> Expression | None:
        """Return a gradient for one variable, or for the first of several; None if it is none."""
        cost, wrt = _parts(value)
        if wrt is None or value.label not in _FIRST_ORDER:
            return None
        inner = self._translator.resolve(wrt).value
        first = _element(inner, 0) if isinstance(inner, Container) else wrt
        return None if first is None else self._gradient(cost, first)

    def of_item(self, value: Term) -> Expression | None:
        """Return an element, an item or a part of the gradients, or None if it is none of them."""
        source = self._translator.resolve(value.uses[0]).value if value.uses else None
        if not isinstance(source, Term) or source.op != "grad" or source.label not in _FIRST_ORDER:
            return None
        cost, wrt = _parts(source)
        return None if wrt is None else self._gradient(cost, self._counterpart(value, wrt))

    def _counterpart(self, value: Term, wrt: Use) -> Use:
        """Return the variable that an element of the gradients belongs to."""
        inner = self._translator.resolve(wrt).value
        identity: Hashable
        if value.op == "elem":
            if isinstance(inner, Container) and len(by_key(inner)) == 1:
                return _element(inner, 0) or wrt
            identity = ("elem", element_base(wrt))
            outer = value.identity
            if isinstance(outer, tuple) and outer[0] == "inner":
                identity = ("inner", identity, outer[2])
            return Use(Term("elem", None, (wrt,), identity), wrt.node, wrt.moment, wrt.path)
        key = value.label if value.op == "part" else constant(value.uses[-1])
        if isinstance(inner, Container):
            return _element(inner, key if isinstance(key, int) else 0) or wrt
        identity = ("item", inner.identity, original(value.uses[-1].value).identity)
        if value.op == "part":
            identity = ("part", value.label, inner.identity)
        return Use(Term("item", None, (wrt,), identity), wrt.node, wrt.moment, wrt.path)

    def _gradient(self, cost: Use | None, wrt: Use) -> Expression:
        variable = self._translator.shared(wrt)
        own = (
            cost is not None
            and self._translator.step.own_cost
            and variable.identity in self._identities(cost)
        )
        of = self._translator.expression(cost) if own and cost else call("cost_of", variable)
        key = id(of) if own else 0, variable.identity
        line = cost.node.lineno if cost is not None else wrt.node.lineno
        made = call("theano.grad", of, variable)
        note = "" if own else "of a cost of its own"
        return self._made.setdefault(key, named(made, "gradient", line, note))

    def _identities(self, cost: Use) -> frozenset[Hashable]:
        """Return the identities of all that flows into a cost."""
        if id(cost.value) not in self._inside:
            uses = inside(self._translator, cost)
            found = (self._translator.resolve(use).value.identity for use in uses)
            self._inside[id(cost.value)] = frozenset(found)
        return self._inside[id(cost.value)]


def _element(container: Container, index: int) -> Use | None:
    groups = by_key(container)
    if not groups:
        return None
    entry = groups[index if -len(groups) <= index < len(groups) else 0][0]
    return entry.key or entry.value


def _parts(gradient: Term) -> tuple[Use | None, Use | None]:
    """Return the cost of a gradient and what it is taken for."""
    arguments, keywords, _ = given(gradient)
    cost = keywords.get("cost") or keywords.get("loss")
    if cost is None and arguments:
        cost = arguments.pop(0)
    wrt = keywords.get("wrt") or keywords.get("variables")
    return cost, wrt or (arguments[0] if arguments else None)
