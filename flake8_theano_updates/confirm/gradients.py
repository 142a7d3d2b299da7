"""Gradients: of the cost that the file shows, or of one that stands in."""

from __future__ import annotations

from collections.abc import Hashable, Sequence

from flake8_theano_updates.confirm.expressions import Expression, call, named
from flake8_theano_updates.confirm.plans import Plan, Translator
from flake8_theano_updates.confirm.starts import given
from flake8_theano_updates.interpreter.state import element_base
from flake8_theano_updates.values import Container, Term, Use, by_key, operands, original

_FIRST_ORDER = frozenset({"grad", "gradient", "gradients"})


class Gradients:
    """Translates what is taken of a cost with respect to variables."""

    def __init__(self, translator: Translator) -> None:
        self._translator = translator
        self._inside: dict[int, frozenset[Hashable]] = {}
        self._made: dict[tuple[int, Hashable], Expression] = {}

    def whole(self, value: Term) -> Plan | None:
        """Return the plan of a gradient for one variable, or for the first of several."""
        if value.label not in _FIRST_ORDER:
            return None
        cost, wrt = _parts(value)
        if wrt is None:
            return None
        inner = self._translator.resolve(wrt).value
        if isinstance(inner, Container):
            groups = by_key(inner)
            if not groups:
                return None
            entry = groups[0][0]
            wrt = entry.key or entry.value
        return self._plan(cost, wrt)

    def of_item(self, value: Term) -> Plan | None:
        """Return the plan of an element, an item or a part of the gradients, or None."""
        if not value.uses:
            return None
        gradients = self._gradients(value.uses[0])
        if gradients is None:
            return None
        cost, wrt = _parts(gradients)
        if wrt is None:
            return None
        variable = self._counterpart(value, wrt)
        return self._plan(cost, variable)

    def _gradients(self, use: Use) -> Term | None:
        value = self._translator.resolve(use).value
        if isinstance(value, Term) and value.op == "grad" and value.label in _FIRST_ORDER:
            return value
        return None

    def _counterpart(self, value: Term, wrt: Use) -> Use:
        """Return the variable that an element of the gradients belongs to."""
        inner = self._translator.resolve(wrt).value
        identity: Hashable
        if value.op == "part" or (value.op == "item" and len(value.uses) > 1):
            key = value.label if value.op == "part" else _constant(value.uses[1])
            if isinstance(inner, Container):
                groups = by_key(inner)
                index = key if isinstance(key, int) and -len(groups) <= key < len(groups) else 0
                entry = groups[index][0]
                return entry.key or entry.value
            index_identity = original(value.uses[-1].value).identity
            if value.op == "part":
                identity = ("part", value.label, inner.identity)
            else:
                identity = ("item", inner.identity, index_identity)
            return Use(Term("item", None, (wrt,), identity), wrt.node, wrt.moment, wrt.path)
        base = element_base(wrt)
        identity = ("elem", base)
        outer = value.identity
        while isinstance(outer, tuple) and outer[0] == "inner":
            identity = ("inner", identity)
            outer = outer[1]
        if isinstance(inner, Container) and (groups := by_key(inner)):
            if len(groups) == 1:
                return groups[0][0].key or groups[0][0].value
        return Use(Term("elem", None, (wrt,), identity), wrt.node, wrt.moment, wrt.path)

    def _plan(self, cost: Use | None, wrt: Use) -> Plan:
        variable = self._translator.shared(wrt)
        identity = self._translator.resolve(wrt).value.identity
        seen = (
            cost is not None
            and self._translator.step.own_cost
            and identity in self._identities(cost)
        )
        line = cost.node.lineno if cost is not None else wrt.node.lineno

        def gradient(parts: Sequence[Expression]) -> Expression:
            of = parts[0] if parts else call("cost_of", variable)
            note = "" if parts else "of a cost of its own"
            key = id(of) if parts else 0, identity
            made = named(call("theano.grad", of, variable), "gradient", line, note)
            return self._made.setdefault(key, made)

        return Plan((cost,) if seen and cost is not None else (), gradient)

    def _identities(self, cost: Use) -> frozenset[Hashable]:
        """Return the identities of all that flows into a cost."""
        known = self._inside.get(id(cost.value))
        if known is None:
            seen: set[int] = set()
            found: set[Hashable] = set()
            waiting = [cost]
            while waiting:
                place = self._translator.resolve(waiting.pop())
                if id(place.value) in seen:
                    continue
                seen.add(id(place.value))
                found.add(place.value.identity)
                if isinstance(place.value, Container) or place.value.op not in ("attr", "static"):
                    waiting.extend(operands(place.value))
            known = self._inside[id(cost.value)] = frozenset(found)
        return known


def _parts(gradient: Term) -> tuple[Use | None, Use | None]:
    """Return the cost of a gradient and what it is taken for."""
    arguments, keywords, _ = given(gradient)
    cost = keywords.get("cost") or keywords.get("loss") or (arguments[0] if arguments else None)
    wrt = keywords.get("wrt") or keywords.get("variables")
    if wrt is None:
        rest = arguments if "cost" in keywords or "loss" in keywords else arguments[1:]
        wrt = rest[0] if rest else None
    return cost, wrt


def _constant(use: Use) -> object:
    value = original(use.value)
    return value.label if isinstance(value, Term) and value.op == "const" else None
