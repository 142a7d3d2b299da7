"""Abstract values: what the interpreter knows of a Python value without running it.

An expression becomes a `Term` that keeps what it was made of, so that a check can
later ask which shared variables it takes the value of, and when. Which variables
are targets is known only once a collection is whole; until then every opaque
value is a possible shared variable.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Hashable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple


class TooLongError(Exception):
    """Something is longer than can be followed; says what it does: "takes too many steps"."""


class Arm(NamedTuple):
    """One way through a branching node.

    Args:
        branch: equal for branches that decide alike (two tests of one flag).
        name: which of the arms that they have in common; of tests, "body" where it holds.
    """

    branch: Hashable
    name: str
    node: ast.AST


Path = tuple[Arm, ...]


def meet(*paths: Path) -> bool:
    """Can one run of the program go through all of ``paths``?"""
    taken: dict[Hashable, str] = {}
    equal: dict[Hashable, Hashable] = {}
    for path in paths:
        for arm in path:
            if taken.setdefault(arm.branch, arm.name) != arm.name:
                return False
            if isinstance(arm.branch, Equals) and arm.name == "body":
                constant = arm.branch.constant
                if equal.setdefault(arm.branch.name, constant) != constant:
                    return False
    return True


def joined(*paths: Path) -> Path:
    """Return the branches on ``paths``, each once."""
    return tuple(dict.fromkeys(arm for path in paths for arm in path))


class Equals(NamedTuple):
    """The test ``name == constant``: a name cannot equal two constants in one run."""

    name: str
    constant: str


@dataclass(frozen=True, eq=False, slots=True)
class Use:
    """A value at the place and the moment at which the program takes it."""

    value: Value
    node: ast.expr
    moment: int
    path: Path


@dataclass(frozen=True, eq=False, slots=True)
class Called:
    """Which function a call calls, and how its operands are handed over.

    Args:
        function: its full name, as ``theano.tensor.sqrt``, where an import tells it; the
            name alone of a method or of what is not known; None for a function of the module.
        receiver: whether the first operand is the object whose method is called.
        keywords: the names of the last operands.
        returned: what the function of the module returns, where it was followed.
        node: where the call is written.
    """

    function: str | None
    receiver: bool
    keywords: tuple[str | None, ...]
    returned: Use | None = None
    node: ast.Call | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Term:
    """An expression: an operation, a label (a name, a constant) and its operands.

    ``identity`` is equal for two terms that are the same Python object: two loads
    of ``self.velocity``, the elements of ``params`` in two loops. ``called`` says how a
    call calls; an alias has it where a call hands its value to a parameter of that name.
    """

    op: str
    label: Hashable
    uses: tuple[Use, ...]
    identity: Hashable
    called: Called | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Entry:
    """One element of a sequence, or one key and value of a mapping.

    Args:
        key: the mapping's key; None in a sequence.
        value: the element or the value.
        moment: when it entered its container.
        begun: when the evaluation of what is written in the entry began, and
        ended: when it ended; reads between the two move with the entry.
        path: the branches under which it enters.
        many: whether one place in the program makes many of them (a loop).
        loop: the innermost loop, of those in its container's life, that makes them.
        there: since when it is in the container that holds it now.
    """

    key: Use | None
    value: Use
    moment: int
    begun: int
    ended: int
    path: Path
    many: bool
    loop: Loop | None = None
    there: int = 0

    def on(self, path: Path, *, many: bool, there: int) -> Entry:
        """Return the entry as it is in another container, or on other branches."""
        if path == self.path and many == self.many and there == self.there:
            return self
        return Entry(
            self.key,
            self.value,
            self.moment,
            self.begun,
            self.ended,
            path,
            many,
            self.loop,
            there,
        )


@dataclass(eq=False, slots=True)
class Loop:
    """A loop that the interpreter went through once for all its turns.

    Args:
        begun: when it began, and
        path: the branches that it stands in.
        bound: identities of what changes from turn to turn.
        ended: when it ended.
    """

    begun: int
    path: Path
    bound: frozenset[Hashable]
    ended: int = 0


@dataclass(frozen=True, eq=False, slots=True)
class Compilation:
    """A call that receives updates.

    Args:
        node: the call.
        certain: whether it is known to be the compile call of a backend.
        moment: when it ran, in how many loops, and in which branches.
        updates: what it receives as updates.
        inputs: its inputs, outputs and third positional argument, where given.
    """

    node: ast.Call
    certain: bool
    moment: int
    depth: int
    path: Path
    updates: Use | None
    inputs: Use | None
    outputs: Use | None
    third: Use | None


# When a container was read, and the identity of the key, or None for all of it.
Look = tuple[int, Hashable]


class Taken(NamedTuple):
    """What a container held, taken over by another one.

    Args:
        into: the other container.
        size: how many entries there were.
        look: the moment of the look that this was, or 0.
    """

    into: Container
    size: int
    look: int = 0


@dataclass(eq=False, slots=True)
class Container:
    """A list, tuple, generator, dict...: what entered it, in order.

    Args:
        kind: "list", "tuple", "generator" or "mapping".
        node: what made it, or the function whose yields fill it.
        depth: in how many loops it was made, and
        path: on which branches.
        begun: when its evaluation began, and
        ended: when it ended.
        entries: what entered it.
        rest: opaque values whose elements are in it too.
        names: the names it was bound to.
        expression: the first of them, as written.
        named: when it got that.
        compiled: whether it reaches the updates of a compile call.
        lazy: whether it can be walked through only once (a generator, a zip).
        looked_at: when it was read.
        taken: which other containers took over all that was in it.
    """

    kind: str
    node: ast.AST
    depth: int
    path: Path
    begun: int
    ended: int = 0
    entries: list[Entry] = field(default_factory=list)
    rest: list[Use] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    expression: ast.expr | None = None
    named: int = 0
    compiled: bool = False
    lazy: bool = False
    looked_at: list[Look] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)

    @property
    def size(self) -> int:
        """How much is known to be in it."""
        return len(self.entries) + len(self.rest)

    @property
    def identity(self) -> Hashable:
        """Two containers are the same object only where the interpreter has one."""
        return ("container", id(self))


@dataclass(frozen=True, eq=False, slots=True)
class Scan:
    """A call of scan.

    Args:
        node: the call.
        value: what it returns.
        step: the definition of the step, where the module has it.
        statement: the statement in which the call stands, and
        body: the function or module that this is a statement of.
    """

    node: ast.Call
    value: Value
    step: ast.AST | None
    statement: ast.stmt
    body: ast.AST


Value = Term | Container


class Environment:
    """Names and what they hold, in a scope inside others; a `ChainMap` that is quick to ask."""

    __slots__ = ("outer", "own")

    def __init__(
        self, own: dict[str, Value] | None = None, outer: Environment | None = None
    ) -> None:
        self.own: dict[str, Value] = {} if own is None else own
        self.outer = outer

    def get(self, name: str) -> Value | None:
        """Return what the innermost scope that knows ``name`` has for it."""
        current: Environment | None = self
        while current is not None:
            value = current.own.get(name)
            if value is not None:
                return value
            current = current.outer
        return None

    def inner(self, own: dict[str, Value] | None = None) -> Environment:
        """Return a scope inside this one."""
        return Environment(own, self)

    def attributes(self, owner: str) -> dict[str, Value]:
        """Return what is known of ``owner.x``, the inner scopes' values last."""
        scopes: list[Environment] = []
        current: Environment | None = self
        while current is not None:
            scopes.append(current)
            current = current.outer
        prefix = owner + "."
        found: dict[str, Value] = {}
        for scope in reversed(scopes):
            found.update((k, v) for k, v in scope.own.items() if k.startswith(prefix))
        return found


def dotted(node: ast.AST) -> str | None:
    """Return ``a.b.c`` for a chain of names, else None."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return None
    parts.append(node.id)
    return ".".join(reversed(parts))


def written(value: object) -> str:
    """Write a constant; of long numbers Python only writes the hexadecimal digits."""
    return hex(value) if isinstance(value, int) and value.bit_length() > 64 else repr(value)


def printable(text: str, kept: str = "") -> str:
    r"""Write as ``\x1b`` what would steer a terminal, break a line or is no text at all.

    Args:
        text: the text of a file, or what others say of it.
        kept: characters that stay as they are.
    """
    return "".join(
        one if one.isprintable() or one in kept else one.encode("unicode_escape").decode()
        for one in text
    )


def operands(value: Value) -> Iterable[Use]:
    """Return the uses that ``value`` was made of."""
    if isinstance(value, Term):
        return value.uses
    inside = list(value.rest)
    for entry in value.entries:
        if entry.key is not None:
            inside.append(entry.key)
        inside.append(entry.value)
    return inside


def walk(
    root: Use, parts: Callable[[Use], Iterable[Use]] = lambda use: operands(use.value)
) -> Iterator[Use]:
    """Visit ``root`` and the parts of each use, those of one value once."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        use = waiting.pop()
        yield use
        if id(use.value) not in seen:
            seen.add(id(use.value))
            waiting.extend(parts(use))


def original(value: Value) -> Value:
    """Follow plain renamings (``x = v``) to what they name."""
    while isinstance(value, Term) and value.op == "alias":
        value = value.uses[0].value
    return value


def handed(use: Use) -> Iterator[Use]:
    """Yield ``use`` and, where it is a parameter, what each call around hands to it."""
    while True:
        yield use
        value = use.value
        if not isinstance(value, Term) or value.op != "alias" or value.called is None:
            return
        use = value.uses[0]


def by_key(container: Container) -> list[list[Entry]]:
    """Return the entries of a mapping, those of one key together; an element stands alone."""
    groups: dict[Hashable, list[Entry]] = {}
    for entry in container.entries:
        own = id(entry) if entry.key is None else original(entry.key.value).identity
        groups.setdefault(own, []).append(entry)
    return list(groups.values())


def pair_of(entry: Entry) -> tuple[Use, Use] | None:
    """Return (target, new value) if ``entry`` is an update as far as its form tells."""
    if entry.key is not None:
        return entry.key, entry.value
    value = entry.value.value
    if (
        isinstance(value, Container)
        and value.kind in ("tuple", "list")
        and len(value.entries) == 2
        and not value.rest
        and not any(part.many for part in value.entries)
    ):
        return value.entries[0].value, value.entries[1].value
    return None
