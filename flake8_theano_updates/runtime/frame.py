# mypy: ignore-errors
# The fixed part of every snippet; its text is copied, function by function, around the
# user's statements. Python 2.7 or later.

import collections

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


class StandIn(object):
    """An object that stands for one of the original program; it only has attributes.

    Those of an object in a list have ``its_`` before their names.
    """

    def __init__(self, **attributes):
        self.__dict__.update(attributes)


class ByName(dict):
    """Stand for a mapping with texts as its keys: each gets a value when it is asked for."""

    def __init__(self, make):
        self.make = make

    def __missing__(self, key):
        self[key] = self.make()
        return self[key]


def cost_of(variables):
    """Stand for the cost: its gradient, the cosine, is bounded and differs by element."""
    terms = [theano.tensor.sum(theano.tensor.sin(v)) for v in listed(variables)]
    return sum(terms[1:], terms[0])


def listed(value):
    return list(value) if isinstance(value, (list, tuple)) else [value]


def smooth(*parts, **named):
    """Stand for an unknown function: smooth in its first argument and in the others."""
    parts += tuple(named[k] for k in sorted(named))
    numbers = [part for part in parts if is_number(part)]
    sizes = [part for part in parts if isinstance(part, tuple) and all(map(is_size, part))]
    if any(map(is_symbolic, numbers)):
        rest = sum(theano.tensor.tanh(theano.tensor.sum(part)) for part in numbers[1:])
        return 0.9 * numbers[0] + 0.05 * theano.tensor.tanh(numbers[0]) + 0.01 * rest
    if sizes:
        return drawn(sizes[0])
    rest = sum(numpy.tanh(numpy.sum(part)) for part in numbers[1:])
    return 0.9 * numbers[0] + 0.05 + 0.01 * rest if numbers else 0.41


def numbers(*parts, **named):
    """Stand for an unknown function that returns an array: of a variable, one like its value."""
    shared = theano.compile.SharedVariable
    parts = [part.get_value() if isinstance(part, shared) else part for part in parts]
    return smooth(*parts, **named)


def drawn(size):
    """Stand for random numbers: between 0.2 and 0.7, and the same each time."""
    if size is None:
        return 0.37
    size = tuple(size) if isinstance(size, (list, tuple)) else (size,)
    count = numpy.arange(numpy.prod(size, dtype=int))
    return (0.21 + 0.08 * (count % 7)).reshape(size)


def is_number(value):
    kinds = (numpy.ndarray, numpy.number, float, int)
    return is_symbolic(value) or (isinstance(value, kinds) and not isinstance(value, bool))


def is_size(value):
    return isinstance(value, int) and not isinstance(value, bool)


def corner_shared(value, *rest, **named):
    """Make a shared variable of a corner of a large array: all of its numbers say no more."""
    return theano.shared(corner(value), *rest, **named)


def corner(value):
    for axis, side in enumerate(value.shape if isinstance(value, numpy.ndarray) else ()):
        if side > 10:
            value = value.take(range(3), axis)
    return value


def new_shared(*parts, **named):
    """Stand for what makes a shared variable: with the value or like the variable given."""
    for part in parts[:1] + tuple(named.get(k) for k in ("value", "initial")):
        if isinstance(part, theano.compile.SharedVariable):
            return theano.shared(part.get_value() * 0 + 0.3)
        if is_number(part) and not is_symbolic(part):
            return theano.shared(corner(numpy.asarray(part, dtype="float64")))
    return theano.shared(numpy.array(VALUES))


def keras_update_add(x, increment):
    return (x, x + increment)


def keras_update_sub(x, decrement):
    return (x, x - decrement)


def keras_moving_average_update(x, value, momentum):
    return (x, x * momentum + value * (1 - momentum))


def keras_update(x, new_x):
    return (x, new_x)


def keras_int_shape(x):
    return x.get_value().shape


def keras_dtype(x):
    return x.dtype


def keras_zeros(shape=(), dtype="float64", name=None):
    return theano.shared(corner(numpy.zeros(shape)), name=name)


def keras_ones(shape=(), dtype="float64", name=None):
    return theano.shared(corner(numpy.ones(shape)), name=name)


def keras_variable(value, dtype="float64", name=None):
    return theano.shared(corner(numpy.asarray(value, dtype="float64")), name=name)


class RandomStreams(object):
    """Stand for random numbers: the same at each call, so that programs can be compared."""

    def __init__(self, *given, **named):
        pass

    def uniform(self, size=(), low=0.0, high=1.0, **rest):
        return theano.tensor.zeros(size) + low + 0.37 * (high - low)

    def normal(self, size=(), avg=0.0, std=1.0, **rest):
        return theano.tensor.zeros(size) + avg + 0.37 * std

    def binomial(self, size=(), n=1, p=0.5, **rest):
        return theano.tensor.zeros(size) + n * p


class RandomState(object):
    """Stand for NumPy's random numbers: the same each time, so that programs can be compared."""

    def __init__(self, *given, **named):
        pass

    def uniform(self, low=0.0, high=1.0, size=None):
        return low + (high - low) * drawn(size)

    def normal(self, loc=0.0, scale=1.0, size=None):
        return loc + scale * drawn(size)

    def binomial(self, n=1, p=0.5, size=None):
        return n * p + 0 * drawn(size)

    def randn(self, *size):
        return drawn(size)

    def random(self, size=None):
        return drawn(size)

    rand = randn
    random_sample = sample = ranf = standard_normal = random


class OrderedUpdates(collections.OrderedDict):
    """A mapping of updates that can be added to another."""

    def __add__(self, other):
        both = OrderedUpdates(self)
        both.update(other)
        return both


def nnet_sigmoid(x):
    return 1 / (1 + theano.tensor.exp(-x))


def nnet_softplus(x):
    return theano.tensor.log1p(theano.tensor.exp(x))


def nnet_relu(x, alpha=0):
    return theano.tensor.switch(theano.tensor.gt(x, 0), x, alpha * x)


def nnet_elu(x, alpha=1):
    return theano.tensor.switch(theano.tensor.gt(x, 0), x, alpha * theano.tensor.expm1(x))


def nnet_hard_sigmoid(x):
    return theano.tensor.clip(0.2 * x + 0.5, 0, 1)


def nnet_softmax(x, axis=-1):
    terms = theano.tensor.exp(x)
    return terms / theano.tensor.sum(terms, axis=axis, keepdims=True)


def nnet_binary_crossentropy(output, target):
    return -(target * theano.tensor.log(output) + (1 - target) * theano.tensor.log(1 - output))


def nnet_categorical_crossentropy(coding, truth):
    return -theano.tensor.sum(truth * theano.tensor.log(coding), axis=-1)


def nnet_ifelse(condition, one, other, name=None):
    if not isinstance(one, (list, tuple)):
        return theano.tensor.switch(condition, one, other)
    return [theano.tensor.switch(condition, a, b) for a, b in zip(one, other)]


def as_number(truth):
    """Let a comparison be 0 or 1, as it was before there were booleans (Theano 0.9)."""
    return theano.tensor.cast(truth, "int8") if is_symbolic(truth) else truth


def reciprocal(x):
    return 1 / x


def with_pattern(x, *axes):
    """Stand for what only says along which axes a variable may be stretched."""
    return x


class Refused(Exception):
    """The backend does not compile or run the updates."""


def collect(read, *marks):
    """Build the updates; return the pairs and the name of each target."""
    seen = []
    pairs = pairs_of(build(read, marker(seen), *marks))
    wake(pairs)
    return pairs, labels(pairs, seen)


def marker(seen):
    """Return what notes the targets and how the program writes them."""

    def target(text, value):
        for one in listed(value):
            if is_symbolic(one) and all(one is not other for _, other in seen):
                seen.append((text, one))
        return value

    return target


def pairs_of(updates):
    pairs = updates.items() if isinstance(updates, dict) else updates
    return [(pair[0], pair[1]) for pair in pairs]


def wake(pairs):
    """Give values to variables that are zero and that other updates would change."""
    waiting = [new for _, new in pairs if is_symbolic(new)]
    seen = set(target for target, _ in pairs)
    while waiting:
        variable = waiting.pop()
        if variable in seen:
            continue
        seen.add(variable)
        if variable.owner is not None:
            waiting.extend(variable.owner.inputs)
        elif isinstance(variable, theano.compile.SharedVariable):
            value = variable.get_value()
            if isinstance(value, numpy.ndarray) and value.dtype.kind == "f" and not value.any():
                variable.set_value(value + 0.37)


def labels(pairs, seen):
    """Name the targets as the program does; what one name stands for twice gets an index."""
    known = [(text, one) for text, one in seen if any(one is pair[0] for pair in pairs)]
    for position, pair in enumerate(pairs):
        if all(pair[0] is not one for _, one in known):
            known.append(("target[%d]" % position, pair[0]))
    counts = {}
    named = []
    for text, one in known:
        index = counts.get(text, 0)
        counts[text] = index + 1
        several = sum(other == text for other, _ in known) > 1
        base = text[: text.rindex("[")] if text.endswith("]") and several else text
        label = "%s[%d]" % (base, index) if several else text
        rank = FIRST.index(text) if text in FIRST else len(FIRST)
        named.append(((rank == len(FIRST), index, rank), label, one))
    named.sort(key=lambda entry: entry[0])
    return [(label, one) for _, label, one in named]


def with_new_values():
    """Build the updates with every marked read replaced by the new value of what it reads.

    Return the pairs, the names, and which of the pairs a list may hold together.
    """
    taken = {}

    def read(value):
        if isinstance(value, (list, tuple)):
            return [read(item) for item in value]
        if not isinstance(value, theano.compile.SharedVariable):
            return value
        placeholder = value.type()
        taken[placeholder] = value
        return placeholder

    pairs, names = collect(read)
    positions = together(pairs, taken)
    updated = dict(pairs[position] for position in positions)
    if not any(variable in updated for variable in taken.values()):
        raise ValueError("the marked read takes no variable that is updated")
    replaced = {}
    begun = set()

    def substituted(node):
        if not is_symbolic(node):
            return node
        if node not in replaced:
            replaced[node] = replacement(node)
        return replaced[node]

    def replacement(node):
        if node in taken:
            if taken[node] not in updated:
                return taken[node]
            if taken[node] in begun:
                raise ValueError("the new values of the variables need each other")
            begun.add(taken[node])
            new = substituted(updated[taken[node]])
            begun.remove(taken[node])
            return theano.tensor.as_tensor_variable(new)
        if node.owner is None:
            return node
        inputs = [substituted(one) for one in node.owner.inputs]
        if all(one is other for one, other in zip(inputs, node.owner.inputs)):
            return node
        copy = node.owner.clone_with_new_inputs(inputs, strict=False)
        return copy.outputs[node.index or 0]

    changed = [(pairs[position][0], substituted(pairs[position][1])) for position in positions]
    return changed, names, positions


def together(pairs, taken):
    """Choose one pair for each target: the one that reads what is marked, else the last."""
    chosen = {}
    for position, (target, _) in enumerate(pairs):
        if target not in chosen or not depends(pairs[chosen[target]][1], taken):
            chosen[target] = position
    return sorted(chosen.values())


def depends(variable, others):
    waiting = [variable]
    while waiting:
        one = waiting.pop()
        if not is_symbolic(one):
            continue
        if one in others:
            return True
        if one.owner is not None:
            waiting.extend(one.owner.inputs)
    return False


def trajectory(pairs, variables, calls):
    """Compile, call, and return the variables' values before and after each call."""
    start = [variable.get_value() for variable in variables]
    try:
        step = theano.function([], [], updates=pairs, mode=plain_mode())
        rows = [values(variables)]
        for _ in range(calls):
            step()
            rows.append(values(variables))
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
    pairs, names = collect(lambda variable: variable)
    variables = [variable for _, variable in names]
    refused = None
    try:
        as_compiled = trajectory(pairs, variables, calls)
    except Refused as error:
        if len(dict(pairs)) == len(pairs):
            raise
        refused = str(error)
    changed, names, positions = with_new_values()
    if refused:
        pairs = [pairs[position] for position in positions]
        as_compiled = trajectory(pairs, variables, calls)
    backwards = trajectory(pairs[::-1], variables, calls)
    try:
        mended = trajectory(changed, [variable for _, variable in names], calls)
    except Refused as error:
        raise ValueError("with the new value it does not compile or run: %s" % error)
    return {
        "names": [label for label, _ in names],
        "as_compiled": as_compiled,
        "reversed": backwards,
        "with_new_value": mended,
        "first_difference": first_difference(as_compiled, mended),
        "refused": refused,
    }


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
            print_rows(titles[kind], result["names"], result[kind])
    first = result["first_difference"]
    if first is not None:
        print("confirmed: they differ from call %d on" % first)
    elif all(numpy.isfinite(value).all() for row in result["as_compiled"] for value in row):
        print("agrees: no difference in %d calls" % calls)
    else:
        print("unresolved: not finite, mended or not, so there is nothing to compare")


def print_rows(title, names, rows):
    print(title + ":")
    for call, row in enumerate(rows):
        print("  after %d: %s" % (call, ", ".join("%s = %s" % pair for pair in zip(names, row))))
