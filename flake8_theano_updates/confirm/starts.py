"""Where shared variables start: their initial values and shapes, in NumPy's words."""

from __future__ import annotations

from collections.abc import Callable

from flake8_theano_updates.confirm.expressions import (
    SUM,
    Expression,
    after,
    atom,
    call,
    infix,
    literal,
    negative,
)
from flake8_theano_updates.confirm.table import PASSING, simple_name
from flake8_theano_updates.interpreter.names import DRAWS, SHARED, VIEWS
from flake8_theano_updates.values import Container, Term, Use, Value, original

# A longer side of an array says no more than this one.
LONGEST_SIDE = 10
SIDE = 2
_DEEPEST = 40

_FILLED = {"zeros": "numpy.zeros", "ones": "numpy.ones", "empty": "numpy.zeros"}
_LIKE = {"zeros_like": "numpy.zeros_like", "ones_like": "numpy.ones_like"}
_RANDOM = DRAWS | frozenset("rand randn random sample random_sample ranf".split())
_SIZED_BY_ARGUMENTS = frozenset({"rand", "randn"})
_INITIAL = ("value", "val", "initial_value", "initial")


class UnknownStartError(Exception):
    """What a variable starts with is not known."""


def given(term: Term) -> tuple[list[Use], dict[str, Use], Use | None]:
    """Return the positional arguments of a call, its keywords, and what its method is of."""
    uses = list(term.uses)
    if term.called is None:
        return uses, {}, None
    receiver = uses.pop(0) if term.called.receiver else None
    count = len(term.called.keywords)
    split = len(uses) - count
    keywords = zip(term.called.keywords, uses[split:], strict=True)
    return uses[:split], {name: use for name, use in keywords if name is not None}, receiver


def makes_variable(value: Value) -> bool:
    """Is this a call that makes a shared variable, as far as its name tells?"""
    if not isinstance(value, Term) or value.op != "call" or value.called is None:
        return False
    if SHARED.search(str(value.label)):
        return True
    root = (value.called.function or "").rpartition(".")[0]
    return value.label in ("zeros", "ones") and root.endswith("backend")


class Starts:
    """Writes initial values.

    Args:
        leaf: returns what stands for a value that is not computed here.
        variable: returns the shared variable that a use takes, or None for anything else.
        choose: returns the arm of a value that is one of two.
    """

    def __init__(
        self,
        leaf: Callable[[Use], Expression],
        variable: Callable[[Use], Expression | None],
        choose: Callable[[Term], Use],
    ) -> None:
        self._leaf = leaf
        self._variable = variable
        self._choose = choose

    def of_input(self, value: Use) -> Expression:
        """Return the initial value of an input that is updated: ``In(x, value=...)``.

        Raises:
            UnknownStartError: if it is not known.
        """
        return self._start(value, 0)

    def of_maker(self, maker: Term) -> Expression:
        """Return the initial value that a call gives to the variable that it makes.

        Raises:
            UnknownStartError: if it is not known.
        """
        arguments, keywords, _ = given(maker)
        if not SHARED.search(str(maker.label)):
            shape = arguments[0] if arguments else keywords.get("shape")
            if shape is None:
                raise UnknownStartError
            return call(_FILLED[str(maker.label)], self._shape(shape))
        first = next((keywords[name] for name in _INITIAL if name in keywords), None)
        if first is None and not arguments:
            raise UnknownStartError
        start = self._start(first or arguments[0], 0)
        # Theano keeps whole numbers; what others make of them is seldom whole.
        whole = start.form.isdigit() and str(maker.label) != "shared"
        return atom(f"{start.form}.0") if whole else start

    def _start(self, use: Use, depth: int) -> Expression:
        if depth > _DEEPEST:
            raise UnknownStartError
        variable = self._variable(use)
        if variable is not None:
            return after(variable, ".get_value()")
        value = original(use.value)
        if isinstance(value, Container):
            return self._display(value, depth)
        if value.op == "const":
            if isinstance(value.label, (int, float)):
                return literal(value.label)
            raise UnknownStartError
        if value.op == "either":
            return self._start(self._choose(value), depth + 1)
        if value.op in ("+", "-", "*", "/", "**"):
            left, right = (self._start(part, depth + 1) for part in value.uses)
            return infix(value.op, left, right)
        if value.op in ("neg", "pos"):
            operand = self._start(value.uses[0], depth + 1)
            return negative(operand) if value.op == "neg" else operand
        if value.op == "view":
            arguments, _, receiver = given(value)
            inner = self._start(receiver or arguments[0], depth + 1)
            return after(inner, ".T") if value.label in ("T", "transpose") else inner
        if value.op == "static":
            return self._static(value, depth)
        if value.op == "call":
            return self._call(value, depth)
        if value.op in ("name", "number", "attr", "elem", "part", "item", "import"):
            return self._leaf(use)
        raise UnknownStartError

    def _display(self, container: Container, depth: int) -> Expression:
        entries = [entry.value for entry in container.entries]
        if not entries or container.rest or any(entry.many for entry in container.entries):
            raise UnknownStartError
        if len(entries) > LONGEST_SIDE:
            entries = entries[:SIDE]
        parts = tuple(self._start(entry, depth + 1) for entry in entries)
        return Expression("[{}]".format(", ".join(["{}"] * len(parts))), parts)

    def _static(self, value: Term, depth: int) -> Expression:
        arguments, _, receiver = given(value)
        operand = receiver or (arguments[0] if arguments else None)
        if operand is None:
            raise UnknownStartError
        if value.label in ("get_value", "eval"):
            return self._start(operand, depth + 1)
        if value.label in _LIKE:
            return call(_LIKE[str(value.label)], self._start(operand, depth + 1))
        raise UnknownStartError

    def _call(self, value: Term, depth: int) -> Expression:
        assert value.called is not None
        arguments, keywords, receiver = given(value)
        name = simple_name(value.called.function)
        if value.called.returned is not None:
            return self._start(value.called.returned, depth + 1)
        if value.label in _RANDOM:
            return self._drawn(str(value.label), arguments, keywords)
        if name in _FILLED and receiver is None:
            shape = arguments[0] if arguments else keywords.get("shape")
            if shape is not None:
                return call(_FILLED[name], self._shape(shape))
        if name in ("eye", "identity", "arange") and arguments:
            return call(f"numpy.{name}", self._side(arguments[0]))
        if name in ("array", "asarray", "ascontiguousarray") and arguments:
            inner = self._start(arguments[0], depth + 1)
            return call("numpy.array", inner) if inner.form.startswith("[") else inner
        if (name in PASSING or value.label in PASSING) and (arguments or receiver):
            return self._start(receiver or arguments[0], depth + 1)
        if name in ("sqrt", "exp", "log", "abs", "fabs") and len(arguments) == 1:
            return call(f"numpy.{name}", self._start(arguments[0], depth + 1))
        if name == "copy" and (arguments or receiver):
            return self._start(receiver or arguments[0], depth + 1)
        raise UnknownStartError

    def _drawn(self, name: str, arguments: list[Use], keywords: dict[str, Use]) -> Expression:
        if name in _SIZED_BY_ARGUMENTS:
            return call("drawn", *map(self._side, arguments))
        size = keywords.get("size") or (arguments[2] if len(arguments) > 2 else None)
        if name in ("random", "sample", "random_sample", "ranf", "standard_normal") and arguments:
            size = arguments[0]
        random = Expression("drawn(*{})", (self._shape(size),)) if size else call("drawn")
        if name not in ("uniform", "normal"):
            return random
        names = ("low", "high") if name == "uniform" else ("loc", "scale")
        bounds: list[Expression | None] = []
        for place, word in enumerate(names):
            use = keywords.get(word) or (arguments[place] if len(arguments) > place else None)
            bounds.append(None if use is None else self._start(use, 1))
        low, high = bounds
        if name == "uniform" and low is not None and high is not None:
            return infix("+", low, infix("*", infix("-", high, low), random))
        if name == "normal":
            scaled = random if high is None else infix("*", high, random)
            return scaled if low is None else infix("+", low, scaled)
        return random

    def _shape(self, use: Use) -> Expression:
        """Write a shape: a tuple of sides, or that of another array."""
        value = original(use.value)
        if isinstance(value, Container):
            sides = tuple(self._side(entry.value) for entry in value.entries)
            return Expression("({})".format("".join(["{}, "] * len(sides)).strip()), sides)
        shaped = self._shaped(value)
        if shaped is not None:
            return shaped
        return Expression("({},)", (self._side(use),))

    def _shaped(self, value: Value) -> Expression | None:
        """Write ``v.shape`` and its like, or return None for anything else."""
        value = original(value)
        if not isinstance(value, Term) or value.op != "static":
            return None
        if value.label not in ("shape", "int_shape", "get_variable_shape", "get_shape"):
            return None
        arguments, _, receiver = given(value)
        operand = receiver or (arguments[0] if arguments else None)
        if operand is None:
            return None
        try:
            return after(self._start(operand, 1), ".shape")
        except UnknownStartError:
            return None

    def _side(self, use: Use) -> Expression:
        value = original(use.value)
        if isinstance(value, Term) and value.op in ("item", "static") and value.uses:
            shaped = self._shaped(value.uses[0].value) if value.op == "item" else None
            index = original(value.uses[1].value) if len(value.uses) > 1 else None
            if shaped is not None and isinstance(index, Term) and isinstance(index.label, int):
                return after(shaped, f"[{index.label}]")
        number = whole_number(use)
        if number is None:
            return atom(str(SIDE))
        return atom(str(number if 0 <= number <= LONGEST_SIDE else SIDE))


def whole_number(use: Use, depth: int = 0) -> int | None:
    """Return the whole number that a value is, where literals and defaults tell it."""
    value = original(use.value)
    if not isinstance(value, Term) or depth > _DEEPEST:
        return None
    if value.op == "const":
        whole = isinstance(value.label, int) and not isinstance(value.label, bool)
        return int(str(value.label)) if whole else None
    if value.op == "number":
        return whole_number(value.uses[0], depth + 1)
    if value.op in ("+", "-", "*") and len(value.uses) == 2:
        one, other = (whole_number(part, depth + 1) for part in value.uses)
        if one is not None and other is not None:
            return {"+": one + other, "-": one - other, "*": one * other}[value.op]
    return None


def starts_at_zero(start: Expression) -> bool:
    """Is an initial value zero wherever it is, as far as its form tells?"""
    waiting = [start]
    while waiting:
        current = waiting.pop()
        if current.form in ("0", "0.0", "-0.0") or "numpy.zeros" in current.form:
            return True
        if current.form == "{} * {}":
            waiting.extend(current.parts)
        elif current.form in ("numpy.array({})", "[{}]") or current.holds == SUM:
            return all(map(starts_at_zero, current.parts))
        elif current.form.startswith("["):
            return all(map(starts_at_zero, current.parts))
    return False


def value_of_input(variable: Value) -> Use | None:
    """Return what an input that is updated starts with, or None for any other variable."""
    if isinstance(variable, Term) and variable.op == "alias" and len(variable.uses) == 2:
        return variable.uses[1]
    return None


def shape_of(
    maker: Value, of_variable: Callable[[Use], tuple[int, ...] | None]
) -> tuple[int, ...] | None:
    """Return the shape of the variable that a call makes, or None where it is not known."""
    if not makes_variable(maker):
        return None
    assert isinstance(maker, Term)
    arguments, keywords, _ = given(maker)
    if not SHARED.search(str(maker.label)):
        return _sides(arguments[0]) if arguments else None
    first = next((keywords[name] for name in _INITIAL if name in keywords), None)
    if first is None and not arguments:
        return None
    return shape_of_start(first or arguments[0], of_variable, 0)


def shape_of_start(
    use: Use, of_variable: Callable[[Use], tuple[int, ...] | None], depth: int = 0
) -> tuple[int, ...] | None:
    """Return the shape of an initial value, or None where it is not known."""
    value = original(use.value)
    if depth > _DEEPEST:
        return None
    if isinstance(value, Container):
        if not value.entries or value.rest or any(entry.many for entry in value.entries):
            return None
        inner = shape_of_start(value.entries[0].value, of_variable, depth + 1)
        return None if inner is None else (_cut(len(value.entries)), *inner)
    if value.op in ("const", "number"):
        return ()
    arguments, keywords, receiver = given(value)
    operand = receiver or (arguments[0] if arguments else None)
    name = simple_name(value.called.function) if value.called else None
    if value.op in ("+", "-", "*", "/", "**", "neg", "pos"):
        shapes = [shape_of_start(part, of_variable, depth + 1) for part in value.uses]
        known = [shape for shape in shapes if shape is not None]
        return max(known, key=len) if len(known) == len(shapes) else None
    if value.label in _RANDOM:
        if value.label in _SIZED_BY_ARGUMENTS:
            return tuple(map(_length, arguments))
        size = keywords.get("size") or (arguments[2] if len(arguments) > 2 else None)
        return _sides(size) if size else ()
    if name in _FILLED and receiver is None and operand is not None:
        return _sides(operand)
    if operand is None:
        return None
    if value.op == "static" and value.label in (*_LIKE, "get_value", "eval"):
        return of_variable(operand)
    if value.op == "view" or name in PASSING or value.label in (*PASSING, *VIEWS):
        return shape_of_start(operand, of_variable, depth + 1)
    return None


def _sides(use: Use) -> tuple[int, ...] | None:
    value = original(use.value)
    if isinstance(value, Container):
        return tuple(_length(entry.value) for entry in value.entries)
    if isinstance(value, Term) and value.op == "static":
        return None
    return (_length(use),)


def _length(use: Use) -> int:
    number = whole_number(use)
    return SIDE if number is None else _cut(number)


def _cut(number: int) -> int:
    return number if 0 <= number <= LONGEST_SIDE else SIDE
