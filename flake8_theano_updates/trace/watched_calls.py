"""What a call would have computed with new values: a part of the watcher.

Standard library and the backend only, and Python 2.7 or later.
"""

import json
import os
import socket
import sys
import types

from watched_apart import Apart

# Left out when the copy is compiled: what needs C, and what overwrites its operands.
NOT_USED = ("fusion", "inplace", "cxx_only")
ROUNDING = 16  # units of the last place that are no difference


class Socket(object):
    """Asks the process that reports which reads are findings.

    Args:
        path: of its socket; each question is a connection, so none stays open in the program.
    """

    def __init__(self, path):
        self.path = path

    def __call__(self, record):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(self.path)
            connection.sendall((json.dumps(record) + "\n").encode("ascii"))
            answer = json.loads(connection.makefile("r").readline())
        finally:
            connection.close()
        if isinstance(answer, dict):
            raise RuntimeError(answer["failed"])
        return answer


class Calls(object):
    """Computes, beside the first calls of a function, what new values would have given.

    This changes nothing: what is compiled has no updates and is called before the program's
    function, with the same variables and inputs.

    Args:
        recorder: what writes it down, and says for how many calls.
        made: the id of the function.
        variables: those of its graph, by number.
        questions: what is to be computed, in numbers.
        inputs: the variables that it is given.
        givens: what replaces others in it.
    """

    def __init__(self, recorder, made, variables, questions, inputs, givens):
        self.recorder = recorder
        self.most = recorder.calls
        self.id = made
        self.variables = variables
        self.questions = questions
        self.inputs = list(inputs or ())
        self.givens = dict(givens or {})
        self.process = os.getpid()
        self.computes = None

    def over(self):
        return self.most <= 0 or os.getpid() != self.process

    def begins(self, watched):
        if self.over():
            return None
        with Apart(self.recorder):
            if self.computes is None:
                self.computes = self.compiled()
            storage = watched.function.input_storage
            return self.computes(*[storage[at].storage[0] for at in range(len(self.inputs))])

    def ends(self, watched, computed, outputs):
        self.most -= 1
        if computed is not None:
            with Apart(self.recorder):
                self.compare(computed, _stored(watched, outputs))

    def compiled(self):
        package = self.recorder.package
        self.answers = [Answer(one, self.variables) for one in self.questions]
        outputs = [one for answer in self.answers for one in answer.outputs()]
        for op in _operations(outputs + list(self.givens.values())):
            _refuse_foreign(op, self.recorder)
        return package.function(
            self.inputs,
            outputs,
            mode=_mode(package),
            givens=self.givens,
            no_default_updates=True,
            on_unused_input="ignore",
            allow_input_downcast=True,
            profile=False,
        )

    def compare(self, computed, stored):
        for answer in self.answers:
            values, computed = list(computed[:3]), computed[3:]
            answer.add(*(values + [stored[id(answer.target.container.storage)]]))
            self.write(
                answer.place,
                index=answer.index,
                as_compiled=answer.column(0),
                with_new_value=answer.column(1),
            )

    def fail(self, error):
        self.most = 0
        try:
            for one in self.questions:
                self.write(one["place"], failed="%s: %s" % (type(error).__name__, error))
        except Exception as another:
            self.recorder.failed(another)

    def write(self, place, **told):
        self.recorder.write(dict(told, beside=self.id, place=place))


def _stored(watched, outputs):
    """Return the new values that a call has given, by the storage that gets each."""
    function = watched.function
    specs = function.maker.expanded_inputs
    updated = [at for at, one in enumerate(specs) if one.update is not None]
    containers = [function.input_storage[at].storage for at in updated]
    if getattr(watched.work, "need_update_inputs", True):
        if outputs is None:
            outputs = [one.storage[0] for one in function.output_storage]
        new = outputs[len(outputs) - len(updated) :]
    else:
        new = [one[0] for one in containers]
    return dict(zip(map(id, containers), new))


class Answer(object):
    """What becomes of a variable as compiled and with a new value, of the number that shows it.

    Args:
        question: the place that it is about, the variable, its new value as compiled, and the
            steps to its other new value: a node with some of its inputs replaced.
        variables: those of the graph, by number.
    """

    def __init__(self, question, variables):
        self.place = question["place"]
        self.target = variables[question["target"]]
        self.compiled = variables[question["compiled"]]
        known = list(variables)
        for number, replaced in question["steps"]:
            old = known[number]
            inputs = list(old.owner.inputs)
            for at, new in replaced:
                inputs[at] = known[new]
            node = old.owner.clone_with_new_inputs(inputs, strict=False)
            known.append(node.outputs[old.index or 0])
        self.new = known[-1]
        self.rows = []
        self.index = None

    def outputs(self):
        return [self.target, self.compiled, self.new]

    def add(self, start, compiled, new, real):
        """Add a call, and find the number that shows the difference best when there is one."""
        import numpy

        start, compiled, new, real = [numpy.array(one) for one in (start, compiled, new, real)]
        if compiled.dtype.kind not in "biuf" or not compiled.size:
            raise ValueError("the values of %s are no numbers" % (self.target,))
        unit = numpy.finfo(compiled.dtype).eps if compiled.dtype.kind == "f" else 0.0
        # A copy may round otherwise than the function, but not by much of the largest number.
        if _apart(real, compiled, 10 * unit**0.5, abs(compiled).max()).any():
            raise ValueError("a copy of the function computes other numbers than the function")
        if not self.rows:
            self.rows.append((start, start))
        self.rows.append((compiled, new))
        gap = _apart(compiled, new, ROUNDING * unit)
        if self.index is None and gap.any():
            at = gap.argmax()
            self.index = (
                [int(one) for one in numpy.unravel_index(at, gap.shape)] if gap.ndim else []
            )
        if self.index is not None:  # no more than this one is kept of each
            self.rows = [[_number(one, self.index) for one in row] for row in self.rows]

    def column(self, at):
        """Return what becomes of the number, as text: JSON knows no infinite ones."""
        return [repr(_number(row[at], self.index)) for row in self.rows]


def _number(value, index):
    """Return an element as a number; the first one where none is chosen."""
    if isinstance(value, float):
        return value
    return float(value[tuple(index)] if index is not None else value.reshape(-1)[0])


def _apart(one, other, part, scale=0.0):
    """Return how far apart numbers are, 0 where that is no more than a part of the larger."""
    import numpy

    one, other = one.astype("float64"), other.astype("float64")
    gap = numpy.asarray(abs(one - other))
    large = numpy.maximum(numpy.maximum(abs(one), abs(other)), scale)
    same = (one == other) | (numpy.isnan(one) & numpy.isnan(other))
    same |= numpy.isfinite(gap) & (gap <= part * large)
    return numpy.where(same, 0.0, numpy.where(numpy.isfinite(gap), gap, numpy.inf))


def _mode(package):
    """Return a mode that compiles fast: without C, but with what keeps numbers stable."""
    modules = sys.modules
    machine = modules.get(package.__name__ + ".link.vm") or modules["theano.gof.vm"]
    linker = getattr(machine, "VMLinker", None) or machine.VM_Linker
    mode = modules[package.__name__ + ".compile.mode"].Mode
    return mode(linker(use_cloop=False, c_thunks=False), "fast_run").excluding(*NOT_USED)


def _operations(variables):
    """Yield the operations that variables are computed by, those inside of others too."""
    waiting, seen = list(variables), set()
    while waiting:
        node = getattr(waiting.pop(), "owner", None)
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        yield node.op
        waiting.extend(node.inputs)
        inner = getattr(node.op, "fgraph", node.op)
        waiting.extend(getattr(inner, "outputs", None) or getattr(inner, "local_outputs", ()))
        if hasattr(node.op, "scalar_op"):
            yield node.op.scalar_op


def _refuse_foreign(op, recorder):
    """Refuse what might do more than compute, which would then happen twice."""
    own = type(op).__module__.split(".")[0] == recorder.package.__name__
    held = [
        one for one in getattr(op, "__dict__", {}).values() if isinstance(one, types.FunctionType)
    ]
    if not own or not all(recorder.is_backend(one.__code__) for one in held):
        raise ValueError("%s is not the backend's own and might do more than compute" % (op,))
