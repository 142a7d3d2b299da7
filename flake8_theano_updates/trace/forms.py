"""How a function gets its updates: as what is read only once, or as a plain dict."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import BY_CODE
from flake8_theano_updates.trace.recorded import Function
from flake8_theano_updates.trace.written import Program, character, shown, span_of
from flake8_theano_updates.values import printable

_ONE_SHOT = frozenset({"zip", "map", "filter", "generator", "enumerate", "reversed"})
_SEVERAL = 2


def of_form(function: Function, program: Program, wanted: Collection[str]) -> Iterator[Finding]:
    """Yield THU204 and THU903 at the updates of a compile call.

    Theano and Aesara refuse what can be read only once; PyTensor compiles it, without updates.
    Only Theano warns of a plain dict.
    """
    code = None
    if function.form in _ONE_SHOT:
        code = "THU204"
    elif function.form == "dict" and function.backend == "theano":
        code = "THU903" if len(function.updates) >= _SEVERAL else None
    place = program.updates(function.compiled)
    if code is None or code not in wanted or place is None:
        return
    path, node = place
    lines = program.file(path).lines
    line, column, end_line, end_column = span_of(node)
    rule = BY_CODE[code]
    message = rule.message.format(what=f"a {function.form}", written=ast.unparse(node))
    yield Finding(
        path=shown(path),
        line=line,
        column=character(lines, line, column) + 1,
        end_line=end_line,
        end_column=character(lines, end_line, end_column) + 1,
        code=rule.code,
        name=rule.name,
        message=printable(message),
    )
