"""What expressions are made of in the end: variables, inputs, hyperparameters and literals."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flake8_theano_updates.checks.collections import written_name
from flake8_theano_updates.checks.forms import key_of_item
from flake8_theano_updates.checks.reading import Reading, inside
from flake8_theano_updates.interpreter.names import SHARED, SYMBOLS
from flake8_theano_updates.values import Container, Term, Use, Value, original, walk

_HYPERPARAMETER = re.compile(
    r"(^|_)(lr|eta|eps|mu|rho|tau|nu|b[12]|l[12]|n|num|size|max|min|one|zero|inc|len|dt)(_|\d*$)"
    r"|learn|rate|decay|moment|alpha|beta|gamma|lambda|kappa|epsilon|anneal|scale|period|batch"
    r"|factor|float",
    re.IGNORECASE,
)
_SCALARS = frozenset("scalar fscalar dscalar iscalar lscalar bscalar wscalar".split())
_NUMBERS = frozenset(
    "float int float32 float64 int32 int64 asarray "
    "array constant cast as_tensor_variable as_float shared sharedX variable floatX".split()
)


def names_a_number(name: str) -> bool:
    """Is this what people call a hyperparameter?"""
    return _HYPERPARAMETER.search(name) is not None


def leaves(reading: Reading, use: Use) -> Iterator[Use]:
    """Return the variables, inputs and literals that ``use`` is computed from."""
    for current in inside(reading, use):
        value = current.value
        if reading.target(current) is not None:
            yield current
        elif isinstance(value, Term) and (
            value.op in ("elem", "part", "item", "grad", "registered")
            or (value.op == "call" and SYMBOLS.match(str(value.label)))
            or is_made_like(value)
            or not list(reading.flows_from(value))
        ):
            yield current


def is_number(reading: Reading, leaf: Use) -> bool:
    """Is this a literal or a hyperparameter, rather than data or a gradient?"""
    value = original(leaf.value)
    if reading.target(leaf) is not None or isinstance(value, Container):
        return False
    if value.op in ("const", "number", "static", "import"):
        return True
    if value.op in ("name", "attr"):
        return names_a_number(str(value.label))
    if (key := key_of_item(value)) is not None:
        names = (key, written_name(value.uses[0]))
        return any(map(names_a_number, names))
    if value.op == "call" and value.label in _SCALARS:
        # An input is data, unless its name says what it is.
        return any(map(names_a_number, (_name_given(value), written_name(leaf))))
    if value.op == "call" and value.label in _NUMBERS and not is_made_like(value):
        return all(is_number(reading, use) for use in value.uses)
    return False


def _name_given(scalar: Term) -> str:
    """Return the name that a symbolic scalar is made with, or ''."""
    keywords = scalar.called.keywords if scalar.called is not None else ()
    unnamed = len(scalar.uses) - len(keywords)
    given = dict(zip(keywords, scalar.uses[unnamed:], strict=True)).get("name")
    given = scalar.uses[0] if unnamed else given
    text = constant(given.value) if given is not None else None
    return text if isinstance(text, str) else ""


def is_made_like(variable: Term) -> bool:
    """Is this a shared variable in the shape of another, rather than one of a number?"""
    if variable.op != "call" or not any(map(_is_static, variable.uses)):
        return False
    return variable.label == "zeros" or SHARED.search(str(variable.label)) is not None


def _is_static(use: Use) -> bool:
    inside = walk(use, lambda one: one.value.uses if isinstance(one.value, Term) else ())
    return any(isinstance(one.value, Term) and one.value.op == "static" for one in inside)


def is_call(value: Value) -> bool:
    """Is this a computation, rather than the making of a variable or a constant?"""
    return (
        isinstance(value, Term)
        and value.op == "call"
        and bool(value.uses)
        and value.label not in _NUMBERS | _SCALARS
        and not SHARED.search(str(value.label))
    )


def constant(value: Value) -> object:
    """Return the number that ``value`` is, through casts, or None."""
    value = original(value)
    while isinstance(value, Term) and value.op in ("call", "view") and value.uses:
        if value.op == "call" and value.label not in _NUMBERS:
            break
        value = original(value.uses[0].value)
    return value.label if isinstance(value, Term) and value.op == "const" else None
