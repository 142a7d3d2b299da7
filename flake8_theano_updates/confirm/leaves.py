"""What expressions are made of in the end: variables, numbers and arrays."""

from __future__ import annotations

import ast
import re
from collections.abc import Hashable
from contextlib import suppress
from dataclasses import fields

from flake8_theano_updates.checks.forms import key_of_item
from flake8_theano_updates.checks.leaves import names_a_number
from flake8_theano_updates.confirm.expressions import (
    SUM,
    Expression,
    Shape,
    Variable,
    atom,
    call,
    infix,
    literal,
    named,
)
from flake8_theano_updates.confirm.functions import filled, maker_argument
from flake8_theano_updates.confirm.numbers import Numbers
from flake8_theano_updates.confirm.reading import SIDE, is_writable, makes_variable, value_of_input
from flake8_theano_updates.confirm.table import CONSTANTS, canonical
from flake8_theano_updates.confirm.translator import Translator, UnknownStartError
from flake8_theano_updates.interpreter.decisions import decision, outcome
from flake8_theano_updates.values import (
    Arm,
    Container,
    Term,
    Use,
    Value,
    handed,
    original,
    printable,
    written,
)

# What makes a symbolic input: its type, and its dimensions.
_INPUT = re.compile(r"^([bwilfd]?)(scalar|vector|row|col|matrix|tensor3|tensor4)s?$")
_DIMENSIONS = {"scalar": 0, "vector": 1, "row": 2, "col": 2, "matrix": 2, "tensor3": 3}
_WHOLE = ("b", "w", "i", "l")
# What identities are made of that stay the same when other lines of the file change.
_LASTING = frozenset(
    "elem inner part item attr name parameter number import const index default text call".split()
)
_NUMBER = re.compile(r"-?[\d.e+-]+")
_ID = 10**6  # what is larger is the address of an object


class Leaves:
    """Makes the leaves of one program, each once.

    Args:
        translator: what they are leaves of.
        shared: identities of what must be a shared variable, although nothing updates it.
        shape: of the arrays that stand in.

    ``wanted`` are identities that turned out to be such ones too late, and ``frozen`` is the
    expression that the finding's number is taken of, if it has one.
    """

    def __init__(self, translator: Translator, shared: frozenset[Hashable], shape: Shape) -> None:
        self._translator = translator
        self.shared = shared
        self.shape = shape if translator.step.arrays else ()
        self._numbers = Numbers()
        self._leaves: dict[Hashable, Expression] = {}
        self.variables: dict[Hashable, Variable] = {}
        self.wanted: set[Hashable] = set()
        self.frozen: Expression | None = None

    def variable(self, value: Term, use: Use) -> Variable:
        """Return a shared variable."""
        if value.identity not in self.variables:
            if (value.identity, None) in self._leaves:
                self.wanted.add(value.identity)
            registration = self._translator.targets.get(value.identity)
            label = _called(registration.variable if registration else use)
            # While its start is written, a variable that needs itself has none.
            self.variables[value.identity] = Variable("0.5", label=label)
            self.variables[value.identity] = self._made(value, label, use)
        return self.variables[value.identity]

    def _made(self, value: Term, label: str, use: Use) -> Variable:
        step = self._translator.step
        key = _key(value, label)
        start, line = self._own_start(value, use.node.lineno)
        note = "" if start is not None else "its start stands in"
        zero = start is not None and starts_at_zero(start)
        if start is None:
            start = self._numbers.array(key, self.shape)
        elif not step.arrays and (start.parts or not _NUMBER.fullmatch(start.form)):
            start = atom("0.0") if zero else literal(self._numbers.number(key))
        still = value.identity not in self._translator.targets
        if zero and (step.nonzero == "all" or (step.nonzero == "still" and still)):
            start = infix("+", start, literal(self._numbers.number(key)))
            zero, note = False, "not from zero"
        made = named(call("theano.shared", start), label, line, note)
        common = {one.name: getattr(made, one.name) for one in fields(made)}
        return Variable(**common, label=label, identity=value.identity, from_zero=zero)

    def _own_start(self, value: Term, line: int) -> tuple[Expression | None, int]:
        """Return the initial value that the file gives, or None, and where it is from."""
        registration = self._translator.targets.get(value.identity)
        start = None if registration is None else value_of_input(registration.variable.value)
        maker = self._maker(value) if start is None else None
        with suppress(UnknownStartError), self._translator.as_numbers():
            if start is not None:
                return self._translator.expression(start), line
            if maker is not None:
                line = min((part.node.lineno for part in maker.uses), default=line)
                given = maker_argument(maker)
                if given is None:
                    return filled(self._translator, maker), line
                made = self._translator.expression(given)
                # Theano keeps whole numbers; what others make of them is seldom whole.
                whole = made.form.isdigit() and (
                    str(maker.label) != "shared" or "float" in ast.unparse(given.node).lower()
                )
                return atom(f"{made.form}.0") if whole else made, line
        return None, line

    def _maker(self, value: Value) -> Term | None:
        value = original(value)
        while isinstance(value, Term) and value.op == "either":
            value = original(self._translator.choose(value).value)
        return value if isinstance(value, Term) and makes_variable(value) else None

    def leaf(self, value: Term, use: Use) -> Expression:
        """Return the number or the array that stands for a value."""
        key = value.identity, self._translator.turn_of(value.identity)
        if key not in self._leaves:
            self._leaves[key] = self._stand_in(value, use)
        return self._leaves[key]

    def number(self, name: str, use: Use, note: str = "a number") -> Expression:
        """Return a number."""
        number = self._numbers.number(_key(self._translator.resolve(use).value, name))
        return named(literal(number), name, use.node.lineno, note)

    def array(self, name: str, use: Use, note: str = "an array") -> Expression:
        """Return an array, or a number where there are no arrays."""
        if not self.shape:
            return self.number(name, use, note.replace("an array", "a number"))
        array = self._numbers.array(_key(self._translator.resolve(use).value, name), self.shape)
        return named(array, name, use.node.lineno, note)

    def _stand_in(self, value: Term, use: Use) -> Expression:
        text = text_of(use)
        if value.op == "number":
            default = original(value.uses[0].value)
            assert isinstance(default, Term)
            label = default.label
            if not is_writable(label):
                return self.number(text, use)
            if any(_rules_out(arm, str(value.label), label) for arm in self._translator.path):
                return self.number(text, use, "a number: its default takes another branch")
            return named(literal(label), str(value.label), use.node.lineno, "its default")
        constant = CONSTANTS.get(canonical(str(value.label))) if value.op == "import" else None
        if constant is not None:
            return atom(constant)
        matched = _INPUT.match(str(value.label)) if value.op == "call" else None
        if matched:
            return self._input(*matched.groups(), text=text, use=use)
        if value.op in ("call", "static", "view", "opaque") and not _is_name(use):
            text = str(value.label)
        names = (text.rpartition(".")[2], key_of_item(value) or "")
        if value.op in ("text", "index", "function", "class", "const", "static"):
            return self.number(text, use)
        return (self.number if any(map(names_a_number, names)) else self.array)(text, use)

    def _input(self, kind: str, dimensions: str, *, text: str, use: Use) -> Expression:
        text = text if _is_name(use) else dimensions
        arrays = self._translator.step.arrays
        shape = (SIDE,) * _DIMENSIONS.get(dimensions, 4) if arrays else ()
        if kind in _WHOLE:
            made = atom(f"numpy.ones({shape}, dtype='int64')" if shape else "1", shape)
        else:
            made = self._numbers.array(_key(original(use.value), text), shape)
        return named(made, text, use.node.lineno, "an input")


def _rules_out(arm: Arm, name: str, default: float) -> bool:
    """Does a parameter with its default take another arm of a branch than this?"""
    test = getattr(arm.node, "test", None)
    if not isinstance(test, ast.expr):
        return False
    holds = outcome(test, {name: default})
    return holds is not None and decision(test).arm(holds=holds) != arm.name


def starts_at_zero(start: Expression, seen: dict[int, bool] | None = None) -> bool:
    """Is an initial value zero wherever it is, as far as its form tells?

    ``seen`` says it of parts: one may stand in many places.
    """
    seen = {} if seen is None else seen
    if id(start) not in seen:
        parts = (starts_at_zero(part, seen) for part in start.parts)
        if start.form == "{} * {}":
            zero = any(parts)
        elif start.holds == SUM or start.form.startswith(("[", "numpy.array(")):
            zero = bool(start.parts) and all(parts)
        else:
            zero = start.form in ("0", "0.0", "-0.0") or "numpy.zeros" in start.form
        seen[id(start)] = zero
    return seen[id(start)]


def _key(value: Value, name: str) -> str:
    """Return a text for a value that does not depend on which of its names is met first."""
    waiting: list[Hashable] = [value.identity]
    text = repr(value.identity)
    while waiting:
        part = waiting.pop()
        if isinstance(part, tuple):
            if part and part[0] not in _LASTING:
                return name
            waiting.extend(part[1:])
        elif isinstance(part, int) and part > _ID:
            text = text.replace(str(part), "")
    return text


def _is_name(use: Use) -> bool:
    return isinstance(use.node, (ast.Name, ast.Attribute, ast.Subscript))


def _called(use: Use) -> str:
    """Return what a variable is called where a call hands it over, if it has a name there."""
    return text_of([one for one in handed(use) if one is use or _is_name(one)][-1])


def text_of(use: Use) -> str:
    """Return what the file calls a value."""
    if _is_name(use):
        return printable(ast.unparse(use.node))
    value = original(use.value)
    if isinstance(value, Container) or value.label is None:
        return "value"
    return printable(value.label) if isinstance(value.label, str) else written(value.label)
