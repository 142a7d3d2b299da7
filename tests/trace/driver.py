"""Calls what fixtures define, each with variables that fit, and compiles the updates it returns.

Every function is tried with vectors, scalars and matrices until it compiles. Prints what could not
be called, and why, as JSON. It runs in the interpreter that `trace` watches, with Theano.
"""

import contextlib
import importlib.util
import inspect
import itertools
import json
import sys
import types
from collections import OrderedDict

import numpy as np
import theano
import theano.tensor as T  # noqa: N812 (as everybody writes it)

# Some fixtures import Keras; what they do with it is not called here.
KERAS = types.ModuleType("keras")
KERAS.backend = types.ModuleType("keras.backend")
KERAS.optimizers = types.ModuleType("keras.optimizers")
KERAS.optimizers.Optimizer = object
for module in (KERAS, KERAS.backend, KERAS.optimizers):
    sys.modules[module.__name__] = module

SHAPES = [(3,), (), (3, 3)]
INPUTS = "x y z accepted loss rating table near far force".split()
DATA = "n weight new_mean square gain score state frames moved_g slope".split()
DATA_LISTS = "news new_means products".split()
LISTS = "params weights accs velocities counts means rates".split()
FLAGS = "adaptive ahead clip damped flat fresh heavy late nesterov plain".split()
NUMBERS = {
    "lr": 0.1,
    "mu": 0.9,
    "decay": 0.01,
    "momentum": 0.9,
    "learning_rate": 0.1,
    "dt": 0.1,
    "leave": 0.1,
    "limit": 2.0,
    "name": "one",
    "other": "two",
    "pikes": 0.4,
    "roaches": 0.6,
}


class Made:
    """The variables of one call.

    Args:
        shape: which all of them have.
    """

    def __init__(self, shape):
        self.shape = shape
        self.shared = []
        self.params = []

    def number(self):
        return 0.3 + 0.07 * len(self.shared)

    def variable(self, name):
        self.shared.append(theano.shared(np.full(self.shape, self.number()), name=name))
        return self.shared[-1]

    def variables(self, name):
        return [self.variable(f"{name}_{number}") for number in range(3)]

    def data(self):
        """Return what none of the variables is in."""
        return T.sin(theano.shared(np.full((1, *self.shape), self.number()))[0])

    def cost(self):
        return sum(T.sum(T.cos(one)) for one in self.params or self.shared)

    def gradients(self):
        if not self.shared:
            return [self.data()]
        return T.grad(self.cost(), self.params or self.shared[:1])

    def steps(self):
        return OrderedDict(
            (p, p - 0.1 * g) for p, g in zip(self.params, self.gradients(), strict=True)
        )

    def layer(self):
        weights = self.variables("weights")
        speeds = self.variables("speeds")
        return types.SimpleNamespace(
            W=weights[0], velocity=speeds[0], v=speeds[0], params=weights, velocities=speeds
        )


class Table(dict):
    """Has a variable under every text."""

    def __init__(self, made):
        self.made = made

    def __missing__(self, key):
        self[key] = self.made.variable(key)
        return self[key]


# Arguments of other kinds, by function and name; a function makes one of what is made before.
OTHERS = {
    ("conditional_expression", "decay"): [None, 0.9],
    ("method_by_name", "method"): ["adagrad", "rmsprop", "sgd"],
    ("asked_for_by_a_number", "momentum"): [None, 0.9],
    ("in_one_expression", "momentum"): [0, 0.9],
    ("chosen_in_the_sum", "momentum"): [0, 0.9],
    ("more_than_zero", "momentum"): [0, 0.9],
    ("a_name_of_the_square", "adaptive"): [True, False],
    ("one_name_in_either_arm", "decay"): [None, 0.9],
    ("another_mapping_in_a_branch", "ridge"): [None, 0.1],
    ("velocity_rebound_to_its_new_value", "momentum"): [None, 0.9],
    ("made_in_either_arm", "saved"): [None],
    ("at_first_or_later", "epoch"): [0, 2],
    ("only_the_first_that_fits", "tries"): [[1.0], [0.0]],
    ("shadowed_name", "rates"): [[0.1, 0.2]],
    ("context", "scope"): [lambda made: lambda name: contextlib.nullcontext()],
    ("circular_through_a_gradient", "cost_of"): [lambda made: lambda value: T.sum(T.cos(value))],
    ("nested_tuples", "pairs"): [lambda made: [(p, made.data()) for p in made.variables("w")]],
    ("momentum_of_layers", "layers"): [lambda made: [made.layer()]],
    ("momentum_of_all_layers", "layers"): [lambda made: [made.layer()]],
    ("momentum_of_numbered_layers", "net"): [
        lambda made: types.SimpleNamespace(layers=[made.layer(), made.layer()])
    ],
    ("by_text", "params"): [lambda made: {"k": made.variable("k")}],
    ("by_text", "states"): [Table],
    ("by_formatted_text", "params"): [lambda made: {"k": made.variable("k")}],
    ("by_formatted_text", "states"): [Table],
    ("other_texts_are_other_keys", "w"): [Table],
    ("formatted_texts_are_other_keys", "w"): [Table],
    ("joined_texts_are_other_keys", "w"): [Table],
    ("rates_of_groups_updates", "rates"): [Table],
    ("rates_of_groups_updates", "options"): [{"decay": 0.9}],
    ("decays_of_groups_updates", "rates"): [Table],
    ("decays_of_groups_updates", "decays"): [{"conv": 0.9}],
    ("weigh", "grad"): "input",
    ("weighted_mean", "weight"): "input",
    ("size_of_the_errors", "d"): "input",
    ("merge_updates", "mean"): "data",
    ("backward_by_hand", "leave"): "variable",
    ("modulo_updates", "data"): [lambda made: theano.shared(np.full((90, *made.shape), 0.5))],
    ("Archive", "start"): [0.5],
    ("the_last_two_of_a_list", "ws"): [lambda made: made.variables("ws")],
    ("the_last_two_of_a_list", "gs"): [lambda made: [made.data() for _ in range(3)]],
    ("numbers_of_a_table", "table"): [lambda made: theano.shared(np.array([-1.0, 1.0]))],
    ("rows_that_pull_each_other", "pull"): [0.1],
    ("sled_on_a_slope", "slope_gradient"): [lambda made: T.cos],
}
LATE = {
    "cost": Made.cost,
    "grad": lambda made: made.gradients()[0],
    "gradient": lambda made: made.gradients()[0],
    "g": lambda made: made.gradients()[0],
    "grads": Made.gradients,
    "updates": Made.steps,
}


def ways(function, made, parameter):
    """Return what an argument may be."""
    name = parameter.name
    kind = OTHERS.get((function, name))
    if isinstance(kind, list):
        return [one(made) if callable(one) else one for one in kind]
    if kind is None and name in FLAGS:
        return [True, False]
    if kind is None and parameter.default is not parameter.empty:
        return [parameter.default]
    if kind is None and name in NUMBERS:
        return [NUMBERS[name]]
    if kind == "input" or (kind is None and name in INPUTS):
        return [T.TensorType("float64", [False] * len(made.shape))(name)]
    if kind == "data" or (kind is None and name in DATA):
        return [made.data()]
    if kind is None and name in DATA_LISTS:
        return [[made.data() for _ in range(3)]]
    if kind is None and name in LISTS:
        found = made.variables(name)
        made.params += found if name in ("params", "weights") else []
        return [found]
    return [LATE[name] if kind is None and name in LATE else made.variable(name)]


def calls(function, shape, parameters):
    """Yield the arguments of each way to call a function, flags both set and not."""
    count = [len(ways(function, Made(shape), one)) for one in parameters]
    for choice in itertools.product(*map(range, count)):
        made = Made(shape)
        given = [
            ways(function, made, one)[number]
            for one, number in zip(parameters, choice, strict=True)
        ]
        yield [one(made) if one in LATE.values() else one for one in given]


def parameters_of(function):
    return list(inspect.signature(function).parameters.values())


def is_pair(one):
    return isinstance(one, (list, tuple)) and len(one) == 2 and hasattr(one[0], "get_value")


def compile_updates(result):
    """Compile what a function of a fixture returns, if these are updates or several of them."""
    if inspect.isgenerator(result):
        result = list(result)
    if isinstance(result, tuple) and not all(map(is_pair, result)):
        for one in result:
            compile_updates(one)
    elif isinstance(result, dict) or (isinstance(result, list) and all(map(is_pair, result))):
        pairs = result.items() if isinstance(result, dict) else result
        leaves = theano.gof.graph.inputs([T.as_tensor_variable(value) for _, value in pairs])
        held = (theano.Constant, theano.compile.SharedVariable)
        inputs = OrderedDict.fromkeys(one for one in leaves if not isinstance(one, held))
        theano.function(list(inputs), [], updates=result)


def drive(one, shape):
    """Call a function, or every method of what a class makes."""
    if not inspect.isclass(one):
        for given in calls(one.__name__, shape, parameters_of(one)):
            compile_updates(one(*given))
        return
    own = () if one.__init__ is object.__init__ else parameters_of(one.__init__)[1:]
    for name, method in vars(one).items():
        if inspect.isfunction(method) and not name.startswith("__"):
            for made in calls(one.__name__, shape, own):
                for given in calls(name, shape, parameters_of(method)[1:]):
                    compile_updates(getattr(one(*made), name)(*given))


def main():
    failed = {}
    skipped = set(sys.argv[1].split(","))
    for path in sys.argv[2:]:
        spec = importlib.util.spec_from_file_location("fixture", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for name, one in list(vars(module).items()):
            if getattr(one, "__module__", "") != "fixture" or f"{path}:{name}" in skipped:
                continue
            for shape in SHAPES:
                try:
                    drive(one, shape)
                except Exception as error:
                    failed[f"{path}:{name}"] = repr(error)[:200]
                else:
                    failed.pop(f"{path}:{name}", None)
                    break
    print(json.dumps(failed))


main()
