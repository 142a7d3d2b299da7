# mypy: ignore-errors
# What a program has beside the frame for findings on lost and refused updates; its text is
# copied, function by function. One of the functions that take `calls` becomes its `run`.
# Python 2.7 or later.


def refused(calls):
    """Compile the updates as they are handed over; mended, they must work."""
    return handed_over(calls, lambda u: theano.function([], [], updates=u, mode=plain_mode()))


def misplaced(calls):
    """Compile with the updates as the third positional argument."""
    return handed_over(calls, lambda u: theano.function([], [], u))


def handed_over(calls, compiled):
    pairs, variables = build(same)
    try:
        compiled(as_given(pairs))
    except Exception as error:
        raise Refused("%s: %s" % (type(error).__name__, error))
    given = as_given(pairs)
    written = trajectory(given if iter(given) is given else pairs, variables, calls)
    return outcome(written, rightly(pairs, variables, calls), "with a list")


def as_given(pairs):
    """Hand the pairs over as the program does."""
    if FORM == "zip":
        return zip([variable for variable, _ in pairs], [new for _, new in pairs])
    if FORM == "map":
        return map(tuple, pairs)
    if FORM == "generator":
        return (pair for pair in pairs)
    if FORM == "flat":
        return list(pairs[0])
    return pairs


def overwritten(calls):
    """Compile the updates as written, and with those that the mapping forgets."""
    pairs, variables = build(same)
    written = trajectory(last_of(pairs), variables, calls)
    taken = {}
    pairs, variables = build(placeholders(taken))
    first = {}
    stored = {}
    used = []

    def choose(node):
        variable = taken.get(node)
        if variable in stored:
            used.append(variable)
        return stored.get(variable, variable)

    for variable, value in typed(pairs):
        stored[variable] = replaced(value, choose)
        first.setdefault(variable, stored[variable])
    if used:
        instead = "with each of its updates in effect"
    else:
        instead = "with the first of its updates alone"
        stored = first
    pairs = [(variable, stored[variable]) for variable, _ in last_of(pairs)]
    return outcome(written, rightly(pairs, variables, calls), instead)


def last_of(pairs):
    """Return the pairs that a mapping keeps, in its order."""
    last = dict(pairs)
    order = []
    for variable, _ in pairs:
        if variable not in order:
            order.append(variable)
    return [(variable, last[variable]) for variable in order]


def late(calls):
    """Compile the updates of the moment of the compile call, and all of them."""
    pairs, variables = build(same)
    written = trajectory(last_of(pairs[:-LATE]), variables, calls)
    return outcome(written, rightly(last_of(pairs), variables, calls), "compiled with it")


def frozen(calls):
    """Compile with the numbers as written, and with the variables that they are taken of."""
    pairs, variables, _ = moving(lambda number, live: number)
    written = trajectory(pairs, variables, calls)
    pairs, variables, changes = moving(lambda number, live: live)
    right = rightly(pairs, variables, calls)
    return outcome(written, right, "with %s itself%s" % (NAMES[1 % len(NAMES)], changes))


def moving(choose):
    """Build the updates; let what the numbers are taken of change in each call."""
    pairs, variables = build(choose)
    changes = ""
    for variable in variables:
        if all(variable is not one for one, _ in pairs):
            if variable.dtype.startswith(("int", "uint")):
                pairs.append((variable, variable + 1))
                changes = ", which grows by one in each call,"
            else:
                pairs.append((variable, 0.5 * variable))
                changes = ", which halves in each call,"
    return pairs, variables, changes


def written(calls):
    """Compile the updates as they are."""
    pairs, variables = build(same)
    rows = trajectory(last_of(pairs), variables, calls)
    return outcome(rows, rows, "as they are")


def returned(calls):
    """Call a function that returns the variable it updates, and one that returns its new value."""
    pairs, variables = build(same)
    own = variables[:1]
    written = trajectory(pairs, own, calls, own)
    new = dict(typed(pairs))[own[0]]
    return outcome(written, rightly(pairs, own, calls, [new]), "the new value")


def dropped(calls):
    """Call a function of what a scan draws, without the updates of the scan and with them."""
    written = [scanned(False, calls), scanned(True, calls)]
    return outcome(written[0], written[1], "with the updates of the scan")


def scanned(with_updates, calls):
    """Return the sum of what is drawn in each call."""
    state = theano.shared(0.37)
    drawn, updates = build(state)
    step = theano.function([], drawn, updates=updates if with_updates else [])
    return [[0.0]] + [[float(step())] for _ in range(calls)]


def outcome(written, right, instead):
    return {
        "as_compiled": written,
        "with_new_value": right,
        "first_difference": first_difference(written, right),
        "instead": instead,
    }
