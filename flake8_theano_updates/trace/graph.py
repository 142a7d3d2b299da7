"""The graph of a compiled function, and the questions that are asked of it."""

from __future__ import annotations

import re
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from flake8_theano_updates.trace.recorded import Chain, Function, Node, Variable

# What only passes a value on, as a number of another type or of other dimensions.
_PASSING = frozenset(
    "Cast Identity DeepCopyOp Rebroadcast Unbroadcast SpecifyShape TensorFromScalar "
    "ScalarFromTensor ViewOp DisconnectedGrad ZeroGrad TensorCopy".split()
)
# What takes the shape of a value and not the value.
_SHAPES = frozenset({"Shape", "Shape_i"})
_COMMUTING = frozenset({"Add", "Mul", "Maximum", "Minimum", "ScalarMaximum", "ScalarMinimum"})
_ARITHMETIC = frozenset({"Add", "Sub", "Mul", "TrueDiv", "Neg", "Pow", "Sqr", "IntDiv", "Mod"})
SWITCHES = frozenset({"Switch", "IfElse"})
_HYPERPARAMETER = re.compile(
    r"(^|_)(lr|eta|alpha|beta\d?|gamma|rho|mu|eps|epsilon|momentum|decay|rate|step|learning_?rate)"
    r"(_|\d*$)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Pair:
    """One update.

    Args:
        position: its place in the list.
        target: the number of the variable that is updated.
        new: the number of its new value.
        default: whether it stands in no list, and the backend has added it.
    """

    position: int
    target: int
    new: int
    default: bool


@dataclass(frozen=True)
class Read:
    """One place where a new value takes a shared variable.

    Args:
        node: what takes it.
        result: the number of what that node computes.
        operand: which operand of the node it is.
        target: the number of the shared variable.
    """

    node: Node
    result: int
    operand: int
    target: int


class Graph:
    """Answers questions on one function; variables go by their numbers.

    Args:
        names: what the program calls its shared variables, by number.
    """

    def __init__(self, function: Function, names: Mapping[int, str]) -> None:
        self.function = function
        self.variables = function.variables
        self.names = names
        given = len(function.updates)
        self.pairs = tuple(
            Pair(position, *pair, default=position >= given)
            for position, pair in enumerate((*function.updates, *function.defaults))
        )
        self.by_target = {pair.target: pair for pair in self.pairs}
        self._ancestors: dict[int, frozenset[int]] = {}

    def __getitem__(self, number: int) -> Variable:
        return self.variables[number]

    def operands(self, number: int) -> tuple[int, ...]:
        """Return what a variable's value is computed from, without what gives only its shape."""
        node = self[number].node
        if node is None or node.operation.name in _SHAPES:
            return ()
        return node.inputs[1:] if node.operation.name == "Second" else node.inputs

    def name(self, number: int) -> str:
        """Return the operation that computes a variable, or "" where there is none."""
        node = self[number].node
        return "" if node is None else node.operation.name

    def name_of(self, number: int) -> str:
        """Return what the program calls a variable, or ""."""
        return self[number].name or self.names.get(number, "")

    def called(self, number: int) -> str:
        """Return what messages call a variable: as the text does, else by its own name."""
        return self.names.get(number) or self[number].name or "an unnamed variable"

    def made(self, number: int) -> Chain:
        """Return where a variable, or what computes it, was made."""
        variable = self[self.plain(number)]
        return variable.made if variable.node is None else variable.node.made

    def passes(self, number: int) -> bool:
        """Is this its first operand, in another type or with new dimensions?"""
        node = self[number].node
        if node is None:
            return False
        operation = node.operation
        if operation.moved is not None:
            kept = [one for one in operation.moved if one != "x"]
            return kept == sorted(kept, key=int)
        return operation.name in _PASSING or operation.whole or operation.name == "Second"

    def plain(self, number: int) -> int:
        """Return what a variable is, without what only passes it on."""
        while self.passes(number):
            number = self.operands(number)[0]
        return number

    def moved(self, number: int) -> int:
        """Return the same, without transposition either."""
        while self.passes(number) or self.name(number) == "DimShuffle":
            number = self.operands(number)[0]
        return number

    def ancestors(self, number: int, *, gradients: bool = True) -> frozenset[int]:
        """Return what a variable is computed from, and itself.

        Args:
            gradients: whether what gradients are computed from, and are taken of, is among it.
        """
        if gradients and number in self._ancestors:
            return self._ancestors[number]
        seen: set[int] = set()
        waiting = [number]
        while waiting:
            one = waiting.pop()
            if one in seen:
                continue
            node = self[one].node
            if not gradients and node is not None and node.gradient:
                continue
            seen.add(one)
            waiting.extend(self.operands(one))
            if gradients and node is not None:
                waiting.extend(node.costs)
        found = frozenset(seen)
        if gradients:
            self._ancestors[number] = found
        return found

    def targets_of(self, number: int) -> frozenset[int]:
        """Return the updated variables whose values this takes, other than in gradients."""
        return self.ancestors(number, gradients=False) & self.by_target.keys()

    def reads(self, pair: Pair) -> Iterator[Read]:
        """Yield the reads of other updated variables in a new value, in the program's order.

        A draw starts from a generator; that is no read.
        """
        inside = self.ancestors(pair.new, gradients=False)
        found = []
        for result in inside:
            node = self[result].node
            if node is None or self.passes(result):
                continue
            taken = set(self.operands(result))
            for operand, given in enumerate(node.inputs):
                variable = self.plain(given)
                if given not in taken or self[variable].generator:
                    continue
                if variable in self.by_target and variable != pair.target:
                    found.append(Read(node, result, operand, variable))
        yield from sorted(found, key=lambda read: (read.node.serial, read.operand))

    @cached_property
    def keys(self) -> list[int]:
        """A number for each variable: equal where the same is computed."""
        known: dict[Hashable, int] = {}
        keys: list[int] = []
        for number, variable in enumerate(self.variables):
            keys.append(
                keys[self.plain(number)]
                if self.passes(number)
                else known.setdefault(self._made_of(number, variable, keys), len(known))
            )
        return keys

    def _made_of(self, number: int, variable: Variable, keys: list[int]) -> Hashable:
        node = variable.node
        if variable.kind == "constant":
            return "constant", variable.value, variable.digest
        if node is None:
            return number
        inputs: Iterable[int] = (keys[one] for one in node.inputs)
        if node.operation.name in _COMMUTING:
            inputs = sorted(inputs)
        operation = node.operation
        names = _COMMUTING | _ARITHMETIC
        what: Hashable = operation.name if operation.name in names else operation.number
        return what, variable.index, tuple(inputs)

    def is_number(self, number: int) -> bool:
        """Is this made of numbers and hyperparameters alone?"""
        return all(
            self._is_hyperparameter(one) for one in self.ancestors(number) if self[one].node is None
        )

    def _is_hyperparameter(self, number: int) -> bool:
        variable = self[number]
        if variable.kind == "constant":
            return variable.value is not None
        if variable.kind == "shared":
            return variable.ndim == 0 and number not in self.by_target
        return variable.ndim == 0 and bool(_HYPERPARAMETER.search(variable.name or ""))

    def arms(self, number: int) -> Iterator[int]:
        """Yield what a variable may be, in each arm of its switches."""
        waiting = [number]
        while waiting:
            one = self.moved(waiting.pop())
            if self.name(one) in SWITCHES:
                waiting.extend(self.operands(one)[1:])
            else:
                yield one
