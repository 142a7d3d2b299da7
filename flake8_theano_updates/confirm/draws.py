"""The program of a finding on a random generator, and what its numbers say."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_theano_updates.confirm.expressions import Line, identifier
from flake8_theano_updates.confirm.steps import Step
from flake8_theano_updates.model import Drawn, GeneratorFault, Origin, Verdict
from flake8_theano_updates.options import PYTHON
from flake8_theano_updates.values import Container, Term, Use, original

TURNS = 3
CALLS = 3
NO_GENERATORS = (
    "{name} has no generators that are variables; name an interpreter that has PyTensor or "
    f"Aesara ({PYTHON}=PATH in the environment)"
)
# A side of an array that is longer becomes 2.
_LONGEST = 10
# What stands for arguments that are not known.
_EXAMPLES: dict[str, tuple[object, ...]] = {
    "bernoulli": (0.4,),
    "beta": (2.0, 3.0),
    "betabinom": (10, 2.0, 3.0),
    "binomial": (10, 0.4),
    "categorical": ([0.2, 0.3, 0.5],),
    "chisquare": (3.0,),
    "choice": (10,),
    "dirichlet": ([1.0, 2.0, 3.0],),
    "gamma": (2.0, 1.0),
    "geometric": (0.4,),
    "hypergeometric": (9, 9, 5),
    "integers": (0, 100),
    "invgamma": (2.0, 1.0),
    "multinomial": (5, [0.2, 0.3, 0.5]),
    "multivariate_normal": ([0.0, 0.0], [[1.0, 0.0], [0.0, 1.0]]),
    "nbinom": (5, 0.4),
    "negative_binomial": (5, 0.4),
    "pareto": (3.0, 1.0),
    "permutation": (10,),
    "poisson": (3.0,),
    "t": (3.0, 0.0, 1.0),
    "triangular": (0.0, 0.5, 1.0),
    "vonmises": (0.0, 1.0),
    "wald": (1.0, 1.0),
    "weibull": (2.0,),
    "exponential": (2.0,),
    **dict.fromkeys(
        "normal uniform laplace logistic lognormal gumbel cauchy halfcauchy halfnormal".split(),
        (0.0, 1.0),
    ),
    **dict.fromkeys(("standard_normal", "standard_cauchy", "standard_exponential"), ()),
}
_RANDOM = "theano.tensor.random"
# The words that may stand in a program.
_PARAMETERS = frozenset(
    "a alpha b beta c cov df high k kappa lam left loc low lower m mean mode mu n nbad ngood "
    "nsample nu p pvals rate right scale shape sigma upper".split()
)
_OF_THE_CALL = ("rng", "return_next_rng", "size", "dtype", "name")


class _UnknownError(Exception):
    """An argument is no number of the file."""


@dataclass(frozen=True)
class Drawing:
    """The part of a program that is written for a finding on a generator.

    Args:
        build: its function ``build``.
        names: what it calls the numbers, and
        labels: what the file calls them.
        stand_ins: what it holds in the place of what is not known, a phrase each.
    """

    build: str
    names: tuple[str, ...]
    labels: tuple[str, ...]
    stand_ins: tuple[str, ...]


def drawing_of(
    fault: GeneratorFault, step: Step, origin: Origin, reserved: frozenset[str]
) -> Drawing:
    """Write what a function draws, as it is and as it should be.

    Args:
        reserved: names that mean something else in the program.
    """
    writer = _Writer(fault, step, origin, reserved)
    lines = list(writer.lines())
    body = "\n".join(map(str, lines))
    first = (0, fault.told[-1]) if fault.kind == "early" else fault.told
    order = dict.fromkeys([*first, *range(len(fault.draws))])
    numbers = [one for place in order for one in writer.numbers[place]]
    names = tuple(name for name, _ in numbers)
    labels = [label for _, label in numbers]
    told_apart = tuple(
        f"{label} ({labels[:place].count(label) + 1})" if labels.count(label) > 1 else label
        for place, label in enumerate(labels)
    )
    handed_on = writer.stored()
    end = f"    return rng, {handed_on}, [{', '.join(names)}]"
    return Drawing(
        f"def build(mended):\n{body}\n{end}\n", names, told_apart, tuple(writer.stand_ins())
    )


class _Writer:
    """Writes the draws of one function, one line each."""

    def __init__(
        self, fault: GeneratorFault, step: Step, origin: Origin, reserved: frozenset[str]
    ) -> None:
        self.fault = fault
        self.step = step
        self.place = origin.place
        self.taken = {*reserved, "mended", "rng"}
        self.notes: list[str] = []
        self.numbers: list[list[tuple[str, str]]] = []
        self.next: list[str] = []

    def lines(self) -> Iterator[Line]:
        """Yield the lines of the body."""
        called = self.fault.generator if self.fault.generator.isprintable() else "the generator"
        yield Line("rng = generator()", f"{called}, with a seed of its own")
        for place, drawn in enumerate(self.fault.draws):
            written, right = self._start(drawn.start), self._start(drawn.right)
            arguments = self._arguments(drawn)
            self.numbers.append([])
            for turn in range(TURNS) if drawn.turns != "once" else [None]:
                suffix = "" if turn is None else f"_{turn}"
                label = drawn.name if turn is None else f"{drawn.name}[{turn}]"
                name = self._free(identifier(drawn.name) + suffix)
                following = self._free(f"after_{name}")
                source = written if written == right else f"{right} if mended else {written}"
                yield Line(
                    f"{following}, {name} = drawn_from({source}, {arguments})",
                    self.place(drawn.node.lineno),
                )
                self.numbers[-1].append((name, label))
                if drawn.turns == "on":
                    written = following
                if drawn.turns == "on" or self.fault.told == (place,):
                    right = following
            self.next.append(following)

    def _start(self, place: int | None) -> str:
        return "rng" if place is None else self.next[place]

    def stored(self) -> str:
        """Write which generator the function stores."""
        written, right = (
            "None" if place is None else self.next[place]
            for place in (self.fault.stored, self.fault.right)
        )
        return written if written == right else f"{right} if mended else {written}"

    def _free(self, base: str) -> str:
        name, number = base, 2
        while name in self.taken:
            name, number = f"{base}_{number}", number + 1
        self.taken.add(name)
        return name

    def _arguments(self, drawn: Drawn) -> str:
        """Write the distribution and what it is given."""
        distribution = str(drawn.call.label)
        size = self._size(drawn)
        if not self.step.own_cost or distribution not in _EXAMPLES:
            if distribution == "scan":
                self.notes.append(
                    f"{drawn.name}: a scan of {TURNS} turns that draws normal numbers"
                )
            else:
                self.notes.append(f"{drawn.name}: a normal draw in the place of {distribution}")
            return ", ".join([f"{_RANDOM}.normal", "0.0", "1.0", *size])
        try:
            given = [repr(_literal(use)) for use in _positional(drawn.call)]
            given += [f"{name}={_literal(use)!r}" for name, use in _keywords(drawn.call)]
        except _UnknownError:
            given = list(map(repr, _EXAMPLES[distribution]))
            self.notes.append(f"{drawn.name}: other arguments")
        return ", ".join([f"{_RANDOM}.{distribution}", *given, *size])

    def _size(self, drawn: Drawn) -> list[str]:
        called = drawn.call.called
        if called is None or "size" not in called.keywords:
            return []
        first = len(drawn.call.uses) - len(called.keywords)
        try:
            size = _literal(drawn.call.uses[first + called.keywords.index("size")])
        except _UnknownError:
            self.notes.append(f"{drawn.name}: another size")
            size = 2
        sides = size if isinstance(size, list) else [size]
        shown = [side if side <= _LONGEST else 2 for side in sides if isinstance(side, int)]
        return [f"size={tuple(shown)!r}"] if len(shown) == len(sides) else []

    def stand_ins(self) -> Iterator[str]:
        """Yield what is not the file's own."""
        kept = "distributions, arguments and sizes" if self.step.own_cost else "chain of draws"
        yield f"the {kept} that the file shows"
        yield f"{self.fault.generator}: a generator with a seed of its own"
        yield from dict.fromkeys(self.notes)


def _positional(call: Term) -> Sequence[Use]:
    called = call.called
    assert called is not None
    return call.uses[int(called.receiver) : len(call.uses) - len(called.keywords)]


def _keywords(call: Term) -> Iterator[tuple[str, Use]]:
    called = call.called
    assert called is not None
    given = call.uses[len(call.uses) - len(called.keywords) :]
    for name, use in zip(called.keywords, given, strict=True):
        if name not in _OF_THE_CALL:
            if name not in _PARAMETERS:
                raise _UnknownError
            yield name, use


def _literal(use: Use) -> object:
    """Return a number of the file, or a list of such.

    Raises:
        _UnknownError: if it is neither.
    """
    value = original(use.value)
    if isinstance(value, Container):
        if value.kind == "mapping" or value.rest:
            raise _UnknownError
        return [_literal(entry.value) for entry in value.entries]
    if value.op == "number":
        return _literal(value.uses[0])
    if value.op == "const" and value.label is None:
        return None
    # What is not finite, or has thousands of digits, is no number to print.
    if value.op == "const" and isinstance(value.label, (int, float)) and abs(value.label) < 2**53:
        return value.label
    raise _UnknownError


def told_of(fault: GeneratorFault, verdict: Verdict) -> str:
    """Say in a sentence what the numbers of calls show.

    Of arrays the first number is told in which the program as written and the one as meant part.
    """
    rows, right = verdict.as_compiled, verdict.with_new_value
    names = verdict.names
    match fault.kind:
        case "reused" if len(fault.told) == 1:
            same = all(_begins_alike(row[0], one) for row in rows[1:] for one in row[1:TURNS])
            what = "the same number" if same else "made of the same random bits"
            at = _apart(rows[1][1], right[1][1])
            (a, b), (c, d) = ([_number(one, at) for one in call[1][:2]] for call in (rows, right))
            drawn = _named(fault.draws[fault.told[0]].name, at)
            return (
                f"{drawn} is {what} in each turn: {a}, {b}; going on from turn to turn it is "
                f"{c}, {d}"
            )
        case "reused":
            n = 1 if fault.draws[fault.told[0]].turns == "once" else TURNS
            x, y = names[0], names[n]
            same = all(_begins_alike(row[0], row[n]) for row in rows[1:])
            numbers = "the same numbers" if same else "made of the same random bits"
            call = next((k for k in range(1, len(rows)) if rows[k][n] != right[k][n]), 1)
            at = _apart(rows[call][n], right[call][n])
            beside = at if same else ()
            one, other = _number(rows[call][0], beside), _number(rows[call][n], at)
            if any(at):
                one, other = f"{_named(x, beside)} = {one}", f"{_named(y, at)} = {other}"
            when = "the first call" if call == 1 else f"call {call}"
            return (
                f"{x} and {y} are {numbers}, {one} and {other} in {when}; drawn after {x}, "
                f"{_named(y, at)} is {_number(right[call][n], at)}"
            )
    at = _apart(rows[2][0], right[2][0])
    x, number, meant = _named(names[0], at), _number(rows[2][0], at), _number(right[2][0], at)
    if fault.kind == "kept":
        again = "again" if rows[2] == rows[1] else "from the same random bits"
        return (
            f"the second call draws {x} = {number} {again}; with the generator updated it is "
            f"{meant}"
        )
    begins = (
        f"the second call begins with the first call's {names[1]}"
        if _begins_alike(rows[2][0], rows[1][1])
        else f"the second call begins with the random bits of the first call's {names[1]}"
    )
    return f"{begins}: {x} = {number}; with the last generator stored it is {meant}"


def _begins_alike(one: object, other: object) -> bool:
    return _first(one) == _first(other)


def _apart(one: object, other: object) -> tuple[int, ...]:
    """Return the place of the first number in which two values differ; without one, the first."""
    if not isinstance(one, (list, tuple)) or not isinstance(other, (list, tuple)):
        return ()
    for place, pair in enumerate(zip(one, other, strict=False)):
        if pair[0] != pair[1]:
            return place, *_apart(*pair)
    return ()


def _first(value: object, at: Sequence[int] = ()) -> float:
    """Return the number at a place, or the first where there is no such place."""
    for place in at:
        if not isinstance(value, (list, tuple)) or place >= len(value):
            break
        value = value[place]
    while isinstance(value, (list, tuple)):
        value = value[0] if value else 0.0
    return float(value) if isinstance(value, (int, float)) else 0.0


def _number(value: object, at: Sequence[int] = ()) -> str:
    return f"{_first(value, at):.5g}"


def _named(name: str, at: Sequence[int]) -> str:
    """Name a number of a variable; the first stands for all."""
    return f"{name}[{', '.join(map(str, at))}]" if any(at) else name
