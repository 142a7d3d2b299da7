"""Calls: of the functions that the table has, and of those that nothing is known of."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from flake8_theano_updates.confirm.expressions import Expression, call, infix, literal, negative
from flake8_theano_updates.confirm.leaves import Leaves
from flake8_theano_updates.confirm.plans import Place, Plan, Translator, whole
from flake8_theano_updates.confirm.starts import given, whole_number
from flake8_theano_updates.confirm.table import (
    FUNCTIONS,
    OPERATORS,
    PASSING,
    Known,
    known,
    simple_name,
)
from flake8_theano_updates.interpreter.names import DRAWS, RANDOM
from flake8_theano_updates.values import Container, Term, Use, operands, original

_BOUNDS = ("min", "max", "a_min", "a_max")
# An unknown function of a long list needs no more of it.
_MOST_OPERANDS = 8
_FILLED = {"zeros": 0.0, "ones": 1.0}


class Calls:
    """Translates calls."""

    def __init__(self, translator: Translator, leaves: Leaves) -> None:
        self._translator = translator
        self._leaves = leaves

    def plan(self, value: Term, place: Place) -> Plan:
        """Return the plan of a call."""
        assert value.called is not None
        if value.called.returned is not None:
            return Plan([value.called.returned], lambda parts: parts[0])
        arguments, keywords, receiver = given(value)
        function = value.called.function
        if value.label in DRAWS and (receiver is None or RANDOM.search(_text(receiver))):
            return whole(self._leaves.array("draw", place.use, "a random number"))
        name = simple_name(function)
        if name is None:
            return self.unknown(value, place)
        values = [receiver, *arguments] if receiver is not None else arguments
        if name in OPERATORS and len(values) == (1 if OPERATORS[name] in ("neg", "~") else 2):
            return _operated(OPERATORS[name], values)
        one = known(function)
        if one is not None:
            if one.name.endswith(".clip"):
                bounds = [keywords[word] for word in _BOUNDS if word in keywords]
                values = [*values, *bounds]
            if one.kind == "reduction":
                axis = values[1:2] or [keywords[word] for word in ("axis",) if word in keywords]
                return self._reduced(one, values[:1], axis, keywords)
            if one.least <= len(values) and not any(_is_list(use) for use in values):
                return self.of_known(one, values[: one.most])
        special = self._special(name, values, keywords)
        return special or self.unknown(value, place)

    def of_table(self, name: str, values: Sequence[Use]) -> Plan:
        """Return the plan of a call of a function of the table."""
        return self.of_known(FUNCTIONS[name], values)

    def of_known(self, one: Known, values: Sequence[Use]) -> Plan:
        """Return the plan of a call of a function that is printed as it is."""
        step = self._translator.step
        if one.kind == "shape" and not step.arrays:
            if one.name.endswith(("dot", "outer")) and step.shapes:
                return Plan(values, lambda parts: infix("*", *parts))
            if one.name.endswith(("flatten", "transposed", "diag")):
                return Plan(values[:1], lambda parts: parts[0])
            return Plan(values, _smooth)

        def combine(parts: Sequence[Expression]) -> Expression:
            if one.kind == "root" and step.positive:
                return call(one.name, call("positive", *parts))
            made = call(one.name, *parts)
            return call("number", made) if one.kind == "truth" else made

        return Plan(values, combine)

    def _reduced(
        self, one: Known, values: Sequence[Use], axis: Sequence[Use], keywords: dict[str, Use]
    ) -> Plan:
        if not values:
            return whole(literal(0.5))
        if _is_list(values[0]):
            total = one.name.endswith(".sum")
            return Plan(values, (lambda parts: call("sum", *parts)) if total else _smooth_of_list)
        if not self._translator.step.arrays:
            if one.name.endswith(("var", "std")) or not self._translator.step.shapes:
                return Plan(values, _smooth)
            return Plan(values, lambda parts: parts[0])
        options = []
        if axis:
            written = _axes(axis[0])
            if written is not None:
                options.append(f"axis={written}")
        kept = original(keywords["keepdims"].value) if "keepdims" in keywords else None
        if isinstance(kept, Term) and kept.op == "const" and kept.label in (True, False):
            options.append(f"keepdims={kept.label}")
        return Plan(values, lambda parts: call(one.name, *parts, options=", ".join(options)))

    def _special(self, name: str, values: Sequence[Use], keywords: dict[str, Use]) -> Plan | None:
        """Return the plan of what is called in a way of its own."""
        arrays = self._translator.step.arrays
        if name == "dimshuffle" and values:
            axes = _pattern(values[1:])
            if arrays and axes is not None:
                return Plan(
                    values[:1],
                    lambda parts: Expression(
                        f"tensor({{}}).dimshuffle({axes})",
                        tuple(parts),
                    ),
                )
        if name in _FILLED and not arrays:
            return whole(literal(_FILLED[name]))
        if name in ("concatenate", "stack") and values and _is_list(values[0]) and arrays:
            axis = _axes(keywords["axis"]) if "axis" in keywords else None
            options = f"axis={axis}" if axis is not None else ""
            return Plan(
                values[:1], lambda parts: call(f"theano.tensor.{name}", *parts, options=options)
            )
        if name in ("norm", "l2_norm") and values:
            squares = FUNCTIONS["sqr"].name
            if arrays:
                return Plan(
                    values[:1],
                    lambda parts: call(
                        "theano.tensor.sqrt", call("theano.tensor.sum", call(squares, *parts))
                    ),
                )
            return Plan(values[:1], lambda parts: call("abs", *parts))
        if name in PASSING and values:
            return Plan(values[:1], lambda parts: parts[0])
        return None

    def unknown(self, value: Term, place: Place) -> Plan:
        """Return the plan of a call that nothing is known of: smooth in what is known."""
        inside = [use for use in _flattened(value) if self._is_known(use)]
        if not inside:
            return whole(self._translator.leaf(place.use))
        name = str(value.label)

        def combine(parts: Sequence[Expression]) -> Expression:
            made = _smooth(parts)
            return Expression(
                made.form, made.parts, line=place.use.node.lineno, note=f"for {name}()"
            )

        return Plan(inside, combine)

    def _is_known(self, root: Use) -> bool:
        """Does a variable flow into this, or a gradient?"""
        seen: set[int] = set()
        waiting = [root]
        while waiting:
            use = waiting.pop()
            value = self._translator.resolve(use).value
            if id(value) in seen:
                continue
            seen.add(id(value))
            if isinstance(value, Term):
                if value.op in ("grad", "registered") or self._translator.variable(use) is not None:
                    return True
                if value.op in ("attr", "static", "function", "class", "import"):
                    continue
            waiting.extend(operands(value))
        return False


def _operated(operator: str, values: Sequence[Use]) -> Plan:
    if operator == "neg":
        return Plan(values, lambda parts: negative(parts[0]))
    if operator == "~":
        return Plan(values, lambda parts: infix("-", literal(1), parts[0]))
    if operator in ("&", "^", "|"):
        if operator == "&":
            return Plan(values, lambda parts: infix("*", *parts))
        if operator == "|":
            return Plan(values, lambda parts: call("theano.tensor.maximum", *parts))
        return Plan(values, lambda parts: call("abs", infix("-", *parts)))
    return Plan(values, lambda parts: infix(operator, *parts))


def _smooth(parts: Sequence[Expression]) -> Expression:
    return call("smooth_function", *parts)


def _smooth_of_list(parts: Sequence[Expression]) -> Expression:
    return call("smooth_function", *parts[0].parts)


def _is_list(use: Use) -> bool:
    return isinstance(original(use.value), Container)


def _flattened(value: Term) -> list[Use]:
    """Return the operands of a call, those in lists one by one."""
    found: list[Use] = []
    seen: set[int] = set()
    waiting = list(reversed(value.uses))
    while waiting and len(found) < _MOST_OPERANDS:
        use = waiting.pop()
        inner = original(use.value)
        if not isinstance(inner, Container):
            found.append(use)
        elif id(inner) not in seen:
            seen.add(id(inner))
            # A list hands its elements on where the list is used.
            elements = (Use(o.value, use.node, o.moment, o.path) for o in operands(inner))
            waiting.extend(reversed(list(elements)))
    return found


def _text(use: Use) -> str:
    return ast.unparse(use.node)


def _axes(use: Use) -> str | None:
    """Write an axis, or several."""
    value = original(use.value)
    if isinstance(value, Container):
        numbers = [whole_number(entry.value) for entry in value.entries]
        return None if None in numbers else "({},)".format(", ".join(map(str, numbers)))
    number = whole_number(use)
    return None if number is None else str(number)


def _pattern(uses: Sequence[Use]) -> str | None:
    """Write the pattern of a dimshuffle."""
    if len(uses) == 1 and isinstance(inner := original(uses[0].value), Container):
        uses = [entry.value for entry in inner.entries]
    texts = []
    for use in uses:
        value = original(use.value)
        number = whole_number(use)
        if number is not None:
            texts.append(str(number))
        elif isinstance(value, Term) and value.label == "x":
            texts.append("'x'")
        else:
            return None
    return ", ".join(texts) if texts else None
