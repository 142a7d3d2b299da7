"""Variables that step on together, each from the old values of all, as in explicit Euler."""

from __future__ import annotations

from flake8_theano_updates.trace.graph import Pair
from flake8_theano_updates.trace.question import Question

_CLAMPS = frozenset({"Clip", "Maximum", "Minimum", "ScalarMaximum", "ScalarMinimum"})
_UPDATED_PARTS = frozenset({"IncSubtensor", "AdvancedIncSubtensor1", "AdvancedIncSubtensor"})


def simultaneous(q: Question) -> bool:
    """t and v step on together; a pure integrator or a step over a root of v does not."""
    if not (_steps(q, q.reader) and _steps(q, q.registered)):
        return False
    if q.reader.target not in _reached(q, q.registered):
        return False
    return not (_integrates(q) or _normalises(q))


def _steps(q: Question, pair: Pair) -> bool:
    """Is the new value the old one plus a step, in each arm of a switch?"""
    return all(_is_step(q, pair.target, arm) for arm in q.graph.arms(pair.new))


def _is_step(q: Question, target: int, new: int) -> bool:
    number = _within_bounds(q, target, new)
    if number == target:
        return False
    if q.graph.name(number) in _UPDATED_PARTS:
        return q.reads(q.graph.operands(number)[0], target)
    if q.products.of(number).get((q.graph.keys[target],), 0.0) == 1:
        return True
    return target in _terms(q, number)  # y + 0.1 * y * (x - 1) holds 0.9 * y, and is a step


def _terms(q: Question, number: int) -> set[int]:
    """Return the terms of a sum, and of the sums in it, that are added as they are."""
    found: set[int] = set()
    waiting = [q.graph.plain(number)]
    while waiting:
        one = waiting.pop()
        operands = [q.graph.plain(part) for part in q.graph.operands(one)]
        match q.graph.name(one):
            case "Add":
                waiting.extend(operands)
            case "Sub":
                waiting.append(operands[0])
            case _:
                found.add(one)
    return found


def _within_bounds(q: Question, target: int, number: int) -> int:
    """Return what is kept within bounds by what is around it."""
    number = q.graph.plain(number)
    while q.graph.name(number) in _CLAMPS:
        inner = [one for one in q.graph.operands(number) if q.reads(one, target)]
        if not inner:
            break
        number = q.graph.plain(inner[0])
    return number


def _reached(q: Question, start: Pair) -> set[int]:
    """Return what the new value of a variable is computed from, step by step."""
    found: set[int] = set()
    waiting = [start]
    while waiting:
        for target in q.graph.targets_of(waiting.pop().new) - found:
            pair = q.graph.by_target[target]
            if _steps(q, pair):
                found.add(target)
                waiting.append(pair)
    return found


def _integrates(q: Question) -> bool:
    """Is the new value of t its old one plus v, times numbers, and nothing else?"""
    graph = q.graph
    number = _within_bounds(q, q.reader.target, q.reader.new)
    if graph.name(number) not in ("Add", "Sub") or len(graph.operands(number)) != 2:
        return False
    sides = [graph.plain(one) for one in graph.operands(number)]
    steps = [one for one in sides if one != q.reader.target]
    return len(steps) == 1 and _is_multiple(q, steps[0])


def _is_multiple(q: Question, number: int) -> bool:
    """Is this v itself, times and by numbers?"""
    graph = q.graph
    waiting, found = [number], 0
    while waiting:
        one = graph.plain(waiting.pop())
        if one == q.read.target:
            found += 1
        elif graph.is_number(one):
            continue
        elif graph.name(one) in ("Mul", "TrueDiv", "Neg"):
            waiting.extend(graph.operands(one))
        else:
            return False
    return found == 1


def _normalises(q: Question) -> bool:
    """Does the new value of t take the root of v?"""
    graph = q.graph
    for one in q.around:
        operands = graph.operands(one)
        exponent = graph[graph.plain(operands[-1])].value if operands else None
        root = graph.name(one) == "Pow" and exponent in (0.5, -0.5)
        if root or graph.name(one) == "Sqrt":
            return True
    return False
