# mypy: ignore-errors
# What a snippet adds to the frame for findings on lost and refused updates; its text is
# copied, function by function. One of the functions that take `calls` becomes its `run`.
# Python 2.7 or later.


def refused(calls):
    """Compile the updates as they are handed over; mended, they must work."""
    return handed_over(calls, lambda u: theano.function([], [], updates=u, mode=plain_mode()))


def misplaced(calls):
    """Compile with the updates as the third positional argument."""
    return handed_over(calls, lambda u: theano.function([], [], u))


def handed_over(calls, compiled):
    seen = []
    pairs = mended(build(unmarked, marker(seen)))
    wake(pairs)
    names = labels(pairs, seen)
    variables = [variable for _, variable in names]
    right = rightly(pairs, variables, calls)
    updates = build(unmarked, marker([]))
    once = iter(updates) is updates
    try:
        compiled(updates)
    except Exception as error:
        raise Refused("%s: %s" % (type(error).__name__, error))
    if once and not pairs:
        raise ValueError("no update is known that the iterator could hold")
    written = trajectory(iter(pairs) if once else pairs, variables, calls)
    return outcome(names, written, right, "with a list")


def mended(updates):
    """Return pairs that a backend takes: in a list, and each for a variable of its own."""
    updates = list(updates.items() if isinstance(updates, dict) else updates)
    if len(updates) == 2 and not any(isinstance(one, (list, tuple)) for one in updates):
        updates = [tuple(updates)]
    pairs = []
    for target, new in updates:
        if isinstance(target, theano.compile.SharedVariable):
            if all(target is not other for other, _ in pairs):
                pairs.append((target, new))
    return pairs


def overwritten(calls):
    """Compile the updates as written, and with those that the mapping forgets."""
    pairs, names = collect(unmarked, lambda variable, new: new)
    written = trajectory(pairs, [variable for _, variable in names], calls)
    stored = []
    seen = []

    def keep(variable, new):
        stored.extend(zip(listed(variable), listed(new)))
        return new

    def read(variable):
        if isinstance(variable, (list, tuple)):
            return [read(one) for one in variable]
        earlier = [new for other, new in stored if other is variable]
        seen.extend(earlier)
        return earlier[-1] if earlier else variable

    pairs, names = collect(read, keep)
    first = {}
    last = {}
    for variable, new in stored:
        first.setdefault(variable, new)
        last[variable] = new
    if len(first) == len(stored):
        raise ValueError("no variable of the stand-ins is updated twice")
    if any(last.get(variable, new) is not new for variable, new in pairs):
        raise ValueError("what is stored is not the last of the updates")
    if seen:
        instead = "with each of its updates in effect"
    else:
        instead = "with the first of its updates alone"
        pairs = [(variable, first.get(variable, new)) for variable, new in pairs]
    right = rightly(pairs, [variable for _, variable in names], calls)
    return outcome(names, written, right, instead)


def late(calls):
    """Compile the updates of the moment of the compile call, and all of them."""
    given = []

    def compiled(updates):
        given.append(pairs_of(updates))

    pairs, names = collect(unmarked, compiled)
    variables = [variable for _, variable in names]
    written = trajectory(given[0], variables, calls)
    return outcome(names, written, rightly(pairs, variables, calls), "compiled with it")


def frozen(calls):
    """Compile with the numbers as written, and with the variables that they are taken of."""
    pairs, names, _ = moving(lambda number, live: number)
    written = trajectory(pairs, [variable for _, variable in names], calls)
    pairs, names, changes = moving(lambda number, live: live)
    right = rightly(pairs, [variable for _, variable in names], calls)
    return outcome(names, written, right, "with %s itself%s" % (FIRST[1], changes))


def moving(choose):
    """Build the updates; let what the numbers are taken of change in each call."""
    lives = []
    seen = []

    def read(number, live):
        if is_symbolic(number):
            raise ValueError("the stand-in for the number is no number")
        lives.append(live)
        return choose(number, live)

    pairs = pairs_of(build(read, marker(seen)))
    if not lives:
        raise ValueError("the number enters no update of the stand-ins")
    wake(pairs + [(None, live) for live in lives])
    still = []
    changes = ""
    waiting = list(lives)
    while waiting:
        variable = waiting.pop()
        if variable.owner is not None:
            waiting.extend(variable.owner.inputs)
        elif isinstance(variable, theano.compile.SharedVariable):
            if all(variable is not one for one, _ in pairs + still):
                if variable.dtype.startswith(("int", "uint")):
                    still.append((variable, variable + 1))
                    changes = ", which grows by one in each call,"
                else:
                    still.append((variable, 0.5 * variable))
                    changes = ", which halves in each call,"
    pairs = pairs + still
    return pairs, labels(pairs, seen), changes


def returned(calls):
    """Call a function that returns the variable it updates, and one that returns its new value."""
    pairs, names = collect(unmarked)
    label, variable = names[0]
    written = called(pairs, variable, variable, calls)
    try:
        new = theano.tensor.as_tensor_variable(dict(pairs)[variable])
        right = called(pairs, variable, new, calls)
    except Refused as error:
        raise ValueError("with the new value as its output it does not run: %s" % error)
    names = [(label + " returned", variable), (label, variable)]
    return outcome(names, written, right, "the new value")


def called(pairs, variable, output, calls):
    """Return what a function returns, and what the variable is after each call."""
    start = variable.get_value()
    try:
        step = theano.function([], [output], updates=pairs, mode=plain_mode())
        rows = [values([variable, variable])]
        for _ in range(calls):
            given = numpy.asarray(step()[0]).tolist()
            rows.append([given, values([variable])[0]])
    except Exception as error:
        raise Refused("%s: %s" % (type(error).__name__, error))
    variable.set_value(start)
    return rows


def unmarked(variable):
    return variable


def rightly(pairs, variables, calls):
    """Run what the updates as written are compared with; a failure of it says nothing of them."""
    try:
        return trajectory(pairs, variables, calls)
    except Refused as error:
        raise ValueError("mended it does not compile or run: %s" % error)


def outcome(names, written, right, instead):
    return {
        "names": [label for label, _ in names],
        "as_compiled": written,
        "with_new_value": right,
        "first_difference": first_difference(written, right),
        "instead": instead,
    }
