"""What the interpreter knows of names outside the module: the backends and Python itself."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Sequence

BACKENDS = ("theano", "aesara", "pytensor")
# Code that mentions none of these builds no Theano updates: reading it would only
# invite false alarms on lists of pairs that are something else.
_LIBRARIES = (*BACKENDS, "keras", "lasagne", "pylearn2")
# Blocks, and Keras' backend within Keras, have names that other code uses as words.
_IMPORTED = ("blocks", "backend")
_IMPORT = re.compile(r"\s*(?:from|import)\b.*\b(?:blocks|backend)\b")
# What functions that return updates are called after.
_OPTIMIZERS = (
    *("sgd", "momentum", "nesterov", "nag", "adagrad", "adadelta", "rmsprop", "rms_prop"),
    *("rprop", "adam", "adamax", "nadam", "amsgrad", "smorms3", "esgd"),
)
# ``next_rng, x = ...`` and ``_, x = self.rng.normal()``
_UNPACKED = re.compile(r"rng\w*, *[\w.]+ *=[^=]|, *[\w.]+ *= *[\w.]*rng\b")
_UPS = re.compile(r"(?:\b|_)ups\b")


def is_theano_code(lines: Sequence[str], compilers: Iterable[str]) -> bool:
    """Can a file hold Theano updates at all? ``compilers`` are the project's own, dotted."""
    text = "".join(lines).lower()
    if any(calls_own(text, name) for name in compilers):
        return True
    if has_generators(text):
        return True
    if not may_hold_updates(text):
        return False
    if any(name in text for name in _LIBRARIES):
        return True
    return any(name in text for name in _IMPORTED) and any(map(_IMPORT.match, lines))


def has_generators(text: str) -> bool:
    """Can this lower-case text of a file draw from generators that are variables?"""
    return may_draw(text) and ("pytensor" in text or "aesara" in text)


def may_draw(text: str) -> bool:
    """Can this lower-case text of a function draw from such a generator?"""
    return "rng" in text and (
        "rng=" in text or "shared_rng" in text or _UNPACKED.search(text) is not None
    )


def calls_own(text: str, compiler: str) -> bool:
    """Can this lower-case text call a compiler of the project's own?"""
    return compiler.rpartition(".")[2].lower() in text


def may_hold_updates(text: str) -> bool:
    """Can this lower-case text of a function hold a finding?

    Plain searches: a regular expression over every file costs more than all the rest.
    """
    return (
        "updat" in text
        or "function(" in text
        or "shared" in text
        or "yield" in text
        or ("ups" in text and _UPS.search(text) is not None)
        or any(f"def {name}" in text for name in _OPTIMIZERS)
    )


# What modules without a visible import (a star import, a notebook's cell) call these.
USUAL_IMPORTS = {
    "theano": "theano",
    "T": "theano.tensor",
    "TT": "theano.tensor",
    "tensor": "theano.tensor",
    "np": "numpy",
    "numpy": "numpy",
}
# Libraries that speak for the backend that they are made for.
_MADE_FOR = {"lasagne": "theano", "pylearn2": "theano", "pymc3": "theano", "pymc": "pytensor"}


def backends_of(tree: ast.Module) -> tuple[str, ...]:
    """Return the backends that a file imports, itself or by a library, in their order."""
    found: dict[str, None] = {}
    for node in ast.walk(tree):
        modules: list[str] = []
        if isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level and node.module:
            modules = [node.module]
        for module in modules:
            root = module.partition(".")[0]
            found[_MADE_FOR.get(root, root)] = None
    return tuple(name for name in found if name in BACKENDS)


# `function` takes its updates by keyword or in this position.
COMPILERS = frozenset({"function", "pfunc"})
UPDATES_POSITION = 3
KERAS_POSITION = 2  # of Keras' `K.function`

# Attributes and methods that take no value of the variable in front of them.
STATIC_ATTRIBUTES = frozenset(
    "shape ndim dtype name broadcastable type tag owner container auto_name size itemsize "
    "get_value set_value eval get_shape set_shape get_config initializer trainable".split()
)
# Functions that take no value of their arguments.
STATIC_FUNCTIONS = frozenset(
    "zeros_like ones_like empty_like zeros_initializer shape len str repr type id isinstance "
    "hasattr ndim int_shape dtype print get_value set_value shared_like get_variable_shape "
    "count_params is_keras_tensor".split()
)
# Functions whose result depends on a value but reads none: a gradient is taken of the
# graph as it stands, before any update.
GRADIENTS = frozenset("grad gradients gradient jacobian hessian Lop Rop subgradient".split())

# Calls and attributes that hand on their operand's value as it is.
VIEWS = frozenset(
    "T cast copy identity astype as_tensor_variable as_tensor patternbroadcast unbroadcast "
    "addbroadcast tensor_copy as_floatX asfloatX cast_to_floatX floatX transpose "
    "stop_gradient disconnected_grad zero_grad consider_constant".split()
)

SEQUENCE_COPIES = frozenset({"list", "tuple", "iter", "sorted", "reversed"})
ITERATORS = frozenset({"iter", "reversed"})
MAPPING_MAKERS = frozenset({"dict", "OrderedDict", "OrderedUpdates", "odict"})
ZIPS = frozenset({"zip", "izip"})
RANGES = frozenset({"range", "xrange"})

RANDOM = re.compile(r"rng|rand|stream", re.IGNORECASE)
DRAWS = frozenset(
    "uniform normal binomial multinomial multinomial_wo_replacement choice poisson exponential "
    "gamma beta laplace bernoulli random_integers integers permutation shuffle_row_elements "
    "truncated_normal standard_normal".split()
)
SHARED = re.compile(r"shared|variable$", re.IGNORECASE)
# What makes a symbolic variable: each call another one.
SYMBOLS = re.compile(r"[bwilfdcz]?(?:scalar|vector|row|col|matrix|tensor[3-7])$")
UPDATES = re.compile(r"(?:^|_)(?:updates?|upds?|ups)(?:_|\d|$)|[a-z]Updates?(?![a-z])")
# What is kept as it was, and what gradients are taken for.
HISTORY = re.compile(r"prev|old|last|tm1|t_1\b|past|histor", re.IGNORECASE)
PARAMETER = re.compile(r"^(\w*_)?(params?|parameters?|weights?|bias|biases|theta|[pwWb])$")
OPTIMIZERS = re.compile(rf"(?:^|_)(?:{'|'.join(_OPTIMIZERS)})(?:_|$)", re.IGNORECASE)
