"""How a function gets its updates: as what is read only once, or as a plain dict."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterator

from flake8_theano_updates.model import Finding
from flake8_theano_updates.rules import BY_CODE
from flake8_theano_updates.trace.recorded import Function
from flake8_theano_updates.trace.written import Program, found_at, span_of

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
    rule = BY_CODE[code]
    message = rule.message.format(what=f"a {function.form}", written=ast.unparse(node))
    yield found_at(program, path, span_of(node), rule, message)
