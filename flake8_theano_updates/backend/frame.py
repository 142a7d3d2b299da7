# mypy: ignore-errors
# The fixed part of every program; its text is copied, function by function, around what is
# written for a finding. Python 2.7 or later.

import numpy


def backend(*names):
    """Import the first of these packages that is installed."""
    for name in names:
        try:
            return __import__(name + ".tensor")
        except ImportError:
            pass
    raise ImportError("none of these is installed: " + ", ".join(names))


def is_symbolic(value):
    return hasattr(value, "owner") and hasattr(value, "type")


def cost_of(variable):
    """Stand for the cost: its gradient, the cosine, is bounded and differs by element."""
    return theano.tensor.sum(theano.tensor.sin(variable))


def smooth_function(first, *others):
    """Stand for an unknown function: smooth in its first argument and in the others."""
    rest = sum(theano.tensor.tanh(theano.tensor.sum(part)) for part in others)
    return 0.9 * first + 0.05 * theano.tensor.tanh(first) + 0.01 * rest


def drawn(*size):
    """Stand for random numbers: between 0.2 and 0.7, and the same each time."""
    count = numpy.arange(numpy.prod(size, dtype=int))
    return (0.21 + 0.08 * (count % 7)).reshape(size)


def number(truth):
    """Let a comparison be the number 0 or 1."""
    return theano.tensor.cast(truth, "float64") if is_symbolic(truth) else float(truth)


def positive(x):
    return abs(x) + 0.01


def average(old, new, decay):
    return old * decay + new * (1 - decay)


def reciprocal(x):
    return 1 / x


def tensor(x):
    return theano.tensor.as_tensor_variable(x)


def transposed(x):
    return tensor(x).T


def var(x, **axis):
    return theano.tensor.var(tensor(x), **axis)


def std(x, **axis):
    return theano.tensor.sqrt(var(x, **axis))


def outer(x, y):
    return theano.tensor.outer(tensor(x), tensor(y))


def flatten(x):
    return theano.tensor.flatten(tensor(x))


def zeros_like(x):
    return theano.tensor.zeros_like(tensor(x))


def ones_like(x):
    return theano.tensor.ones_like(tensor(x))


def sigmoid(x):
    return 1 / (1 + theano.tensor.exp(-x))


def softplus(x):
    return theano.tensor.log1p(theano.tensor.exp(x))


def relu(x, alpha=0):
    return theano.tensor.switch(theano.tensor.gt(x, 0), x, alpha * x)


def elu(x, alpha=1):
    return theano.tensor.switch(theano.tensor.gt(x, 0), x, alpha * theano.tensor.expm1(x))


def hard_sigmoid(x):
    return theano.tensor.clip(0.2 * x + 0.5, 0, 1)


def softmax(x):
    terms = theano.tensor.exp(x)
    return terms / theano.tensor.sum(terms, axis=-1, keepdims=True)


def binary_crossentropy(output, target):
    return -(target * theano.tensor.log(output) + (1 - target) * theano.tensor.log(1 - output))


def categorical_crossentropy(coding, truth):
    return -theano.tensor.sum(truth * theano.tensor.log(coding), axis=-1)


class Refused(Exception):
    """The backend does not compile or run the updates."""


def same(variable):
    return variable


def kept(pairs):
    """Leave out the pairs that a list may not hold beside the others."""
    return [pairs[position] for position in KEPT] if KEPT else pairs


def typed(pairs):
    """Let each number that is a new value be one of its variable's type, as the backend does."""
    return [
        (v, tensor(new if is_symbolic(new) or isinstance(new, list) else v.type.filter(new)))
        for v, new in pairs
    ]


def with_new_values(pairs, taken):
    """Return the pairs with the new value of each variable in the place of what was taken of it."""
    pairs = typed(pairs)
    new = dict(pairs)
    begun = []

    def choose(node):
        variable = taken.get(node)
        if variable is None or variable not in new:
            return variable
        if variable in begun:
            raise ValueError("the new values of the variables need each other")
        begun.append(variable)
        value = replaced(new[variable], choose)
        begun.pop()
        return value

    if not any(variable in new for variable in taken.values()):
        raise ValueError("the marked read takes no variable that is updated")
    return [(variable, replaced(value, choose)) for variable, value in pairs]


def replaced(value, choose):
    """Copy a graph with what ``choose`` returns for a node in its place, unless it is None."""
    done = {}
    waiting = [(value, False)]
    while waiting:
        node, ready = waiting.pop()
        if node in done:
            continue
        chosen = choose(node) if node.owner is None else None
        if chosen is not None or node.owner is None:
            done[node] = node if chosen is None else chosen
        elif ready:
            inputs = [done[one] for one in node.owner.inputs]
            if all(one is other for one, other in zip(inputs, node.owner.inputs)):
                done[node] = node
            else:
                copy = node.owner.clone_with_new_inputs(inputs, strict=False)
                done[node] = copy.outputs[node.owner.outputs.index(node)]
        else:
            waiting.append((node, True))
            waiting.extend((one, False) for one in node.owner.inputs)
    return done[value]


def placeholders(taken):
    """Return what gives a placeholder for the value of a variable, and notes it."""

    def read(variable):
        placeholder = variable.type()
        taken[placeholder] = variable
        return placeholder

    return read


def trajectory(pairs, variables, calls, outputs=()):
    """Compile, call, and return what each call returns, and the values before and after it."""
    start = [variable.get_value() for variable in variables]
    try:
        pairs = typed(pairs) if isinstance(pairs, list) else pairs
        step = theano.function([], list(outputs), updates=pairs, mode=plain_mode())
        rows = [values(variables) * (1 + len(outputs))]
        for _ in range(calls):
            returned = [numpy.asarray(output).tolist() for output in step()]
            rows.append(returned + values(variables))
    except Exception as error:
        raise Refused("%s: %s" % (type(error).__name__, error))
    for variable, value in zip(variables, start):
        variable.set_value(value)
    return rows


def plain_mode():
    return theano.compile.Mode(linker="py", optimizer=None)


def values(variables):
    return [numpy.asarray(variable.get_value()).tolist() for variable in variables]


def run(calls):
    """Return the trajectories of the updates as written, reversed, and with new values."""
    every, variables = build(same)
    pairs = kept(every)
    refused = None
    if len(pairs) < len(every):
        try:
            trajectory(every, variables, calls)
        except Refused as error:
            refused = str(error)
    as_compiled = trajectory(pairs, variables, calls)
    backwards = trajectory(pairs[::-1], variables, calls)
    taken = {}
    pairs, variables = build(placeholders(taken))
    mended = rightly(with_new_values(kept(pairs), taken), variables, calls)
    return {
        "as_compiled": as_compiled,
        "reversed": backwards,
        "with_new_value": mended,
        "first_difference": first_difference(as_compiled, mended),
        "refused": refused,
    }


def rightly(*given):
    """Run what the updates as written are compared with; a failure of it says nothing of them."""
    try:
        return trajectory(*given)
    except Refused as error:
        raise ValueError("mended it does not compile or run: %s" % error)


def first_difference(rows, others):
    for call, (row, other) in enumerate(zip(rows, others)):
        if any(not alike(one, two) for one, two in zip(row, other)):
            return call
    return None


def alike(one, other):
    if isinstance(one, list):
        return len(one) == len(other) and all(alike(a, b) for a, b in zip(one, other))
    if one == other or (one != one and other != other):
        return True
    return abs(one - other) <= 1e-9 * max(abs(one), abs(other)) < float("inf")


def tell(calls):
    """Print what ``run`` returns or raises."""
    try:
        result = run(calls)
    except Refused as error:
        print("raises: %s" % error)
        return
    if result.get("refused"):
        print("refused as it is: " + result["refused"])
        print("so each variable keeps one of its updates:")
    mended = result.get("instead", "with new value")
    titles = {"as_compiled": "as compiled", "reversed": "reversed", "with_new_value": mended}
    for kind in ("as_compiled", "reversed", "with_new_value"):
        if kind in result:
            print_rows(titles[kind], result[kind])
    first = result["first_difference"]
    if first is not None:
        print("confirmed: they differ from call %d on" % first)
    elif all(numpy.isfinite(value).all() for row in result["as_compiled"] for value in row):
        print("agrees: no difference in %d calls" % calls)
    else:
        print("unresolved: not finite, mended or not, so there is nothing to compare")


def print_rows(title, rows):
    print(title + ":")
    for call, row in enumerate(rows):
        print("  after %d: %s" % (call, ", ".join("%s = %s" % pair for pair in zip(NAMES, row))))
