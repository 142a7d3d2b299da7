"""How generators, draws and scans are spelled in PyTensor and Aesara."""

from __future__ import annotations

import re

from flake8_theano_updates.interpreter.names import COMPILERS
from flake8_theano_updates.values import Container, Term, Use, Value, original

# Functions of `tensor.random`, and methods of a generator variable.
DISTRIBUTIONS = frozenset(
    "bernoulli beta betabinom binomial categorical cauchy chisquare choice dirichlet exponential "
    "f gamma gengamma geometric gumbel halfcauchy halfnormal hypergeometric integers invgamma "
    "laplace logistic lognormal multinomial multivariate_normal nbinom negative_binomial normal "
    "pareto permutation poisson power randint random rayleigh standard_cauchy "
    "standard_exponential standard_gamma standard_normal standard_t t triangular truncexpon "
    "uniform vonmises wald weibull zipf".split()
)
OF_BACKEND = re.compile(r"(?:pytensor|aesara)\.x?tensor\.random\.")
OF_PYMC = re.compile(r"pymc3?\..*\.dist$")
# What computes with its arguments, and with nothing else.
_COMPUTES = re.compile(r"(?:pytensor|aesara)\.(?:x?tensor\.|ifelse\b)|(?:abs|sum|pow|round)$")
_METHODS = frozenset(
    "all any argmax argmin argsort choose clip compress cumprod cumsum diagonal dimshuffle dot "
    "fill flatten max mean min norm prod ravel repeat reshape round sort squeeze std sum swapaxes "
    "take trace var".split()
)
_NOTHING = frozenset(
    "static function class import const name attr number elem index text registered opaque "
    "part".split()
)
_MAKERS = {"shared_rng": "shared", "rng": "input", "random_generator_type": "input"}
_CHOICES = ("switch", "where", "ifelse")
_SHARED = re.compile(r"(?:pytensor|aesara)\b")
_NUMPY = re.compile(r"numpy\.random\.(?:default_rng|Generator|RandomState)$")


def index_of(value: Term) -> int | None:
    """Return which part or item of another value this is, if a number says so."""
    index: object = None
    if value.op == "part":
        index = value.label
    elif value.op == "item" and len(value.uses) == 2:
        key = original(value.uses[1].value)
        index = key.label if isinstance(key, Term) and key.op == "const" else None
    return index if isinstance(index, int) else None


def owner_of(value: Term, attribute: str) -> Use | None:
    """Return ``x`` of ``x.owner.outputs[i]``, or of its inputs."""
    base = original(value.uses[0].value) if value.op in ("part", "item") else None
    if isinstance(base, Term) and (base.op, base.label) == ("attr", attribute):
        owner = original(base.uses[0].value)
        if isinstance(owner, Term) and (owner.op, owner.label) == ("static", "owner"):
            return owner.uses[0]
    return None


def keyword_of(value: Term, name: str) -> Use | None:
    """Return what a call is given under a keyword."""
    called = value.called
    if called is None or name not in called.keywords:
        return None
    return value.uses[len(value.uses) - len(called.keywords) + called.keywords.index(name)]


def is_true(use: Use | None) -> bool:
    """Is this a constant that is true?"""
    value = None if use is None else original(use.value)
    return isinstance(value, Term) and value.op == "const" and bool(value.label)


def is_false(use: Use | None) -> bool:
    """Is this False itself?"""
    value = None if use is None else original(use.value)
    return isinstance(value, Term) and value.op == "const" and value.label is False


def how_made(value: Term) -> str | None:
    """Say how a generator variable is made: "shared" or "input"; None for anything else.

    A shared variable of which only its use can tell what it holds is "held".
    """
    called = value.called
    if value.op != "call" or called is None or called.receiver:
        return None
    function = called.function or ""
    if OF_BACKEND.match(function):
        return _MAKERS.get(str(value.label))
    if value.label == "shared" and _SHARED.match(function) and value.uses:
        held = original(value.uses[0].value)
        if isinstance(held, Term) and held.called is not None:
            if _NUMPY.match(held.called.function or ""):
                return "shared"
        return "held"
    return None


def is_scan(value: Term) -> bool:
    """Is this a call of the backend's scan?"""
    function = value.called.function or "" if value.called is not None else ""
    return value.op == "call" and value.label == "scan" and _SHARED.match(function) is not None


def starts_of(scan: Term) -> Container | None:
    """Return the values that a scan begins with, where they are known one by one."""
    given = keyword_of(scan, "outputs_info")
    value = None if given is None else original(given.value)
    if isinstance(value, Container) and not value.rest and value.kind != "mapping":
        return None if any(entry.many for entry in value.entries) else value
    return None


def initial_of(use: Use) -> Use:
    """Return what stands under "initial" in a mapping, else ``use`` itself."""
    value = original(use.value)
    if isinstance(value, Container) and value.kind == "mapping":
        for entry in value.entries:
            key = None if entry.key is None else original(entry.key.value)
            if isinstance(key, Term) and key.label == "initial":
                return entry.value
    return use


def chosen_among(value: Value) -> tuple[Use, ...]:
    """Return condition and arms of what takes one value or the other, else nothing."""
    if isinstance(value, Term) and value.op == "call" and value.label in _CHOICES:
        if value.called is not None and not value.called.receiver and len(value.uses) == 3:
            return value.uses
    return ()


def parts_of(value: Term) -> tuple[Use, ...]:
    """Return the uses whose values flow into a value for certain."""
    if value.op == "call":
        called = value.called
        known = called is not None and (
            value.label in _METHODS if called.receiver else _COMPUTES.match(called.function or "")
        )
        return value.uses if known and value.label not in COMPILERS else ()
    if value.op == "grad":
        return value.uses[:1]
    if value.op == "item":
        return value.uses[:1] if isinstance(original(value.uses[0].value), Term) else ()
    return () if value.op in _NOTHING else value.uses
