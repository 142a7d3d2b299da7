"""The one table of functions that a program may call, and what their names are in other places."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from flake8_theano_updates.interpreter.names import BACKENDS

Kind = Literal["elementwise", "truth", "reduction", "shape", "root"]


@dataclass(frozen=True)
class Known:
    """A function that is printed as it is.

    Args:
        name: how a program calls it: a name that every backend has, or one of the frame.
        kind: "elementwise" where it takes numbers as well as arrays; "root" where it does so
            and is finite for positive ones only; "truth" where it does so and gives a truth
            value; "reduction" where it makes fewer dimensions of an array along its axis;
            "shape" where it needs arrays.
        least: how many operands it has at least, and
        most: at the most.
    """

    name: str
    kind: Kind
    least: int = 1
    most: int = 1


def _tensor(names: str, kind: Kind, least: int = 1, most: int = 1) -> dict[str, Known]:
    return {name: Known(f"theano.tensor.{name}", kind, least, most) for name in names.split()}


def _own(names: str, kind: Kind, least: int = 1, most: int = 1) -> dict[str, Known]:
    return {name: Known(name, kind, least, most) for name in names.split()}


FUNCTIONS: dict[str, Known] = {
    **_tensor(
        "exp exp2 expm1 log1p sin cos tan sinh cosh tanh arctan erf floor ceil", "elementwise"
    ),
    **_tensor("arcsin arccos arcsinh arctanh sqr sgn", "elementwise"),
    **_tensor("sqrt log log2 log10", "root"),
    **_tensor("maximum minimum arctan2", "elementwise", 2, 2),
    **_tensor("clip switch", "elementwise", 3, 3),
    **_tensor("eq neq lt le gt ge", "truth", 2, 2),
    **_tensor("isnan isinf", "truth"),
    **_tensor("sum mean max min prod", "reduction"),
    **_own("var std", "reduction"),
    **_tensor("dot", "shape", 2, 2),
    **_own("outer", "shape", 2, 2),
    **_tensor("cumsum diag", "shape"),
    **_own("flatten zeros_like ones_like", "shape"),
    **_tensor("set_subtensor inc_subtensor", "shape", 2, 2),
    **_own("sigmoid softplus hard_sigmoid reciprocal", "elementwise"),
    **_own("relu elu", "elementwise", 1, 2),
    **_own("softmax", "shape"),
    **_own("binary_crossentropy categorical_crossentropy", "shape", 2, 2),
    "abs": Known("abs", "elementwise"),
    "transpose": Known("transposed", "shape"),
}
# Other names of these, as one backend or another has them, or NumPy, or Keras.
SAME = {
    "abs_": "abs",
    "absolute": "abs",
    "amax": "max",
    "amin": "min",
    "equal": "eq",
    "expit": "sigmoid",
    "extract_diag": "diag",
    "fabs": "abs",
    "greater": "gt",
    "greater_equal": "ge",
    "ifelse": "switch",
    "inv": "reciprocal",
    "less": "lt",
    "less_equal": "le",
    "matmul": "dot",
    "not_equal": "neq",
    "ravel": "flatten",
    "rectify": "relu",
    "sign": "sgn",
    "square": "sqr",
    "ultra_fast_sigmoid": "hard_sigmoid",
    "where": "switch",
}
# What can as well be written with an operator.
OPERATORS = {
    "add": "+",
    "sub": "-",
    "subtract": "-",
    "mul": "*",
    "multiply": "*",
    "true_div": "/",
    "true_divide": "/",
    "divide": "/",
    "int_div": "//",
    "floor_divide": "//",
    "mod": "%",
    "pow": "**",
    "power": "**",
    "neg": "neg",
    "negative": "neg",
    "and_": "&",
    "or_": "|",
    "xor": "^",
    "invert": "~",
}
# The modules whose functions these are; what a name is without one, or as a method, is
# guessed to be the same.
MODULES = frozenset(
    "theano theano.tensor theano.tensor.basic theano.tensor.math theano.tensor.nnet "
    "theano.tensor.nnet.nnet theano.tensor.extra_ops theano.tensor.nlinalg theano.tensor.special "
    "theano.tensor.elemwise theano.tensor.subtensor theano.ifelse theano.gradient numpy math "
    "keras.backend .backend ..backend lasagne.nonlinearities builtins".split()
)
# What hands on its argument: the number is the same in every precision.
PASSING = frozenset(
    "float32 float64 float as_float array asarray ascontiguousarray constant sharedX floatX "
    "as_tensor_variable int_ cast get_scalar_constant_value specify_shape grad_clip "
    "flatten reshape dimshuffle transpose squeeze ravel expand_dims".split()
)
CONSTANTS = {
    "numpy.pi": "numpy.pi",
    "numpy.e": "numpy.e",
    "math.pi": "numpy.pi",
    "math.e": "numpy.e",
    "numpy.inf": "numpy.inf",
}


def canonical(full: str) -> str:
    """Let the backends have one name: ``pytensor.tensor.sqrt`` is ``theano.tensor.sqrt``."""
    root, dot, rest = full.partition(".")
    if root in BACKENDS:
        return f"theano{dot}{rest}"
    if root == "tensorflow":
        return rest
    return full


def simple_name(full: str | None) -> str | None:
    """Return the name by which the table has a function, or None if it is none of its modules."""
    if full is None:
        return None
    module, dot, name = canonical(full).rpartition(".")
    return name if not dot or module in MODULES else None


def known(full: str | None) -> Known | None:
    """Return what the table has for a function."""
    name = simple_name(full)
    return None if name is None else FUNCTIONS.get(SAME.get(name, name))
