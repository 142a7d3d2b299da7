"""Write a program that a person can read and run, and that shows what a finding says."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flake8_theano_updates.backend.frame_text import names_read, needed, reserved
from flake8_theano_updates.confirm.draws import drawing_of
from flake8_theano_updates.confirm.expressions import Line, Printer
from flake8_theano_updates.confirm.pairs import Pair, Parts, parts_of
from flake8_theano_updates.confirm.steps import Step
from flake8_theano_updates.interpreter.names import BACKENDS
from flake8_theano_updates.model import Fault, Finding, GeneratorFault, OrderFault
from flake8_theano_updates.report.text import place
from flake8_theano_updates.values import printable

# The worker sets its own flags; a person who runs the program has none, or better ones.
_ALONE = f"""\
if __name__ == "__main__":
    import os
    import warnings

    warnings.simplefilter("ignore")
    for name in {tuple(f"{name.upper()}_FLAGS" for name in BACKENDS)}:
        os.environ.setdefault(name, "cxx=,blas__ldflags=,blas.ldflags=,device=cpu,floatX=float64")
"""

_QUESTIONS = {
    "order": "Do the updates as written compute what they do with the new value?",
    "refused": "Does the backend take the updates as they are written?",
    "misplaced": "Does the backend take the updates as the third positional argument?",
    "overwritten": "Is an update lost?",
    "late": "Is the update that comes late a part of the function?",
    "frozen": "Does the number follow what it is taken of?",
    "returned": "Which value does the function return?",
    "written": "What do the updates compute?",
    "drawing": "Does each draw start from where the one before has ended, in each call anew?",
    "dropped": "Does a function without the updates of its scan draw new numbers in each call?",
}

# A step that draws, as a random stream does: from a state that its update moves on.
_SCAN = """\
def build(state):
    def step(total):
        new_state = (9.7 * state + 0.31) % 1.0
        return total + new_state, {state: new_state}

    totals, updates = theano.scan(step, outputs_info=numpy.array(0.0), n_steps=3)
    return totals[-1], updates
"""


@dataclass(frozen=True)
class Program:
    """A program for a finding.

    Args:
        text: the whole program.
        labels: how the file writes the variables whose values it tells, and
        names: how the program writes them.
        stand_ins: what it holds in the place of what is not known, a phrase each.
        from_zero: whether a variable in it starts at zero.
        step: how much of the file it keeps.
    """

    text: str
    labels: tuple[str, ...]
    names: tuple[str, ...]
    stand_ins: tuple[str, ...]
    from_zero: bool
    step: Step


def program_of(finding: Finding, fault: Fault, step: Step, calls: int) -> Program:
    """Write the program of a finding.

    Args:
        finding: what was found.
        fault: what is to be shown of it.
        step: how much of the file to keep.
        calls: how often the program calls what it compiles, where it is run alone.
    """
    if isinstance(fault, GeneratorFault):
        drawing = drawing_of(fault, step, finding.origin, reserved())
        text = _text(finding, "drawing", drawing.build, {"NAMES": drawing.names}, calls)
        return Program(text, drawing.labels, drawing.names, drawing.stand_ins, False, step)
    kind = "order" if isinstance(fault, OrderFault) else fault.kind
    if kind == "dropped":
        where = finding.origin.place(fault.collection.expression.lineno)
        build = _SCAN.replace("(total):", f"(total):  # {printable(where)}", 1)
        text = _text(finding, kind, build, {"NAMES": ("drawn",)}, calls)
        words = ("a generator of its own, in a scan of three steps",)
        return Program(text, ("drawn",), ("drawn",), words, False, step)
    parts = parts_of(fault, step)
    printer = Printer(reserved(), finding.origin.place)
    body, names = _build(parts, printer)
    labels = parts.labels
    if kind == "returned":
        labels = f"{labels[0]} returned", labels[0]
        names = f"{names[0]}_returned", names[0]
    constants: dict[str, object] = {"NAMES": names}
    if isinstance(fault, OrderFault):
        left_out = any(not pair.kept for pair in parts.pairs)
        kept = tuple(n for n, pair in enumerate(parts.pairs) if pair.kept)
        constants["KEPT"] = kept if left_out else None
    elif fault.kind in ("refused", "misplaced"):
        constants["FORM"] = fault.form
    elif fault.kind == "late":
        constants["LATE"] = sum(pair.late for pair in parts.pairs)
    text = _text(finding, kind, body, constants, calls)
    stood_in = (f"{name}: {note}" for name, note in printer.notes if note)
    return Program(text, labels, names, (step.words, *stood_in), parts.from_zero, step)


def _build(parts: Parts, printer: Printer) -> tuple[str, tuple[str, ...]]:
    """Return the function that builds the updates, and what it calls its variables."""
    roots = [one for pair in parts.pairs for one in (pair.target, pair.value)]
    printer.count([*roots, *parts.watched])
    entries = list(_entries(parts.pairs, printer))
    names = tuple(map(printer.text, parts.watched))
    lines = [*printer.lines, Line("updates = ["), *entries, Line("]")]
    lines.append(Line(f"return updates, [{', '.join(names)}]"))
    body = "\n".join(map(str, map(_commented, lines)))
    return f"def build(read):\n{body}\n", names


def _entries(pairs: Sequence[Pair], printer: Printer) -> Iterator[Line]:
    for pair in pairs:
        where = printer.comment(pair.target) if pair.line is None else printer.place(pair.line)
        note = ", after the function was compiled" if pair.late else ""
        code = f"    ({printer.text(pair.target)}, {printer.text(pair.value)}),"
        yield Line(code, f"{where}{note}")


def _commented(line: Line) -> Line:
    return Line(line.code, printable(line.comment))


def _text(finding: Finding, kind: str, build: str, constants: dict[str, object], calls: int) -> str:
    run = "run" if kind == "order" else kind
    first = needed(["backend"])
    rest = [text for text in needed([run, "tell", *names_read(build)]) if text not in first]
    title = f"{place(finding)}: {finding.code} {finding.message}"
    parts = [
        "# -*- coding: utf-8 -*-",
        f"# {printable(title)}",
        f'"""{_QUESTIONS[kind]}"""',
        "from __future__ import division, print_function\n",
        _ALONE,
        "import numpy\n\n",
        *(f"{text}\n\n" for text in first),
        f"theano = backend({', '.join(map(repr, preference(finding.origin.backends)))})",
        f"CALLS = {calls}",
        *(f"{name} = {value!r}" for name, value in constants.items()),
        f"\n\n{build}\n",
        *(f"{text}\n\n" for text in rest),
        *([] if run == "run" else [f"run = {run}\n"]),
        'if __name__ == "__main__":\n    tell(CALLS)\n',
    ]
    return "\n".join(parts)


def preference(own: Sequence[str]) -> tuple[str, ...]:
    """Return all backends in the order in which a file that imports ``own`` wants them."""
    return tuple(dict.fromkeys([*own, *BACKENDS]))
