"""Calls: of the functions that the table has, of NumPy's that fill arrays, and of unknown ones."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence

from flake8_theano_updates.confirm.expressions import (
    Expression,
    after,
    atom,
    call,
    infix,
    literal,
    negative,
)
from flake8_theano_updates.confirm.reading import constant, given, operand_of, side, whole_number
from flake8_theano_updates.confirm.table import (
    FUNCTIONS,
    OPERATORS,
    PASSING,
    SAME,
    Known,
    known,
    simple_name,
)
from flake8_theano_updates.confirm.translator import Place, Translator, UnknownStartError, inside
from flake8_theano_updates.interpreter.names import DRAWS, RANDOM, SHARED
from flake8_theano_updates.values import Container, Term, Use, operands, original

_INITIAL = ("value", "val", "initial_value", "initial")
_BOUNDS = ("min", "max", "a_min", "a_max")
_FILLED = {"zero": "numpy.zeros", "zeros": "numpy.zeros", "ones": "numpy.ones"}
_FILLED["empty"] = _FILLED["zeros"]
# What a function of the project's own, `build_shared_zeros`, fills an array with.
_FILLING = re.compile(r"(?:(?<![a-z])|(?<=shared))(zeros?|ones|empty)(?![a-z])", re.IGNORECASE)
_SQUARE = frozenset({"eye", "identity", "arange"})
_OF_NUMPY = frozenset("sqrt exp log abs tanh sin cos maximum minimum clip floor ceil".split())
_SIZED_BY_ARGUMENTS = frozenset({"rand", "randn"})
_SIZED_BY_FIRST = frozenset("random random_sample sample ranf standard_normal".split())
_RANDOM = DRAWS | _SIZED_BY_ARGUMENTS | _SIZED_BY_FIRST
_SHAPES = frozenset("shape int_shape get_variable_shape get_shape".split())
# An unknown function of a long list needs no more of it.
_MOST_OPERANDS = 8
_CHANGING = ("grad", "registered")


def maker_argument(maker: Term) -> Use | None:
    """Return what a call makes a shared variable of, or None where it gives a shape."""
    arguments, keywords, _ = given(maker)
    if not SHARED.search(str(maker.label)) or _FILLING.search(str(maker.label)):
        return None
    first = next((keywords[name] for name in _INITIAL if name in keywords), None)
    return first or (arguments[0] if arguments else None)


def filled(t: Translator, value: Term) -> Expression:
    """Return an array of zeros or ones of a shape that the file gives."""
    arguments, keywords, _ = given(value)
    sides = arguments[0] if arguments else keywords.get("shape")
    filling = _FILLING.search(str(value.label))
    if sides is None or filling is None:
        raise UnknownStartError
    shape = _shape(t, sides)
    return call(_FILLED[filling[1].lower()], shape, shape=shape.shape)


def _shape(t: Translator, use: Use) -> Expression:
    """Return a shape: a tuple of sides, or that of another array."""
    value = original(use.value)
    if isinstance(value, Term) and value.op == "static" and value.label in _SHAPES:
        operand = operand_of(value)
        if operand is not None:
            return after(t.expression(operand), ".shape")
    uses = [entry.value for entry in value.entries] if isinstance(value, Container) else [use]
    return _sides(t, uses)


def _sides(t: Translator, uses: Sequence[Use]) -> Expression:
    parts = [_side(t, one) for one in uses]
    lengths = [part.shape for part in parts if part.shape is not None]
    shape = sum(lengths, ()) if len(lengths) == len(parts) else None
    return Expression(
        "({})".format("{}, " * len(parts)).replace(", )", ",)"), tuple(parts), shape=shape
    )


def _side(t: Translator, use: Use) -> Expression:
    """Return the length of a side; what is not known is 2."""
    value = original(use.value)
    if isinstance(value, Term) and value.op == "item" and len(value.uses) > 1:
        inner, index = original(value.uses[0].value), constant(value.uses[1])
        if isinstance(inner, Term) and inner.label in _SHAPES and isinstance(index, int):
            whole = _shape(t, value.uses[0])
            shape = (whole.shape or ())[index : index + 1 or None] or None
            return Expression(f"{{}}[{index}]", (whole,), shape=shape)
    length = side(whole_number(use))
    return atom(str(length), (length,))


def _drawn(t: Translator, value: Term) -> Expression:
    """Return random numbers, between their bounds."""
    arguments, keywords, _ = given(value)
    if value.label in _SIZED_BY_ARGUMENTS:
        sides = _sides(t, arguments)
        return call("drawn", *sides.parts, shape=sides.shape)
    first = arguments[0] if value.label in _SIZED_BY_FIRST and arguments else None
    size = keywords.get("size") or first or (arguments[2] if len(arguments) > 2 else None)
    shape = _shape(t, size) if size else None
    random = call("drawn", shape=())
    if shape is not None:
        random = Expression("drawn(*{})", (shape,), shape=shape.shape)
    names = {"uniform": ("low", "high"), "normal": ("loc", "scale")}.get(str(value.label), ())
    given_in_order = dict(zip(names, arguments, strict=False))
    bounds = [keywords.get(name) or given_in_order.get(name) for name in names]
    if value.label == "uniform" and bounds[0] and bounds[1]:
        low, high = (t.expression(bound) for bound in bounds if bound)
        return infix("+", low, infix("*", infix("-", high, low), random))
    if value.label == "normal":
        scaled = infix("*", t.expression(bounds[1]), random) if bounds[1] else random
        return infix("+", t.expression(bounds[0]), scaled) if bounds[0] else scaled
    return random


def call_of(t: Translator, value: Term, place: Place) -> Expression:
    """Translate a call."""
    assert value.called is not None
    if value.called.returned is not None:
        return t.expression(value.called.returned)
    arguments, keywords, receiver = given(value)
    name = simple_name(value.called.function)
    values = [receiver, *arguments] if receiver is not None else arguments
    if t.numeric:
        return _of_numpy(t, value, name, values)
    if value.label in DRAWS and (receiver is None or RANDOM.search(ast.unparse(receiver.node))):
        return t.array("draw", place.use, "a random number")
    if name in OPERATORS and len(values) == (1 if OPERATORS[name] in ("neg", "~") else 2):
        return operated(OPERATORS[name], [t.expression(one) for one in values])
    one = known(value.called.function)
    if one is not None and one.kind == "reduction" and values:
        axis = values[1:2] or [keywords[word] for word in ("axis",) if word in keywords]
        return _reduced(t, one, values[0], axis, keywords)
    if one is not None:
        if one.name.endswith(".clip"):
            values = [*values, *(keywords[word] for word in _BOUNDS if word in keywords)]
        if one.least <= len(values) and not any(map(_is_list, values)):
            return of_known(t, one, values[: one.most])
    special = _special(t, name, values, keywords) if name is not None and values else None
    return special or unknown(t, value, place)


def _of_numpy(t: Translator, value: Term, name: str | None, values: Sequence[Use]) -> Expression:
    """Translate a call in an initial value."""
    if value.label in _RANDOM:
        return _drawn(t, value)
    if name in _FILLED:
        return filled(t, value)
    if name in _SQUARE and values:
        length = _side(t, values[0])
        shape = (length.shape or ()) * (1 if name == "arange" else 2)
        return call(f"numpy.{name}", length, shape=shape)
    if name in ("array", "asarray", "ascontiguousarray") and values:
        inner = t.expression(values[0])
        return call("numpy.array", inner) if inner.form.startswith("[") else inner
    if values and (name == "copy" or name in PASSING or value.label in PASSING):
        return t.expression(values[0])
    if name is not None and SAME.get(name, name) in _OF_NUMPY:
        return call(f"numpy.{SAME.get(name, name)}", *map(t.expression, values))
    raise UnknownStartError


def of_table(t: Translator, name: str, values: Sequence[Use]) -> Expression:
    """Translate a call of a function of the table."""
    return of_known(t, FUNCTIONS[name], values)


def of_known(t: Translator, one: Known, values: Sequence[Use]) -> Expression:
    """Translate a call of a function that is printed as it is."""
    parts = [t.expression(use) for use in values]
    if one.kind == "shape" and not t.step.arrays:
        if one.name.endswith(("dot", "outer")) and t.step.shapes:
            return infix("*", *parts)
        if one.name.endswith(("flatten", "transposed", "diag")):
            return parts[0]
        return _smooth(parts)
    if one.kind == "root" and t.step.positive:
        parts = [call("positive", *parts)]
    made = call(one.name, *parts)
    return call("number", made) if one.kind == "truth" else made


def _reduced(
    t: Translator, one: Known, value: Use, axis: Sequence[Use], keywords: dict[str, Use]
) -> Expression:
    """Translate a sum, a mean or the like, along an axis."""
    inner = t.expression(value)
    if _is_list(value):
        return call("sum", inner) if one.name.endswith(".sum") else _smooth(inner.parts or [inner])
    if not t.step.arrays:
        plain = t.step.shapes and not one.name.endswith(("var", "std"))
        return inner if plain else _smooth([inner])
    options = [f"axis={written}" for use in axis if (written := _axes(use)) is not None]
    kept = constant(keywords["keepdims"]) if "keepdims" in keywords else None
    options += [f"keepdims={kept}"] if isinstance(kept, bool) else []
    return call(one.name, inner, options=", ".join(options))


def _special(
    t: Translator, name: str, values: Sequence[Use], keywords: dict[str, Use]
) -> Expression | None:
    """Translate what is called in a way of its own."""
    if name in _FILLED and not t.step.arrays:
        return literal(float(name == "ones"))
    if name in ("concatenate", "stack") and _is_list(values[0]) and t.step.arrays:
        axis = _axes(keywords["axis"]) if "axis" in keywords else None
        options = f"axis={axis}" if axis is not None else ""
        return call(f"theano.tensor.{name}", t.expression(values[0]), options=options)
    if name in ("norm", "l2_norm"):
        inner = t.expression(values[0])
        squares = call("theano.tensor.sum", call("theano.tensor.sqr", inner))
        return call("theano.tensor.sqrt", squares) if t.step.arrays else call("abs", inner)
    axes = _pattern(values[1:]) if name == "dimshuffle" and t.step.arrays else None
    if axes is not None:
        return Expression(f"tensor({{}}).dimshuffle({axes})", (t.expression(values[0]),))
    return t.expression(values[0]) if name in PASSING else None


def unknown(t: Translator, value: Term, place: Place) -> Expression:
    """Translate a call that nothing is known of: smooth in what flows into it."""
    uses = [use for use in _flattened(value) if _is_known(t, use)]
    if t.numeric or not uses:
        return t.leaf(place.use)
    made = _smooth([t.expression(use) for use in uses])
    note = f"for {value.label}()"
    return Expression(made.form, made.parts, line=place.use.node.lineno, note=note)


def operated(operator: str, parts: Sequence[Expression]) -> Expression:
    """Return an operation; of comparisons, which are numbers, the masks are numbers too."""
    match operator:
        case "neg":
            return negative(parts[0])
        case "~" | "not":
            return infix("-", literal(1), parts[0])
        case "&":
            return infix("*", *parts)
        case "|":
            return call("theano.tensor.maximum", *parts)
        case "^":
            return call("abs", infix("-", *parts))
    return infix(operator, *parts)


def _is_known(t: Translator, root: Use) -> bool:
    """Does a variable flow into this, or a gradient?"""
    for use in inside(t, root):
        value = t.resolve(use).value
        if isinstance(value, Term) and (value.op in _CHANGING or t.variable(use) is not None):
            return True
    return False


def _smooth(parts: Sequence[Expression]) -> Expression:
    return call("smooth_function", *parts)


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


def _axes(use: Use) -> str | None:
    """Write an axis, or several."""
    value = original(use.value)
    uses = [entry.value for entry in value.entries] if isinstance(value, Container) else [use]
    numbers = [whole_number(one) for one in uses]
    if None in numbers:
        return None
    return str(tuple(numbers)) if isinstance(value, Container) else str(numbers[0])


def _pattern(uses: Sequence[Use]) -> str | None:
    """Write the pattern of a dimshuffle."""
    if len(uses) == 1 and isinstance(inner := original(uses[0].value), Container):
        uses = [entry.value for entry in inner.entries]
    texts = ["'x'" if constant(use) == "x" else whole_number(use) for use in uses]
    return None if None in texts or not texts else ", ".join(map(str, texts))
