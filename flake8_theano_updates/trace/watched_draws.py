"""Random generators in graphs, and functions that leave them where they are: part of the watcher.

Standard library only and Python 2.7 or later.
"""

import pickle

MARK = "theano_updates_draws"


def is_generator(variable):
    """Is this the state of a random generator?"""
    kind = variable.type
    return "Random" in type(kind).__name__ and getattr(kind, "ndim", None) is None


def step_of(node):
    """Return the results of the step of a scan that takes generators, and what stays in its turns.

    That is the variable of the step, and the one outside that it stands for.
    """
    inner, outputs = getattr(node.op, MARK, ((), ()))
    if not outputs:
        return [], []
    steady = zip(node.op.inner_non_seqs(inner), node.op.outer_non_seqs(node.inputs))
    return list(outputs), [pair for pair in steady if is_generator(pair[0])]


def keep_steps(kind):
    """Keep the steps of scans as they are made: PyTensor 3.3 copies them without their tags."""
    original = kind.__init__

    def made(self, inputs, outputs, *args, **kwargs):
        original(self, inputs, outputs, *args, **kwargs)
        if any(map(is_generator, inputs)):
            setattr(self, MARK, (tuple(inputs), tuple(outputs)))

    kind.__init__ = made


def left_alone(outputs, updates, shared):
    """Return the shared generators that a function takes and does not update."""
    targets = set(id(target) for target, _ in updates)
    seen, found = set(), []
    waiting = list(outputs) + [new for _, new in updates]
    while waiting:
        one = waiting.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        if one.owner is not None:
            waiting.extend(one.owner.inputs)
        elif isinstance(one, shared) and is_generator(one) and id(one) not in targets:
            found.append(one)
    return found


class Calls(object):
    """Watches the calls of functions that do not update what they draw from.

    Args:
        write: gets a record when one of them begins with a state for the second time.
    """

    def __init__(self, write):
        self.write = write
        self.kinds = set()

    def expect(self, maker, function, number, generators):
        """Look at the calls of what a maker makes.

        Args:
            function: the class of that.
            number: of the function, among those that are written down.
            generators: the numbers of the shared variables in it, and they themselves.
        """
        setattr(maker, MARK, (number, dict(generators), {}))
        if function not in self.kinds:
            self.kinds.add(function)
            self.hook(function)

    def hook(self, function):
        original = function.__call__

        def called(self_, *args, **kwargs):
            watched = getattr(getattr(self_, "maker", None), MARK, None)
            if watched is not None:
                self.begins(*watched)
            return original(self_, *args, **kwargs)

        function.__call__ = called

    def begins(self, number, generators, states):
        """Compare the states with those at the beginning of the call before."""
        for place, generator in list(generators.items()):
            try:
                held = generator.container.storage[0]
                state = pickle.dumps(held, 2)
            except Exception:
                del generators[place]
                continue
            # What a program sets between two calls is another object, or another state.
            before, states[place] = states.get(place), (held, state)
            if before is not None and before[0] is held and before[1] == state:
                del generators[place]
                self.write({"repeats": number, "generator": place})
