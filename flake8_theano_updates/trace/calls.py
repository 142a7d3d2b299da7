"""What the first calls of a function would have given with new values: what is asked, and told."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from flake8_theano_updates.backend.supervisor import name_of
from flake8_theano_updates.model import Finding, Verdict
from flake8_theano_updates.report.elements import told_apart
from flake8_theano_updates.rules import ORDER
from flake8_theano_updates.trace.findings import OldValue, by_place
from flake8_theano_updates.trace.graph import Graph
from flake8_theano_updates.trace.recorded import Calls, Function, Run, Spot
from flake8_theano_updates.trace.written import Program

# A node, by the number of its result, and what some of its inputs become, by their position.
_Step = tuple[int, tuple[tuple[int, int], ...]]


def questions(
    function: Function, program: Program, wanted: Collection[str]
) -> list[dict[str, object]]:
    """Return what the watcher is to compute beside the calls of a function.

    One for each place of an order finding: the variable whose update reads there, its new value
    as compiled, and the steps to the one in which the new value is read, all by numbers.
    """
    graph, found = by_place(function, program, wanted)
    return [
        {
            "place": place,
            "target": old.reader.target,
            "compiled": old.reader.new,
            "steps": _steps(graph, old),
        }
        for place, old in found.items()
    ]


def _steps(graph: Graph, old: OldValue) -> list[_Step]:
    """Return the nodes from the reads to the new value, anew; results of steps are numbered on.

    Gradients are not among them: reading in order takes them once, at the start.
    """
    steps: list[_Step] = []

    def add(number: int, replaced: Mapping[int, int]) -> int:
        steps.append((number, tuple(sorted(replaced.items()))))
        return len(graph.variables) + len(steps) - 1

    taken: dict[int, dict[int, int]] = {}
    for read in old.reads:
        new = old.registered.new
        for number, position in reversed(list(_passed(graph, read.node.inputs[read.operand]))):
            new = add(number, {position: new})
        taken.setdefault(read.result, {})[read.operand] = new
    made: dict[int, int] = {}
    for number in sorted(graph.ancestors(old.reader.new, gradients=False)):
        node, operands = graph[number].node, graph.operands(number)
        replaced = {
            position: made[one]
            for position, one in enumerate(() if node is None else node.inputs)
            if one in made and one in operands
        } | taken.get(number, {})
        if replaced:
            made[number] = add(number, replaced)
    return steps


def _passed(graph: Graph, number: int) -> Iterator[tuple[int, int]]:
    """Yield what only passes a variable on, and at which position it gets it."""
    while (node := graph[number].node) is not None and graph.passes(number):
        position = len(node.inputs) - len(graph.operands(number))
        yield number, position
        number = node.inputs[position]


def verdicts(findings: Sequence[Finding], run: Run) -> list[Verdict]:
    """Say of each finding what the calls gave, and what they would have given."""
    return [_verdict(finding, run) for finding in findings]


def _verdict(finding: Finding, run: Run) -> Verdict:
    if finding.code not in ORDER:
        codes = " and ".join(sorted(ORDER))
        return Verdict("unresolved", f"only what {codes} find is computed beside the calls")
    spot: Spot = finding.path, finding.line, finding.column
    told = [(one, run.calls[one.id, spot]) for one in run.functions if (one.id, spot) in run.calls]
    if not told:
        return Verdict("unresolved", "the function was not called")
    function, calls = next((one for one in told if one[1].as_compiled), told[0])
    about: dict[str, Any] = {
        "backend": name_of(function.backend, function.version),
        "backend_version": function.version,
        "python": function.python,
    }
    if not calls.as_compiled:
        return Verdict("unresolved", f"it could not be computed: {calls.failed}", **about)
    index = f"[{', '.join(map(str, calls.index))}]" if calls.index else ""
    name = f"{finding.target}{index}"
    about |= {
        "names": (name,),
        "as_compiled": tuple((one,) for one in calls.as_compiled),
        "with_new_value": tuple((one,) for one in calls.with_new_value),
    }
    return _compared(finding, name, calls, about)


def _compared(finding: Finding, name: str, calls: Calls, about: dict[str, Any]) -> Verdict:
    pairs = list(zip(calls.as_compiled, calls.with_new_value, strict=True))
    more = f" (no more was computed: {calls.failed})" if calls.failed else ""
    call = next((call for call, (old, new) in enumerate(pairs) if not _same(old, new)), None)
    if call is None:
        count = len(pairs) - 1
        first = "the first call" if count == 1 else f"the first {count} calls"
        return Verdict("agrees", f"no difference in {first}{more}", **about)
    old, new = pairs[call]
    was, would_be = told_apart(old, new)
    after = "1 call" if call == 1 else f"{call} calls"
    variable = finding.variable if finding.variable and " " not in finding.variable else "value"
    reason = (
        f"after {after} {name} is {was}; with the new {variable} it would be {would_be}"
        f"{_relative(old, new)}"
        f"{'; each call from the values of the run' if len(pairs) > 2 else ''}{more}"
    )
    return Verdict("confirmed", reason, first_difference=call, **about)


def _same(old: float, new: float) -> bool:
    return old == new or (math.isnan(old) and math.isnan(new))


def _relative(old: float, new: float) -> str:
    if not (old and math.isfinite(old) and math.isfinite(new)):
        return ""
    percent = 100 * abs((new - old) / old)
    return f", relative {percent:{'.0f' if percent >= 100 else '.2g'}} %"
