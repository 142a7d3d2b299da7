"""What is not what it looks like: THU301 to THU303, THU901 and THU903."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from flake8_theano_updates.checks.collections import Collection, Pair, text_of, written_name
from flake8_theano_updates.checks.faults import Received, received, registrations
from flake8_theano_updates.checks.forms import is_nothing
from flake8_theano_updates.checks.reading import Reading
from flake8_theano_updates.checks.suspicion import Suspicion, at_target
from flake8_theano_updates.checks.written import Written
from flake8_theano_updates.interpreter.names import SHARED
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.model import PairFault, Registration, UpdateCollection
from flake8_theano_updates.values import (
    Compilation,
    Container,
    Path,
    Term,
    Use,
    Value,
    joined,
    original,
    walk,
)

_TEXT = re.compile(r"(?:^|_)(?:names?|keys?|attrs?|attributes?|labels?|fields?|k)$")
_EXPRESSIONS = frozenset({"+", "-", "*", "/", "**", "neg"})


def frozen_in_collection(collection: Collection, written: Written) -> Iterator[Suspicion]:
    """Return the numbers in the updates that look like expressions.

    Args:
        written: the syntax tree of the scope.
    """
    if not collection.sure:
        return
    reading = Reading((), ())
    told: set[int] = set()
    for pair in collection.pairs:
        for use, number in _numbers_in(reading, pair.value):
            source = number.uses[0]
            if _is_named(collection, pair, number):
                continue
            # ``v.get_value()``, ``v.eval()`` or ``K.get_value(v)``
            call = written.method_calls.get(id(source.node))
            if call is None or id(call) in told or _is_start(pair, use, number, call):
                continue
            told.add(id(call))
            yield Suspicion(
                code="THU301",
                node=call,
                variable=text_of(source),
                target=text_of(pair.target),
                update_line=pair.target.node.lineno,
                words={"written": ast.unparse(call)},
                fault=PairFault(
                    kind="frozen",
                    pairs=(pair.registration,),
                    collection=collection.whole,
                    reads=(source,),
                    path=joined(use.path, pair.entry.path),
                ),
            )


def _numbers_in(reading: Reading, value: Use) -> Iterator[tuple[Use, Term]]:
    """Return every ``get_value()`` and ``eval()`` whose number flows into ``value``."""
    seen: set[int] = set()
    waiting = [value]
    while waiting:
        use = waiting.pop()
        current = original(use.value)
        if id(current) in seen:
            continue
        seen.add(id(current))
        if isinstance(current, Term):
            if _is_number(current):
                yield use, current
                continue
            if current.op == "call" and SHARED.search(str(current.label)):
                continue  # another shared variable starts with this value
            if current.op == "item" and _is_whole(current):
                waiting.append(current.uses[0])
                continue
            if current.op in ("grad", "elem", "part", "item") or is_nothing(current):
                continue
        waiting.extend(reading.flows_from(current))


def _is_number(value: Value) -> bool:
    """Is this ``v.get_value()`` or ``v.eval()``?"""
    if isinstance(value, Term) and value.op == "static":
        return value.label in ("get_value", "eval") and bool(value.uses)
    return False


def _is_whole(item: Term) -> bool:
    """Is this ``v.get_value()[()]``, the scalar in an array?"""
    index = item.uses[-1].node
    whole = isinstance(index, ast.Tuple) and not index.elts
    return whole and _is_number(original(item.uses[0].value))


def _is_named(collection: Collection, pair: Pair, number: Term) -> bool:
    """Does a mapping that is only called updates hold values by the names of attributes?"""
    if collection.container.compiled:
        return False
    source = original(number.uses[0].value).identity
    key = pair.target.value
    of_one_item = (
        isinstance(source, tuple) and source[:1] == ("item",) and source[-1:] == (pair.identity,)
    )
    is_name = isinstance(key, Term) and key.op == "static"
    return of_one_item or is_name or _TEXT.search(written_name(pair.target)) is not None


def _is_start(pair: Pair, use: Use, number: Term, call: ast.Call) -> bool:
    """Is this what the target itself held, to go back to? That is meant to stay."""
    own = original(number.uses[0].value).identity == pair.identity
    return own and (use is pair.value or use.node is not call)


def frozen_in_calls(scope: Interpreted) -> Iterator[Suspicion]:
    """Return what is wrong with the arguments of the compile calls."""
    for compilation in scope.state.compilations:
        yield from _misplaced(scope, compilation)
    seen: set[int] = set()
    for compilation, given, updates in received(scope):
        if id(updates) not in seen:
            seen.add(id(updates))
            yield from _rebound(updates)
        if compilation.certain:
            yield from _flat(scope, given, updates.container, compilation.path)
        yield from _returned_old(compilation, updates)
        yield from _plain_dict(given, updates.container)


def _rebound(updates: Received) -> Iterator[Suspicion]:
    """A target whose name was bound to an expression of what it held before."""
    for entry, pair in updates.pairs:
        target = pair.variable.value
        if not isinstance(pair.target, ast.Name) or not isinstance(target, Term):
            continue
        if target.op not in _EXPRESSIONS:
            continue
        before = [use for use in target.uses if getattr(use.node, "id", "") == pair.target.id]
        if before:
            fault = PairFault(
                kind="refused",
                pairs=(pair,),
                collection=updates.whole,
                reads=(before[0],),
                path=entry.path,
            )
            yield at_target("THU302", pair.variable, fault, before[0].node.lineno)


def _misplaced(scope: Interpreted, compilation: Compilation) -> Iterator[Suspicion]:
    """A list of pairs in the place of the mode."""
    third = compilation.third
    if third is None or compilation.updates is not None or not compilation.certain:
        return
    container = original(third.value)
    if not isinstance(container, Container):
        return
    pairs = registrations(container.entries)
    if pairs and len(pairs) == len(container.entries):
        yield Suspicion(
            code="THU303",
            node=third.node,
            words={
                "what": "the third positional argument of function is its mode",
                "instead": f"updates={text_of(third)}",
            },
            fault=PairFault(
                kind="misplaced",
                pairs=pairs[:1],
                collection=UpdateCollection(scope.node, third.node, pairs),
                path=joined(compilation.path, pairs[0].path),
            ),
        )


def _flat(scope: Interpreted, given: Use, container: Container, path: Path) -> Iterator[Suspicion]:
    """``updates=[a, e]`` where ``e`` is computed from ``a``: a pair without its list."""
    if container.kind not in ("list", "tuple") or len(container.entries) != 2 or container.rest:
        return
    if not isinstance(container.node, (ast.List, ast.Tuple)):
        return
    target, value = (entry.value for entry in container.entries)
    variable = original(target.value)
    if isinstance(variable, Container) or isinstance(original(value.value), Container):
        return
    reading = Reading([variable.identity], ())
    if variable.op in ("name", "attr", "call", "elem") and reading.reads(value):
        pairs = (Registration(target, value),)
        yield Suspicion(
            code="THU303",
            node=container.node,
            words={
                "what": "updates is a flat list, not a list of pairs",
                "instead": f"[({text_of(target)}, {text_of(value)})]",
            },
            fault=PairFault(
                kind="refused",
                pairs=pairs,
                collection=UpdateCollection(scope.node, given.node, pairs),
                path=path,
                form="flat",
            ),
        )


def _returned_old(compilation: Compilation, updates: Received) -> Iterator[Suspicion]:
    """An output that is the updated variable itself."""
    if compilation.outputs is None:
        return
    for output in _outputs(compilation.outputs):
        pair = updates.targets.get(original(output.value).identity)
        if pair is not None:
            yield Suspicion(
                code="THU901",
                node=output.node,
                variable=text_of(output),
                target=text_of(pair.variable),
                registered_line=pair.line,
                update_line=pair.line,
                fault=PairFault(
                    kind="returned",
                    pairs=(pair,),
                    collection=updates.whole,
                    path=joined(output.path, compilation.path),
                ),
            )


def _outputs(outputs: Use) -> Iterator[Use]:
    """Return what is in lists, and in lists in them, of which one may hold itself."""

    def elements(use: Use) -> list[Use]:
        value = use.value
        return [entry.value for entry in value.entries] if isinstance(value, Container) else []

    return (use for use in walk(outputs, elements) if not isinstance(use.value, Container))


def _plain_dict(given: Use, container: Container) -> Iterator[Suspicion]:
    """Two or more entries in a plain dict."""
    node = container.node
    plain = isinstance(node, (ast.Dict, ast.DictComp)) or (
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict"
    )
    several = len(container.entries) > 1 or any(entry.many for entry in container.entries)
    if plain and several:
        yield Suspicion(code="THU903", node=given.node)
