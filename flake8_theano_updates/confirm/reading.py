"""What the interpreter's values say of calls and sizes, before anything is translated."""

from __future__ import annotations

from typing import TypeGuard

from flake8_theano_updates.interpreter.names import SHARED
from flake8_theano_updates.values import Container, Term, Use, Value, original

# A longer side of an array says no more than this one.
LONGEST_SIDE, SIDE = 10, 2
# Sums of sums of whole numbers; each may be twice in the next.
_DEEPEST = 8
_LARGEST = 2**53


def given(term: Term) -> tuple[list[Use], dict[str, Use], Use | None]:
    """Return the positional arguments of a call, its keywords, and what its method is of."""
    uses = list(term.uses)
    if term.called is None:
        return uses, {}, None
    receiver = uses.pop(0) if term.called.receiver else None
    split = len(uses) - len(term.called.keywords)
    keywords = zip(term.called.keywords, uses[split:], strict=True)
    return uses[:split], {name: use for name, use in keywords if name is not None}, receiver


def operand_of(term: Term) -> Use | None:
    """Return what a method, an attribute or a function of one argument is of."""
    arguments, _, receiver = given(term)
    return receiver or (arguments[0] if arguments else None)


def makes_variable(value: Value) -> bool:
    """Is this a call that makes a shared variable, as far as its name tells?"""
    if not isinstance(value, Term) or value.op != "call" or value.called is None:
        return False
    root = (value.called.function or "").rpartition(".")[0]
    keras = value.label in ("zeros", "ones") and root.endswith("backend")
    return keras or SHARED.search(str(value.label)) is not None


def value_of_input(variable: Value) -> Use | None:
    """Return what an input that is updated starts with, or None for any other variable."""
    if isinstance(variable, Term) and variable.op == "alias" and len(variable.uses) == 2:
        return variable.uses[1]
    return None


def is_writable(literal: object) -> TypeGuard[float]:
    """Is this a number that a program can hold? Whole ones of any length are none."""
    if isinstance(literal, int):
        return abs(literal) < _LARGEST
    return isinstance(literal, float)


def whole_number(use: Use, depth: int = 0) -> int | None:
    """Return the whole number that a value is, where literals and defaults tell it."""
    value = original(use.value)
    if not isinstance(value, Term) or depth > _DEEPEST:
        return None
    if value.op == "const" and is_writable(value.label) and isinstance(value.label, int):
        return None if isinstance(value.label, bool) else value.label
    if value.op == "number":
        return whole_number(value.uses[0], depth + 1)
    if value.op in ("+", "-", "*"):
        one, other = (whole_number(part, depth + 1) for part in value.uses)
        if one is not None and other is not None:
            number = {"+": one + other, "-": one - other, "*": one * other}[value.op]
            return number if abs(number) < _LARGEST else None
    return None


def subscript(index: Use) -> str | None:
    """Write an index of literals, or return None for any other."""
    value = original(index.value)
    parts = [entry.value for entry in value.entries] if isinstance(value, Container) else [index]
    written = [_index(part) for part in parts]
    return None if None in written else f"[{', '.join(map(str, written))}]"


def _index(use: Use) -> str | None:
    value = original(use.value)
    if isinstance(value, Container):
        return None
    whole = isinstance(value.label, int) and is_writable(value.label)
    if value.op == "const" and (value.label is None or whole):
        return str(value.label)
    if value.op == "operation" and isinstance(value.label, tuple) and value.label[0] == "slice":
        bounds = [_index(bound) for bound in value.uses]
        if None in bounds:
            return None
        rest = iter(bounds)
        written = [str(next(rest)) if there else "" for there in value.label[1:]]
        return ":".join(written if written[2] else written[:2])
    return None


def side(number: int | None) -> int:
    """Return the length of a side that is to be so long."""
    return number if number is not None and 0 <= number <= LONGEST_SIDE else SIDE


def constant(use: Use) -> object:
    """Return the literal that a value is, or None for any other."""
    value = original(use.value)
    return value.label if isinstance(value, Term) and value.op == "const" else None
