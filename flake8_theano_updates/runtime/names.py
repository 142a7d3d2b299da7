"""The names that a snippet may use: of the backend, NumPy, Python and Keras' facade."""

from __future__ import annotations

import re

_TENSOR = """
    abs_ add alloc all and_ any arange arccos arccosh arcsin arcsinh arctan arctan2 arctanh argmax
    argmin argsort as_tensor_variable basic.alloc batched_dot cast ceil clip concatenate constant
    cos cosh cumprod cumsum deg2rad diag diagonal div_proxy dot eq erf erfc erfinv exp exp2 expm1
    extra_ops.diff extra_ops.repeat eye fill flatten floor ge gt identity identity_like
    inc_subtensor
    int_div inv invert iround isinf isnan join le log log10 log1p log2 lt max maximum mean min
    minimum mod mul neg neq nnet.binary_crossentropy nnet.categorical_crossentropy nnet.elu
    nnet.hard_sigmoid nnet.relu nnet.sigmoid nnet.softmax nnet.softplus nnet.ultra_fast_sigmoid
    nonzero norm not_ ones ones_like or_ outer patternbroadcast pow prod ptp real repeat reshape
    round set_subtensor sgn shape shape_padleft shape_padright sin sinh sqr sqrt square squeeze
    stack std sub sum switch tan tanh tensordot tile transpose tril triu true_div trunc unbroadcast
    var where xor zeros zeros_like zeros_like addbroadcast sort nlinalg.norm nlinalg.trace
    nlinalg.diag nlinalg.extract_diag nlinalg.matrix_inverse nlinalg.det logsumexp
    grad jacobian hessian Lop Rop grad_clip
    broadcast_to expand_dims full full_like matmul moveaxis power sign swapaxes
    linalg.norm linalg.trace linalg.det linalg.inv
"""
_NUMPY = """
    abs absolute all any arange array asarray ascontiguousarray ceil clip concatenate cos cumsum
    diag dot dtype empty_like exp expm1 eye finfo float32 float64 floor full full_like identity
    inf int16 int32 int64 int8 isnan linspace log log1p log2 max maximum mean min minimum nan ones
    ones_like outer pi power prod reshape round sign sin sqrt square stack std sum tan tanh tile
    transpose uint8 var where zeros zeros_like
"""
_OTHERS = """
    theano.shared theano.compile.shared theano.compile.sharedvalue.shared theano.grad
    theano.gradient.grad theano.gradient.jacobian theano.gradient.hessian
    theano.gradient.disconnected_grad theano.gradient.zero_grad theano.gradient.grad_clip
    theano.gradient.consider_constant theano.tensor.extra_ops.cumsum
    theano.config.floatX theano.ifelse.ifelse theano.updates.OrderedUpdates theano.clone
    theano.OrderedUpdates theano.config.device theano.tensor.inplace.exp
    collections.OrderedDict collections.defaultdict itertools.chain itertools.count itertools.cycle
    itertools.islice itertools.repeat itertools.starmap itertools.chain.from_iterable
    functools.partial functools.reduce
    theano.tensor.shared
"""
BUILTINS = frozenset(
    "abs all any bool dict enumerate filter float int isinstance iter len list map max min next "
    "object pow range reversed round set sorted sum tuple xrange zip str True False None".split()
)

KNOWN = frozenset(
    [f"theano.tensor.{name}" for name in _TENSOR.split()]
    + [f"numpy.{name}" for name in _NUMPY.split()]
    + _OTHERS.split()
)

# Methods of NumPy's random numbers.
DRAWS = "binomial normal rand randn random random_sample ranf sample standard_normal uniform"

# Methods and attributes of tensors, arrays, lists and mappings.
ATTRIBUTES = frozenset(
    """
    T all any append argmax argmin astype borrow broadcastable clip clone copy cumsum
    dimshuffle dot dtype eval extend fill flatten format get get_value insert items iteritems
    iterkeys itervalues join keys max mean min name ndim norm pop prod ravel repeat reshape
    round set_value setdefault shape size sort squeeze startswith endswith std sum swapaxes take
    trace transpose type update values var zeros_like ones_like union
    """.split()
    + DRAWS.split()
)
TENSOR_ATTRIBUTES = frozenset(
    """
    T all any argmax argmin astype broadcastable clip copy cumsum dimshuffle dot dtype eval fill
    flatten get_value max mean min name ndim norm prod ravel repeat reshape round set_value shape
    size squeeze std sum swapaxes take trace transpose type var zeros_like ones_like
    """.split()
)
MAPPING_ATTRIBUTES = frozenset("items iteritems keys iterkeys values itervalues".split())

# What makes a shared variable of an array.
MAKERS = frozenset(
    f"theano.{name}"
    for name in ("shared", "tensor.shared", "compile.shared", "compile.sharedvalue.shared")
)
GRADIENTS = frozenset({"theano.grad", "theano.tensor.grad", "theano.gradient.grad"})

# What makes a symbolic input: its type where it is a whole number, and its dimensions.
SYMBOLIC = {
    f"theano.tensor.{prefix}{kind}": (whole, dimensions)
    for prefix, whole in {
        "": None, "b": "int8", "w": "int16", "i": "int32", "l": "int64", "f": None, "d": None,
    }.items()
    for kind, dimensions in {
        "scalar": 0, "vector": 1, "row": 2, "col": 2, "matrix": 2, "tensor3": 3, "tensor4": 4,
    }.items()
}  # fmt: skip

# Names that not every backend has, or not in the same place: what every one of them can run.
REPLACED = {
    "builtins.range": "range",
    "builtins.zip": "zip",
    "itertools.izip": "zip",
    "numpy.float32": "numpy.float64",
    "numpy.random.RandomState": "RandomState",
    "numpy.random.default_rng": "RandomState",
    **{f"numpy.random.{name}": f"RandomState().{name}" for name in DRAWS.split()},
    "theano.OrderedUpdates": "OrderedUpdates",
    "theano.config.device": "'cpu'",
    "theano.gradient.consider_constant": "theano.gradient.disconnected_grad",
    "theano.ifelse.ifelse": "nnet_ifelse",
    "theano.sandbox.rng_mrg.MRG_RandomStreams": "RandomStreams",
    "theano.tensor.Lop": "theano.gradient.Lop",
    "theano.tensor.Rop": "theano.gradient.Rop",
    "theano.tensor.abs": "abs",
    "theano.tensor.abs_": "abs",
    "theano.tensor.addbroadcast": "with_pattern",
    "theano.tensor.expit": "nnet_sigmoid",
    "theano.tensor.inv": "reciprocal",
    "theano.tensor.patternbroadcast": "with_pattern",
    "theano.tensor.random.utils.RandomStream": "RandomStreams",
    "theano.tensor.reciprocal": "reciprocal",
    "theano.tensor.shared_randomstreams.RandomStreams": "RandomStreams",
    "theano.tensor.sign": "theano.tensor.sgn",
    "theano.tensor.sigmoid": "nnet_sigmoid",
    "theano.tensor.softplus": "nnet_softplus",
    "theano.tensor.special.softmax": "nnet_softmax",
    "theano.tensor.specify_broadcastable": "with_pattern",
    "theano.tensor.unbroadcast": "with_pattern",
    "theano.updates.OrderedUpdates": "OrderedUpdates",
    **{
        f"theano.tensor.nnet.{name}": f"nnet_{name}"
        for name in "binary_crossentropy categorical_crossentropy elu hard_sigmoid relu sigmoid "
        "softmax softplus".split()
    },
}

# Functions of Keras' backend that are not called as in Theano's tensor module.
FACADE = {
    "abs": "theano.tensor.abs_",
    "constant": "theano.tensor.constant",
    "equal": "theano.tensor.eq",
    "greater": "theano.tensor.gt",
    "greater_equal": "theano.tensor.ge",
    "less": "theano.tensor.lt",
    "less_equal": "theano.tensor.le",
    "not_equal": "theano.tensor.neq",
    "sign": "theano.tensor.sgn",
    "square": "theano.tensor.sqr",
    "transpose": "theano.tensor.transpose",
}
FACADE_FUNCTIONS = {
    "dtype": "keras_dtype",
    "get_variable_shape": "keras_int_shape",
    "int_shape": "keras_int_shape",
    "moving_average_update": "keras_moving_average_update",
    "ones": "keras_ones",
    "update": "keras_update",
    "update_add": "keras_update_add",
    "update_sub": "keras_update_sub",
    "variable": "keras_variable",
    "zeros": "keras_zeros",
}
FACADES = ("keras.backend", "tensorflow.keras.backend")

GRADIENT_NAME = re.compile(
    r"grad|^g_?p|(?:^|_)gs?$|^gs?_|^d(?:E|L|C|J|cost|loss)?_?d?_?[A-Zwbp](?![a-z]{3})",
    re.IGNORECASE,
)
PARAMETER_NAME = re.compile(r"^(?:p|ps|w|W|b|B|x|weights?|theta|params?.*|.*params?|wrt|vars?)$")
SHARED_NAME = re.compile(r"shared|variable$|(?:^|_)zeros|(?:^|_)ones|init", re.IGNORECASE)
NUMBER_NAME = re.compile(
    r"^(?:[lm]r|mu|rho|eps.*|beta.*|alpha|gamma|decay.*|.*rate|mom.*|[sm]|step_?sizes?|scales?|"
    r"l[12].*|.*_?lr|.*decay|.*momentum)$",
    re.IGNORECASE,
)


_MODULES = frozenset(
    ".".join(parts[:end])
    for parts in (full.split(".") for full in KNOWN)
    for end in range(1, len(parts))
)


def is_module(full: str) -> bool:
    """Is this a module of which something may be used?"""
    return full in _MODULES


def facade(full: str) -> str | None:
    """Return what stands for a name that is not the same everywhere, or None.

    It is a name that every backend has, a function of the frame, or a constant.
    """
    if full in REPLACED:
        return REPLACED[full]
    for prefix in FACADES:
        if full.startswith(prefix + "."):
            name = full[len(prefix) + 1 :]
            if name in FACADE_FUNCTIONS:
                return FACADE_FUNCTIONS[name]
            whole = FACADE.get(name) or f"theano.tensor.{name}"
            return whole if whole in KNOWN else None
    return None
