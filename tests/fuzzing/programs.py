"""The programs: parts of the fixtures with random changes, and what Python's grammar allows."""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from random import Random

from hypothesis import HealthCheck, Phase, given, seed, settings
from marks import FOLDER

from fuzzing.changes import CHANGES

_MOST_CHANGES = 6
_LONGEST = 20_000  # characters

# Around what the grammar makes, so that it is read as code of Theano.
_HEAD = """\
import theano
acc = theano.shared(0.0)
w = theano.shared(1.0)
updates = [(acc, acc + 1)]
"""
_TAIL = """
updates.append((w, w - acc))
step = theano.function([], [], updates=updates)
"""


@dataclass(frozen=True)
class Program:
    """One program.

    Args:
        number: with the seed it makes the program again.
        source: its text, which parses.
        origin: the fixture and the changes, or "grammar".
    """

    number: int
    source: str
    origin: str


def programs(run: int, count: int, of_grammar: int) -> Iterator[Program]:
    """Make programs, of which a changed fixture depends on the seed and its number alone.

    Args:
        run: the seed.
        count: how many there are.
        of_grammar: how many of them, the first ones, are made from the grammar alone; that
            takes long, and there are fewer where it repeats itself.
    """
    made = generated(run, of_grammar)
    yield from (Program(number, source, "grammar") for number, source in enumerate(made))
    yield from (mutant(run, number) for number in range(len(made), count))


def mutant(run: int, number: int) -> Program:
    """Make a program from a fixture; of changes that break its syntax others are tried."""
    random = Random(f"{run} {number}")
    name, source = random.choice(_fixtures())
    source = _part(source, random)
    done: list[str] = []
    wanted = random.randint(1, _MOST_CHANGES)
    while len(done) < wanted:
        change = random.choice(list(CHANGES))
        changed = CHANGES[change](source, random)
        if changed is not None and len(changed) < _LONGEST and is_program(changed):
            source = changed
            done.append(change)
    return Program(number, source, f"{name}: {', '.join(done)}")


def generated(run: int, count: int) -> list[str]:
    """Return programs of the grammar of Python, fewer where it repeats itself."""
    # Imported here: it reads the grammar, which takes a second.
    import hypothesmith

    found: dict[str, None] = {}

    @seed(run)
    @settings(
        max_examples=max(count, 1),
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(hypothesmith.from_grammar())
    def gather(text: str) -> None:
        found[_HEAD + text + _TAIL] = None

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", SyntaxWarning)
        gather()
    return [source for source in found if is_program(source)][:count]


def is_program(source: str) -> bool:
    """Does Python's parser take it?"""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            ast.parse(source)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


@cache
def _fixtures() -> list[tuple[str, str]]:
    paths = sorted(FOLDER.rglob("*.py"))
    return [(p.relative_to(FOLDER).as_posix(), p.read_text(encoding="utf-8")) for p in paths]


def _part(source: str, random: Random) -> str:
    """Return a program with some of its functions and classes and all of its other statements."""
    tree = ast.parse(source)
    defined = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.ClassDef))]
    kept = random.sample(defined, min(len(defined), random.randint(1, 3)))
    left_out = {
        line
        for node in defined
        if node not in kept
        for line in range(_first_line(node), (node.end_lineno or node.lineno) + 1)
    }
    lines = enumerate(source.splitlines(keepends=True), 1)
    return "".join(line for number, line in lines if number not in left_out)


def _first_line(node: ast.FunctionDef | ast.ClassDef) -> int:
    return min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
