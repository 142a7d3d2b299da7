"""One finding told in full: the lines that it is about, what they compute, what to write."""

from __future__ import annotations

import ast
import copy
import difflib
import re
import textwrap
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate, groupby, islice
from operator import attrgetter

from flake8_theano_updates.model import Edit, Finding, Fix, GeneratorFault, OrderFault, Sources
from flake8_theano_updates.report import text
from flake8_theano_updates.rules import BY_CODE, ORDER
from flake8_theano_updates.values import printable

_WIDTH = 100
_INDENT = "    "
_TAB = 4
_ELLIPSIS = "..."
_DIFF_LINES = 16
_FIXED_BLANK = "\N{NO-BREAK SPACE}"

# A cell, in a notebook, and a line.
At = tuple[int | None, int | None]

_LOOPS = (ast.For, ast.AsyncFor, ast.While, ast.ListComp, ast.GeneratorExp, ast.DictComp)

# What the line does that a finding calls registered, where that is not to register a pair.
_OTHER_LINE = {
    "THU206": "compiles",
    "THU302": "rebinds",
    **dict.fromkeys(("THU401", "THU402", "THU403"), "draws"),
}

_FIX_TITLES = {
    "new-value": "Write instead, to use the new value "
    "(`theano-updates fix --unsafe` does it if it can be proven):",
    "rewrite": "Write instead (`theano-updates fix{option}` does it):",
}


def explanation(finding: Finding, sources: Sources) -> str:
    """Write a finding, with its fixes where it has some, for a terminal of 100 columns."""
    said = without_pointer(text.line(finding))
    more = f"More about the rule: theano-updates explain {finding.code}"
    return "\n\n".join([_told(said), *paragraphs(finding, sources), more])


def without_pointer(message: str) -> str:
    """Return a message without the command at its end that asks for its explanation."""
    return re.sub(r" \(theano-updates explain [^)]*\)$", "", message)


def paragraphs(finding: Finding, sources: Sources) -> list[str]:
    """Explain a finding, in paragraphs of words and, indented by four blanks, of code.

    Between two paragraphs stand an empty line, or the end of an element.
    """
    parts = ["\n".join(_lines(finding, sources))]
    parts += _meaning(finding) if finding.code in ORDER else [_told(BY_CODE[finding.code].why)]
    parts += _instead(finding, sources)
    return [part for part in parts if part]


def _told(words: str) -> str:
    told = textwrap.fill(words, _WIDTH, break_long_words=False, break_on_hyphens=False)
    return told.replace(_FIXED_BLANK, " ")


def _lines(finding: Finding, sources: Sources) -> Iterator[str]:
    """Yield the user's lines with what each does, and carets under the finding's own."""
    own = (finding.cell, finding.line)
    roles: dict[At, list[str]] = defaultdict(list)
    other = _OTHER_LINE.get(finding.code, "registers")
    for cell, line in sorted(_helpers(finding)):
        roles[cell, line].append("makes pairs")
    roles[_registered(finding)].append(other)
    roles[own].extend(["reads"] if finding.code in ORDER else [])
    roles[_updated(finding)].append("updates")
    shown = []
    for cell, line in sorted(roles, key=lambda place: (place[0] or 0, place[1] or 0)):
        lines = sources.get((finding.path, cell), ())
        if line is not None and 1 <= line <= len(lines):
            at = str(line) if cell is None else f"cell {cell}:{line}"
            about = finding if (cell, line) == own else None
            shown.append((about, ", ".join(roles[cell, line]), at, lines[line - 1].rstrip()))
    if not shown:
        return
    codes = [code for *_, code in shown]
    # What is cut from the first line is cut from all.
    blank = len(codes[0]) - len(textwrap.dedent("\n".join(codes)).split("\n", 1)[0])
    roles_width = max(len(role) for _, role, _, _ in shown)
    places_width = max(len(at) for _, _, at, _ in shown)
    room = _WIDTH - len(f"{_INDENT}{'':{roles_width}}  {'':{places_width}} | ")
    for about, role, at, code in shown:
        code, start, end = _window(code, blank, about, room)
        yield f"{_INDENT}{role:<{roles_width}}  {at:>{places_width}} | {code}".rstrip()
        if about:
            carets = " " * start + "^" * (end - start)
            yield f"{_INDENT}{'':{roles_width}}  {'':{places_width}} | {carets}"


def _registered(finding: Finding) -> At:
    """Return where the function of the read writes the pair of what is read."""
    line = _line_of_call(finding, 1)
    return (None, line) if line else (finding.registered_cell, finding.registered_line)


def _updated(finding: Finding) -> At:
    """Return where the function of the read writes the pair that reads."""
    line = _line_of_call(finding, 0)
    return (None, line) if line else (finding.update_cell, finding.update_line)


def _helpers(finding: Finding) -> set[At]:
    """Return where pairs are made of what is handed over."""
    lines = finding.update_line, finding.registered_line
    return {(None, line) for number, line in enumerate(lines) if _line_of_call(finding, number)}


def _line_of_call(finding: Finding, number: int) -> int | None:
    """Return where a call hands over what a pair is made of, None where that is no call.

    A notebook's cells are not told by the lines of the fault.
    """
    fault = finding.fault
    if not isinstance(fault, OrderFault) or finding.cell is not None:
        return None
    given = fault.handed[number]
    return None if given is fault.pairs[number] else given.line


def _window(code: str, blank: int, finding: Finding | None, room: int) -> tuple[str, int, int]:
    """Cut a line to ``room`` characters around a finding, without its first ``blank`` ones.

    Returns:
        what is left of the line, and where the finding starts and ends in it.
    """
    code = code[blank:]
    first = 0 if finding is None else finding.column - 1 - blank
    last = len(code)
    if finding is not None and finding.end_line == finding.line:
        last = finding.end_column - 1 - blank
    start, end = (len(_shown(code[:at])) for at in (first, max(last, first + 1)))
    code = _shown(code)
    if start > room // 2 and len(code) > room:
        left = min(start - room // 2, len(code) - room) + len(_ELLIPSIS)
        code = _ELLIPSIS + code[left:]
        start, end = start - left + len(_ELLIPSIS), end - left + len(_ELLIPSIS)
    if len(code) > room:
        code = code[: room - len(_ELLIPSIS)] + _ELLIPSIS
    return code, start, min(end, room)


def _shown(code: str) -> str:
    return printable(code, "\t").expandtabs(_TAB)


def _meaning(finding: Finding) -> Iterator[str]:
    """Yield what Theano computes here, what reading in order would, and why it was reported."""
    variable, target = finding.variable, finding.target
    registered = _place(*_registered(finding))
    fault = finding.fault
    compiled, mended = _values(fault) if isinstance(fault, OrderFault) else (None, None)
    what = (
        f"Theano computes every new value from what the variables hold before the call, and "
        f"stores them all at its end, wherever the pairs stand. So the new value of '{target}'"
    )
    if finding.code == "THU101":
        old = f"the '{variable}' from before the call"
        other = f"Read in order, with {registered} done first,"
    else:
        old = f"the '{variable}' that the call before has left"
        other = f"With the new value, which {registered} registers, computed first,"
    if compiled and mended:
        yield f"{_told(f'{what} is')}\n\n{_INDENT}{compiled}"
        yield f"{_told(f'with {old}. {other} it would be')}\n\n{_INDENT}{mended}"
    else:
        yield _told(f"{what} is computed with {old}. {other} it would use the new one.")
    yield _told(
        f"It is reported because nothing here shows that the old value is meant: it is no swap, "
        f"counter, reset or kept history, the update of '{target}' does not use both values of "
        f"'{variable}', and the new value of '{variable}' does not build on this read. If it is "
        f"meant, say so at the end of {_place(finding.cell, finding.line)}: "
        f"#{_FIXED_BLANK}noqa:{_FIXED_BLANK}{finding.code}"
    )


def _place(cell: int | None, line: int | None) -> str:
    return f"line {line}" if cell is None else f"cell {cell}, line {line}"


def _values(fault: OrderFault) -> tuple[str | None, str | None]:
    """Write the reader's new value as it is, and with the new value of what it reads.

    Returns:
        (None, None) where the reads do not stand in the reader's pair itself, or where it
        is too long for a line.
    """
    reader, registered = fault.handed
    value = reader.value
    reads = set(map(id, fault.read_nodes))
    if not any(id(node) in reads for node in ast.walk(value)):
        return None, None
    # The copy takes what the memo has for the reads.
    mended = copy.deepcopy(value, dict.fromkeys(reads, registered.value))
    written = ast.unparse(value), ast.unparse(mended)
    return written if all(map(_fits, written)) else (None, None)


def _fits(code: str) -> bool:
    return "\n" not in code and len(code) <= _WIDTH - len(_INDENT)


def _instead(finding: Finding, sources: Sources) -> Iterator[str]:
    """Yield the code to write, as far as the message does not say it already."""
    for fix in finding.fixes:
        if fix.kind in _FIX_TITLES:
            option = "" if fix.safe else " --unsafe"
            title = _FIX_TITLES[fix.kind].format(option=option)
            yield f"{title}\n\n{textwrap.indent(_diff(fix, finding.path, sources), _INDENT)}"
        else:
            yield (
                "To keep the numbers and show that the old value is read: "
                "`theano-updates fix --safe-only`"
            )
    fault = finding.fault
    if isinstance(fault, OrderFault) and not finding.new_value and not finding.fixes:
        yield from _named(finding, fault)
    if isinstance(fault, GeneratorFault) and fault.kind == "reused" and not finding.fixes:
        yield from _handed_on(finding, fault)


def _handed_on(finding: Finding, fault: GeneratorFault) -> Iterator[str]:
    """Yield where a draw has to start, where no fix writes it."""
    own = finding.cell, finding.line
    before = f"the draw of {_place(finding.registered_cell, finding.registered_line)}"
    if fault.told[0] == fault.told[-1]:
        before = "the turn before"
    yield _told(
        f"Write instead, at {_place(*own)}: give the draw the generator that {before} returns, in "
        f"the place of '{fault.generator}'. A function that draws has to return it too."
    )


def _named(finding: Finding, fault: OrderFault) -> Iterator[str]:
    """Yield the name that the new value may have, where one name serves both lines."""
    new, read = fault.handed[1].value, fault.read_nodes[0]
    here = _place(finding.cell, finding.line)
    if fault.apart:
        there = _place(*_registered(finding))
        yield _told(
            f"Write instead: the new value is computed in another function, at {there}. Keep it "
            f"there under the name that the first line tells, hand it on to the function of {here} "
            "(return it and pass it as an argument, or keep it in an attribute), and use it there."
        )
        return
    if _loops_around(fault, new) != _loops_around(fault, read):
        return
    value = ast.unparse(new)
    stem = re.search(r"[^\W\d]\w*$", finding.variable or "")
    name = f"{stem[0]}_new" if stem else "new_value"
    code = f"{name} = {value}"
    if _fits(code):
        then = f"then store it, ({finding.variable}, {name}), and read '{name}' at {here}."
        yield f"Write instead, before both lines:\n\n{_INDENT}{code}\n\n{_told(then)}"


def _loops_around(fault: OrderFault, node: ast.expr) -> list[ast.AST]:
    loops = (one for one in ast.walk(fault.collection.scope) if isinstance(one, _LOOPS))
    return [loop for loop in loops if any(inner is node for inner in ast.walk(loop))]


def _diff(fix: Fix, path: str, sources: Sources) -> str:
    """Write what a fix changes, as lines that go and lines that come; long ones are cut."""
    changes = []
    for cell, edits in groupby(fix.edits, key=attrgetter("cell")):
        lines = sources.get((path, cell), ())
        after = _edited(lines, tuple(edits))
        changes += [
            (line[0], line[1:].rstrip().expandtabs(_TAB))
            for line in islice(difflib.unified_diff(lines, after, n=1), 2, None)
            if not line.startswith("@@")
        ]
    codes = textwrap.dedent("\n".join(code for _, code in changes)).split("\n")
    room = _WIDTH - len(_INDENT) - len("+ ")
    shown = [
        f"{sign} {_window(code, 0, None, room)[0]}".rstrip()
        for (sign, _), code in zip(changes, codes, strict=True)
    ]
    if len(shown) > _DIFF_LINES:
        shown[_DIFF_LINES:] = [f"{_ELLIPSIS} and {len(shown) - _DIFF_LINES} lines more"]
    return "\n".join(shown)


def _edited(lines: Sequence[str], edits: Sequence[Edit]) -> list[str]:
    """Return the lines after ordered edits."""
    starts = list(accumulate(map(len, lines), initial=0))
    whole = "".join(lines)
    parts, done = [], 0
    for edit in edits:
        start = starts[edit.line - 1] + edit.column - 1
        parts += [whole[done:start], edit.text]
        done = starts[edit.end_line - 1] + edit.end_column - 1
    return re.findall(r"[^\n]*\n|[^\n]+", "".join([*parts, whole[done:]]))
