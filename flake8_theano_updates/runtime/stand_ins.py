"""Write a stand-in for every name that a cut uses and does not define."""

from __future__ import annotations

import ast
import itertools
import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flake8_theano_updates.interpreter.values import dotted
from flake8_theano_updates.model import Fault
from flake8_theano_updates.runtime.cut import Cut
from flake8_theano_updates.runtime.module import Function, Module
from flake8_theano_updates.runtime.names import (
    GRADIENT_NAME,
    NUMBER_NAME,
    PARAMETER_NAME,
    SHARED_NAME,
)
from flake8_theano_updates.runtime.usage import MANY, Place, Usage, is_element

SHAPES = ("matrix", "scalar", "vector", "tensor4")
SHORT = 60  # characters of a list on one line
FILLED = ("zeros", "zeros_like", "ones", "ones_like")
KEYS = ("first", "second")
FIELD = "its_"
NUMBERS = (0.31, 0.17, 0.23, 0.41, 0.13, 0.37, 0.19, 0.29, 0.43, 0.11)


@dataclass(frozen=True)
class StandIns:
    """Lines of source that define the stand-ins.

    Args:
        lines: one statement each, with a comment on what it stands for.
        namespaces: the dotted names that stand for objects with attributes.
        attributes: the attributes that these have.
        fields: ids of the nodes that take an attribute of an object in a list, which has
            ``FIELD`` before its name: of nothing else that a program may meet.
    """

    lines: tuple[str, ...]
    namespaces: frozenset[str]
    attributes: frozenset[str]
    fields: frozenset[int] = frozenset()


def array(shape: str, position: int) -> str:
    """Write distinct positive values that differ for each ``position``."""
    first = 21 + 13 * (position % 5) + 3 * (position // 5)
    one, two, three, four = (f"{(first + step) / 100:.2f}" for step in (0, 5, 9, 16))
    if shape == "scalar":
        return f"numpy.array({one})"
    if shape == "vector":
        return f"numpy.array([{one}, {two}])"
    if shape == "tensor4":
        return f"numpy.array([[[[{one}, {two}], [{three}, {four}]]]])"
    return f"numpy.array([[{one}, {two}], [{three}, {four}]])"


def full(shape: str, values: str) -> str:
    """Write an array of "zeros" or "ones"."""
    lengths = {"scalar": "()", "vector": "(2,)", "tensor4": "(1, 1, 2, 2)"}.get(shape, "(2, 2)")
    return f"numpy.{values}({lengths})"


def stand_ins(cut: Cut, usage: Usage, fault: Fault, module: Module, shape: str) -> StandIns:
    """Choose and write the stand-ins of ``cut``."""
    writer = _Writer(cut, usage, fault, module, shape)
    roots = [place for place in usage.facts if len(place) == 1]
    if ("self",) not in roots and any("." in name for name, _ in cut.helpers):
        usage.facts["self",] = {"namespace"}
        roots.append(("self",))
    for root in sorted(roots):
        writer.write(root)
    lines = [line for rank in sorted(writer.lines) for line in writer.lines[rank]]
    return StandIns(
        tuple(lines),
        frozenset(writer.namespaces),
        frozenset(writer.attributes),
        frozenset(usage.fields),
    )


class _Writer:
    """Writes each place once, in an order in which everything is there when it is needed."""

    def __init__(self, cut: Cut, usage: Usage, fault: Fault, module: Module, shape: str) -> None:
        # 0 objects, 1 variables, 2 what is computed from them, 3 what calls them
        self.lines: dict[int, list[str]] = {0: [], 1: [], 2: [], 3: []}
        self.namespaces: set[str] = set()
        self.attributes: set[str] = set()
        self._cut = cut
        self._usage = usage
        self._module = module
        self._shape = shape
        self._arrays = itertools.count()
        self._numbers = itertools.cycle(NUMBERS)
        self._texts = itertools.count()

    def write(self, place: Place) -> None:
        usage = self._usage
        path = _path(place)
        attributes = [child for child in usage.children(place) if child[-1][0] == "."]
        if attributes or (usage.has(place, "namespace") and not usage.has(place, "target")):
            self.lines[0].append(f"{path} = StandIn()")
            self.namespaces.add(path)
            for child in attributes:
                self.attributes.add(child[-1][1:])
                self.write(child)
            return
        kind = self._kind(place)
        if kind == "callable":
            self._write_callable(place, path)
            return
        rank = {"gradient": 2, "gradients": 2, "cost": 2, "mapping": 2}.get(kind, 1)
        comment = self._comment(place, kind)
        self._define(rank, path, self._expression(place), comment)

    def _define(self, rank: int, path: str, value: str, comment: str) -> None:
        if "\n" in value:
            self.lines[rank].append(f"# {path} {comment}")
            self.lines[rank].append(f"{path} = {value}")
        else:
            self.lines[rank].append(f"{path} = {value}  # {comment}")

    def _write_callable(self, place: Place, path: str) -> None:
        result = (*place, "()")
        comment = "  # stands for a function"
        role = self._role(place)
        if role in ("smooth_function", "array_function", "new_shared", "RandomState().randn"):
            self.lines[3].append(f"{path} = {role}{comment}")
            return
        if role == "list":
            value = _path(result)
            self._define(1, value, self._expression(result), f"is what {path} returns")
        else:
            pairs = "collections.OrderedDict()" if self._usage.has(result, "stored") else "[]"
            value = {"pairs": pairs, "cost": self._cost()}.get(role) or self._gradient(result)
        self.lines[3].append(f"{path} = lambda *given, **named: {value}{comment}")

    def _role(self, place: Place) -> str:
        """Return what the function at ``place`` has to return."""
        usage = self._usage
        result = (*place, "()")
        name = place[-1].lstrip(".")
        kind = self._kind(result)
        if name in ("randn", "rand"):
            return "RandomState().randn"
        if usage.has(result, "pairs") and not usage.has(result, "iterated"):
            return "pairs"
        if usage.has(result, "cost"):
            return "cost"
        if kind in ("list", "gradients"):
            return "gradient" if GRADIENT_NAME.search(name) or kind == "gradients" else "list"
        if kind in ("tuple", "mapping"):
            return "list"
        if usage.has(result, "target", "read", "wrt", "uses:get_value"):
            return "new_shared"
        if usage.has(result, "array"):
            return "array_function"
        if SHARED_NAME.search(name):
            return "new_shared"
        return "gradient" if GRADIENT_NAME.search(name) else "smooth_function"

    def _is_reachable(self, place: Place) -> bool:
        """Does a stand-in have a name by which others can use it?"""
        if _is_inner(place):
            return False
        return "()" not in place or (place[-1] == "()" and self._role(place[:-1]) == "list")

    def _kind(self, place: Place) -> str:
        usage = self._usage
        steps = {child[-1] for child in usage.children(place)}
        target = usage.has(place, "target", "read")
        if usage.has(place, "dtype"):
            return "dtype"
        if usage.has(place, "text"):
            return "text"
        if usage.has(place, "named"):
            return "named"
        if usage.has(place, "or") and self._is_none(place):
            return "none"
        if "()" in steps or usage.has(place, "called"):
            return "callable"
        if usage.has(place, "cost"):
            return "cost"
        if any(step.startswith("['") for step in steps):
            return "keywords"
        if "k" in steps or (usage.has(place, "mapping") and "v" in steps):
            return "mapping"
        if "#0" in steps or "#1" in steps:
            return "tuple"
        if is_element(place) and not target and any(step[0] == "." for step in steps):
            return "object"
        filled = usage.has(place, "stored") and not usage.has(place, "iterated", "grown")
        if "[]" in steps and not target and not filled and not usage.has(place, "tensor"):
            inner = (*place, "[]")
            return "gradients" if self._kind(inner) == "gradient" else "list"
        if target:
            return "shared"
        if usage.has(place, "stored"):
            return "empty mapping"
        if usage.has(place, "pairs", "grown"):
            return "pairs"
        if usage.has(place, "iterated"):
            return "list"
        if usage.has(place, "wrt", "uses:get_value", "uses:broadcastable", "uses:set_value"):
            return "shared"
        if usage.has(place, "size") and self._default(place) is None:
            return "size"
        names = usage.names(place) or usage.names(place[:-1])
        if place[-1] == "[]":
            names = names + usage.names(place[:-1])
        if any(NUMBER_NAME.search(name) for name in names):
            return "number"
        if any(GRADIENT_NAME.search(name) for name in names):
            return "gradient"
        if self._default(place) is not None:
            return "number"
        if place[-1] == "[]" and self._beside_target(place):
            return "gradient"
        if usage.has(place, "tensor", "sliced"):
            return "tensor"
        return "number"

    def _is_none(self, place: Place) -> bool:
        """Is None the default of this parameter?"""
        if len(place) > 1 or not isinstance(self._cut.scope, Function):
            return False
        default = defaults(self._cut.scope).get(place[0])
        return isinstance(default, ast.Constant) and default.value is None

    def _beside_target(self, place: Place) -> bool:
        partners = self._usage.partners
        near = {place, partners.get(place, ())}
        near |= {one for one, other in partners.items() if other in near}
        return any(self._usage.has(one, "target") for one in near if one)

    def _expression(self, place: Place) -> str:
        usage = self._usage
        kind = self._kind(place)
        if kind == "shared":
            return self._shared(place)
        if kind == "tensor":
            return f"theano.tensor.as_tensor_variable({array(self._shape, next(self._arrays))})"
        if kind in ("gradient", "gradients"):
            return self._gradient(place)
        if kind == "cost":
            return self._cost()
        if kind == "list":
            inner = (*place, "[]")
            if inner not in usage.facts:
                return "[]"
            return _in_brackets([self._expression(inner) for _ in range(usage.longest)])
        if kind == "tuple":
            last = max(int(c[-1][1:]) for c in usage.children(place) if c[-1][0] == "#")
            parts = []
            for step in range(last + 1):
                inner = (*place, f"#{step}")
                parts.append(self._expression(inner) if inner in usage.facts else "0.5")
            return f"({', '.join(parts)},)"
        if kind == "mapping":
            return self._mapping(place)
        if kind == "object":
            return self._object(place)
        if kind == "keywords":
            entries = (
                f"{child[-1][1:-1]}: {self._expression(child)}" for child in usage.children(place)
            )
            return "{" + ", ".join(entries) + "}"
        if kind == "size":
            return repr(MANY)
        if kind == "text":
            return repr(f"{[*usage.names(place), 'name'][0]}_{next(self._texts)}")
        if kind == "named":
            return f"ByName(lambda: {self._expression((*place, 'v'))})"
        if kind == "dtype":
            return '"float64"'
        if kind == "none":
            return "None"
        if kind == "pairs":
            return "[]"
        if kind == "empty mapping":
            return "collections.OrderedDict()"
        if kind == "callable":
            result = (*place, "()")
            return "new_shared" if usage.has(result, "target", "read") else "smooth_function"
        return self._default(place) or repr(next(self._numbers))

    def _object(self, place: Place) -> str:
        fields = [child for child in self._usage.children(place) if child[-1][0] == "."]
        values = [f"{FIELD}{field[-1][1:]}={self._field(field)}" for field in fields]
        return _in_brackets(values, "StandIn(", ")")

    def _field(self, place: Place) -> str:
        if self._kind(place) in ("gradient", "cost"):
            # What it is taken of may have no name, or none yet.
            return f"theano.tensor.as_tensor_variable({array(self._shape, next(self._arrays))})"
        return self._expression(place)

    def _mapping(self, place: Place) -> str:
        if any(self._usage.has(key, "text") for key in self._keys(place)):
            inner = (*place, "v")
            values = [self._expression(inner) for _ in range(MANY)]
            entries = (f"({name!r}, {value})" for name, value in zip(KEYS, values, strict=True))
            return f"collections.OrderedDict({_in_brackets(list(entries))})"
        wrt = self._wrt(place)
        if not wrt:
            keys = (*place, "k")
            wrt = f"[{', '.join(self._new_shared(keys) for _ in range(self._usage.longest))}]"
        inner = (*place, "v")
        value = "0.9 * p - 0.1"
        if self._usage.has(inner, "target", "read", "uses:get_value"):
            value = "new_shared(p)"
        elif self._kind(inner) == "callable":
            value = "smooth_function"
        return f"collections.OrderedDict((p, {value}) for p in {wrt})"

    def _keys(self, place: Place) -> Iterator[Place]:
        """Yield the places of what stands for a key of a mapping."""
        yield (*place, "k")
        yield (*place, "[]")
        if place in self._usage.keys:
            yield self._usage.keys[place]

    def _shared(self, place: Place) -> str:
        known = self._initial(place)
        if known is not None:
            return f"theano.shared({known})"
        return self._new_shared(place)

    def _new_shared(self, place: Place) -> str:
        position = next(self._arrays)
        named = ""
        if self._usage.has(place, "uses:name"):
            name = [*self._usage.names(place), "variable"][0]
            named = f', "{name}_{position}"'
        return f"theano.shared({array(self._shape, position)}{named})"

    def _cost(self) -> str:
        paths = list(self._differentiated())
        return f"cost_of({paths[0] if len(paths) == 1 else ' + '.join(map(_as_list, paths))})"

    def _differentiated(self) -> Iterator[str]:
        """Yield the stand-ins that a cost depends on."""
        usage = self._usage
        found: dict[str, bool] = {}
        for place in usage.facts:
            base = place[:-1] if place[-1] == "[]" else place
            if usage.has(place, "wrt", "target") and base and self._is_reachable(base):
                several = base != place or self._kind(base) == "list"
                text = f"listed({_path(base)})" if several else _path(base)
                likely = usage.has(place, "wrt") or any(
                    PARAMETER_NAME.search(name) for name in usage.names(base) + usage.names(place)
                )
                found[text] = found.get(text, False) or likely
        if any(found.values()):
            yield from (path for path, likely in found.items() if likely)
        else:
            yield from found

    def _gradient(self, place: Place) -> str:
        wrt = self._wrt(place)
        if not wrt:
            several = self._kind(place) in ("gradients", "list")
            value = f"theano.tensor.as_tensor_variable({array(self._shape, next(self._arrays))})"
            return _in_brackets([value] * self._usage.longest) if several else value
        return f"theano.grad(cost_of({wrt}), {wrt})"

    def _wrt(self, place: Place) -> str:
        """Return the stand-in that a gradient at ``place`` is taken for, or an empty string."""
        usage = self._usage
        many = self._kind(place) in ("gradients", "list", "mapping")
        candidates: list[tuple[int, Place]] = []
        own = usage.names(place)
        for other in usage.facts:
            is_element = other[-1] == "[]"
            base = other[:-1] if is_element else other
            if is_element != many or base[: len(place)] == place:
                continue
            if not base or not self._is_reachable(base):
                continue
            if usage.has(other, "target") or usage.has(base, "wrt"):
                names = usage.names(base) + usage.names(other)
                score = max((len(n) for n in names for o in own if o.endswith(n)), default=0)
                score = 10 * score + any(PARAMETER_NAME.search(name) for name in names)
                candidates.append((score, base))
        if not candidates:
            return ""
        best = max(candidates, key=lambda entry: entry[0])
        return _path(best[1])

    def _comment(self, place: Place, kind: str) -> str:
        if kind == "number" and self._is_settled(place):
            return "has the value that leads to this branch"
        if kind in ("number", "none") and self._default(place) is not None:
            return "has its usual value"
        return {
            "shared": "stands for a variable",
            "tensor": "stands for an expression",
            "gradient": "stands for a gradient",
            "gradients": "stands for the gradients",
            "cost": "stands for the cost",
            "list": "stands for a list",
            "tuple": "stands for its parts",
            "pairs": "stands for other updates",
            "mapping": "stands for a mapping",
            "empty mapping": "stands for a mapping",
            "keywords": "stands for a mapping",
            "dtype": "stands for a type",
            "size": "stands for a size",
            "text": "stands for a text",
            "named": "stands for a mapping",
            "none": "has its usual value",
        }.get(kind, "stands for a number")

    def _default(self, place: Place) -> str | None:
        """Return the known value of a number; not 0, which would hide what it multiplies."""
        if self._is_settled(place):
            return repr(self._cut.settled[_path(place)])
        node: ast.expr | None = self._usage.defaults.get(place)
        if node is None and len(place) == 1 and isinstance(self._cut.scope, Function):
            node = defaults(self._cut.scope).get(place[0])
        if node is None and len(place) == 2 and place[0] == "self":
            made = self._made(place[1][1:])
            if made is not None and made.shared and made.known is not None:
                known = floating(made.known)
                return None if known in ("0.0", None) else f"theano.shared({known})"
            node = made.known if made else None
        text = number(node)
        if text is None and isinstance(node, ast.Constant) and isinstance(node.value, (bool, str)):
            return repr(node.value)
        return None if text is None or float(ast.literal_eval(text)) == 0 else text

    def _is_settled(self, place: Place) -> bool:
        """Does a test ask for one value, rather than for any number but 0?"""
        value = self._cut.settled.get(_path(place))
        return value is not None and not (value is True and self._usage.has(place, "operand"))

    def _initial(self, place: Place) -> str | None:
        """Return the known initial value of a shared variable."""
        if place[0] != "self" or len(place) < 2 or place[2:] not in ((), ("[]",)):
            return None
        made = self._made(place[1][1:])
        if made is None or made.listed != (place[2:] == ("[]",)):
            return None
        if made.filled is not None:
            return full(self._shape, made.filled)
        return floating(made.known) if made.known is not None else None

    def _made(self, name: str) -> _Made | None:
        """Return what ``self.name`` is made of in ``__init__``."""
        for init in self._module.methods(self._cut.owner, "__init__"):
            given = defaults(init)
            for node in ast.walk(init):
                if isinstance(node, ast.Assign) and any(
                    dotted(target) == f"self.{name}" for target in node.targets
                ):
                    if isinstance(node.value, ast.ListComp):
                        return replace(self._origin(node.value.elt, given), listed=True)
                    return self._origin(node.value, given)
            if name in given and "__dict__" in {
                inner.attr for inner in ast.walk(init) if isinstance(inner, ast.Attribute)
            }:
                return _Made(given[name])
        return None

    def _origin(self, value: ast.expr, given: dict[str, ast.expr]) -> _Made:
        made = _Made()
        while isinstance(value, ast.Call):
            name = (dotted(value.func) or "").rpartition(".")[2]
            if name in FILLED:
                return replace(made, filled=name.partition("_")[0])
            if name in ("get", "pop") and len(value.args) == 2:
                value = value.args[1]
            elif value.args and _hands_on(name):
                made = replace(made, shared=made.shared or bool(SHARED_NAME.search(name)))
                value = value.args[0]
            else:
                return made
        if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mult):
            if "0.0" in (floating(value.left), floating(value.right)):
                return replace(made, filled="zeros")
        if isinstance(value, ast.Name):
            return made if value.id not in given else replace(made, known=given[value.id])
        return replace(made, known=value)


@dataclass(frozen=True)
class _Made:
    """What an attribute is made of.

    Args:
        known: the expression in the middle of the calls that hand it on.
        shared: one of these makes a shared variable.
        filled: "zeros" or "ones", for an array of these.
        listed: it is a list of such.
    """

    known: ast.expr | None = None
    shared: bool = False
    filled: str | None = None
    listed: bool = False


def _hands_on(name: str) -> bool:
    """Does a function's name say that it hands on the value of its argument?"""
    return (
        bool(SHARED_NAME.search(name))
        or "float" in name.lower()
        or name in ("int", "cast", "array", "asarray", "constant", "as_tensor_variable")
    )


def defaults(function: Function) -> dict[str, ast.expr]:
    """Return the default of each parameter that has one."""
    arguments = function.args
    plain = [*arguments.posonlyargs, *arguments.args]
    found = {
        argument.arg: value
        for argument, value in zip(
            plain[len(plain) - len(arguments.defaults) :], arguments.defaults, strict=True
        )
    }
    for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            found[argument.arg] = default
    return found


def number(node: ast.expr | None) -> str | None:
    """Return the source of a plain number, or None."""
    if node is None:
        return None
    try:
        value = ast.literal_eval(node)
        float(value)
    except (ValueError, SyntaxError, TypeError, OverflowError):
        return None
    return repr(value) if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def floating(node: ast.expr) -> str | None:
    """Return the source of a plain number as a float."""
    text = number(node)
    return None if text is None else repr(float(ast.literal_eval(text)))


def _is_inner(place: Place) -> bool:
    """Is this place inside of a list, a tuple or a mapping?"""
    return any(step[0] in "[#kv" and step not in (place[0],) for step in place[1:])


def _in_brackets(values: list[str], opening: str = "[", closing: str = "]") -> str:
    line = f"{opening}{', '.join(values)}{closing}"
    if len(line) <= SHORT:
        return line
    inside = "".join(textwrap.indent(f"{value},\n", "    ") for value in values)
    return f"{opening}\n{inside}{closing}"


def _as_list(path: str) -> str:
    return path if path.startswith("listed(") else f"[{path}]"


def _path(place: Place) -> str:
    """Write a place as a dotted name; what a call returns gets a name of its own."""
    text = ""
    for step in place:
        if step == "()":
            text = re.sub(r"[._]+", "_", text).strip("_") + "_result"
        else:
            text += step
    return text
