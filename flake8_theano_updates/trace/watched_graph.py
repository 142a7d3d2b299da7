"""What a compiled function computes, as lists of plain values: a part of the watcher.

Standard library only and Python 2.7 or later.
"""

import hashlib
import os
import sys
import sysconfig

from watched_draws import is_generator, step_of

MARK = "theano_updates"  # on tags: a number, which a program may pickle with its graphs
LARGEST = 1 << 20  # bytes of a constant that is compared by what it holds


class Costs(object):
    """What a gradient is taken of, kept as long as what is made for it; a pickle leaves it out.

    Args:
        costs: the variables.
        made: the frames of the program that asks for the gradient.
    """

    def __init__(self, costs, made):
        self.costs = tuple(costs)
        self.made = made

    def __reduce__(self):
        return tuple, ()


class Graph(object):
    """What one function computes, as lists of plain values."""

    def __init__(self, recorder):
        self.recorder = recorder
        self.variables, self.nodes, self.chains, self.frames = [], [], [], []
        self.numbers, self.operations = {}, {}
        self.originals = []  # of the variables
        self.kept = []  # as long as an id is a key, nothing else may get it

    def record(self, outputs, given, updates, chain, refused):
        pairs = [(self.number(target), self.number(new)) for target, new in updates]
        package = self.recorder.package
        return {
            "backend": package.__name__,
            "version": _text(getattr(package, "__version__", "")),
            "python": "%d.%d.%d" % sys.version_info[:3],
            "compiled": self.chain(chain),
            "given": len(given) if hasattr(given, "__len__") else 0,
            "form": type(given).__name__,
            "updates": pairs,
            "refused": refused,
            "outputs": [self.number(one) for one in outputs],
            "variables": self.variables,
            "nodes": self.nodes,
            "chains": self.chains,
            "frames": self.frames,
        }

    def number(self, root):
        """Return the number of a variable; those that it is computed from come before it."""
        waiting = [root]
        while waiting:
            variable = waiting[-1]
            if id(variable) in self.numbers:
                waiting.pop()
                continue
            owner = variable.owner
            before = [] if owner is None else self.before(owner)
            missing = [one for one in before if not self.has(one)]
            if missing:
                waiting.extend(missing)
                continue
            waiting.pop()
            self.originals.append(variable)
            self.numbers[id(variable)] = len(self.variables)
            self.variables.append(self.variable(variable))
        return self.numbers[id(root)]

    def before(self, node):
        return list(node.inputs) + self.costs(node) + step_of(node)[0]

    def costs(self, node):
        """Return what the gradient that a node is made for is taken of."""
        return list(getattr(getattr(node.tag, MARK + "_gradient", None), "costs", ()))

    def has(self, variable):
        return id(variable) in self.numbers

    def variable(self, variable):
        constant, shared = self.recorder.kinds
        found = {"name": _text(variable.name), "ndim": getattr(variable.type, "ndim", None)}
        if hasattr(variable.tag, MARK + "_wrt"):
            found["differentiated"] = True
        if is_generator(variable):
            found["generator"] = True
        if variable.owner is not None:
            found["node"] = self.node(variable.owner)
            found["index"] = variable.index or 0
        elif isinstance(variable, constant):
            found["constant"] = True
            found.update(_value(variable.data))
        elif isinstance(variable, shared):
            found["shared"] = True
            found["made"] = self.made(variable)
            found.update(_scalar(variable.container.storage[0]))
        return found

    def node(self, node):
        if id(node) not in self.numbers:
            self.kept.append(node)
            number = getattr(node.tag, MARK, None)
            self.numbers[id(node)] = len(self.nodes)
            found = {
                "op": self.operation(node.op),
                "inputs": [self.numbers[id(one)] for one in node.inputs],
                "serial": number or 0,
                "made": self.made(node),
            }
            if hasattr(node.tag, MARK + "_gradient"):
                found["gradient"] = True
                found["costs"] = [self.numbers[id(one)] for one in self.costs(node)]
            results, steady = step_of(node)
            if results:
                self.kept.extend(inner for inner, _ in steady)
                found["results"] = [self.numbers[id(one)] for one in results]
                found["steady"] = [
                    (self.numbers[id(inner)], self.numbers[id(outer)])
                    for inner, outer in steady
                    if self.has(inner)
                ]
            self.nodes.append(found)
        return self.numbers[id(node)]

    def operation(self, op):
        """Say what an operation is: equal ones have one number."""
        known = self.numbers.get(("operation", id(op)))
        if known is not None:
            return known
        self.kept.append(op)
        try:
            number = self.operations.setdefault(op, len(self.operations))
        except Exception:
            number = self.operations.setdefault(id(op), len(self.operations))
        scalar = getattr(op, "scalar_op", None)
        found = {"kind": type(op).__name__, "number": number}
        if scalar is not None and "Elemwise" in found["kind"]:
            found["scalar"] = type(scalar).__name__
        if found["kind"] == "DimShuffle":
            # NumPy's whole numbers are none that JSON knows.
            found["order"] = [one if one == "x" else int(one) for one in op.new_order]
        if found["kind"] == "Subtensor":
            found["whole"] = all(one == slice(None) for one in op.idx_list)
        self.numbers["operation", id(op)] = found
        return found

    def made(self, one):
        number = getattr(one.tag, MARK, None)
        made = self.recorder.made
        return self.chain(made[number - 1]) if number and number <= len(made) else None

    def chain(self, chain):
        known = self.numbers.get(("chain", id(chain)))
        if known is None:
            known = self.numbers["chain", id(chain)] = len(self.chains)
            self.chains.append([self.frame(one) for one in chain])
        return known

    def frame(self, one):
        known = self.numbers.get(("frame", one))
        if known is None:
            known = self.numbers["frame", one] = len(self.frames)
            code, instruction, line = one
            found = {"path": _text(code.co_filename), "name": code.co_name, "line": line}
            found["instruction"] = instruction
            found["library"] = os.path.abspath(code.co_filename).startswith(LIBRARIES)
            place = _place(*one)
            if place is not None:
                found["place"] = place
            self.frames.append(found)
        return known


def variables_of(outputs):
    """Return the outputs of a function, however they are given."""
    if outputs is None:
        outputs = []
    elif isinstance(outputs, dict):
        outputs = list(outputs.values())
    elif not isinstance(outputs, (list, tuple)):
        outputs = [outputs]
    variables = [getattr(one, "variable", one) for one in outputs]
    return [one for one in variables if hasattr(one, "type")]


def _place(code, instruction, line):
    """Return line, column, last line and its column of an expression; Python 3.11 has them."""
    if not hasattr(code, "co_positions") or instruction < 0:
        return None
    for number, (first, last, column, end) in enumerate(code.co_positions()):
        if number == instruction // 2:
            return None if None in (first, last, column, end) else [first, column, last, end]
    return None


def _value(data):
    """Return the number that a constant is, or what tells it from others."""
    found = _scalar(data)
    if not found:
        large = getattr(data, "nbytes", LARGEST + 1) > LARGEST
        raw = str(id(data)) if large else repr((str(data.dtype), data.shape))
        digest = hashlib.sha256(raw.encode("ascii"))
        if not large:
            digest.update(data.tobytes())
        found = {"digest": digest.hexdigest()}
    return found


def _scalar(data):
    try:
        if getattr(data, "size", 1) == 1 and not isinstance(data, (str, type(""))):
            return {"value": repr(float(data))}
    except Exception:
        pass  # no number
    return {}


def _text(value):
    if value is None or not isinstance(value, bytes):
        return value if value is None else "%s" % (value,)
    return value.decode("utf-8", "replace")


def _libraries():
    paths = sysconfig.get_paths()
    names = ("stdlib", "platstdlib", "purelib", "platlib")
    return tuple(set(os.path.join(os.path.abspath(paths[name]), "") for name in names))


LIBRARIES = _libraries()
