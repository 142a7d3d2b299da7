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


def keeping_steps(recorder, original):
    """Keep the steps of scans as they are made: PyTensor 3.3 copies them without their tags."""

    def made(self, inputs, outputs, *args, **kwargs):
        original(self, inputs, outputs, *args, **kwargs)
        if any(map(is_generator, inputs)):
            setattr(self, MARK, (tuple(inputs), tuple(outputs)))

    return made


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


class Repeats(object):
    """Looks for a call that begins with the state of a generator with which another has begun.

    Args:
        recorder: what writes it down.
        made: the id of the function.
        generators: those that it draws from and does not update, by their numbers.
    """

    def __init__(self, recorder, made, generators):
        self.recorder = recorder
        self.id = made
        self.generators = generators
        self.states = {}

    def over(self):
        return not self.generators

    def begins(self, watched):
        """Compare the states with those at the beginning of the call before."""
        for number, generator in list(self.generators.items()):
            held = generator.container.storage[0]
            try:
                state = pickle.dumps(held, 2)
            except Exception:
                del self.generators[number]
                continue
            # What a program sets between two calls is another object, or another state.
            before, self.states[number] = self.states.get(number), (held, state)
            if before is not None and before[0] is held and before[1] == state:
                del self.generators[number]
                self.recorder.write({"repeats": self.id, "generator": number})

    def ends(self, watched, computed, outputs):
        pass

    def fail(self, error):
        self.generators = {}
        self.recorder.failed(error)
