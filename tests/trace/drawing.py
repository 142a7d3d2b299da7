"""Makes what fixtures of random generators define, and calls the functions that come out twice.

That is each function or class that needs no more than a seed or a generator of NumPy. It runs
in the interpreter that `trace` watches, with PyTensor or Aesara.
"""

import importlib.util
import inspect
import sys

import numpy as np

GIVEN = {"flat": True, "means": [0.0, 1.0], "seed": 1}


def given_for(function):
    given = {}
    for name, parameter in inspect.signature(function).parameters.items():
        if name == "generator":
            given[name] = np.random.default_rng(3)
        elif name in GIVEN:
            given[name] = GIVEN[name]
        elif parameter.default is parameter.empty:
            return None
    return given


def call_twice(functions):
    for function in functions:
        if not hasattr(function, "maker"):
            continue
        inputs = [one.variable for one in function.maker.inputs if not one.shared]
        kinds = [type(one.type).__name__ for one in inputs]
        for _ in range(2):
            function(*(np.random.default_rng(1) if "Random" in kind else 0.5 for kind in kinds))


def main():
    for path in sys.argv[1:]:
        spec = importlib.util.spec_from_file_location("fixture", path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        for one in list(vars(module).values()):
            if getattr(one, "__module__", "") != "fixture" or given_for(one) is None:
                continue
            made = one(**given_for(one))
            if inspect.isclass(one):
                for name, method in inspect.getmembers(made, inspect.ismethod):
                    if name.startswith("build") and given_for(method) is not None:
                        method(**given_for(method))
                made = list(vars(made).values())
            call_twice(made if isinstance(made, (list, tuple)) else [made])


main()
