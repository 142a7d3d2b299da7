"""A program with one finding, a finding, and what the backend may have computed for it."""

from __future__ import annotations

import ast
import io
from typing import Any

from flake8_theano_updates.model import (
    Edit,
    Finding,
    Fix,
    OrderFault,
    Registration,
    UpdateCollection,
    Verdict,
)
from flake8_theano_updates.report import terminal
from flake8_theano_updates.values import Term, Use

STALE = """\
import theano

velocity = theano.shared(0.0)
param = theano.shared(1.0)
updates = []
updates.append((velocity, 0.9 * velocity - 0.1 * theano.grad(param**2, param)))
updates.append((param, param + velocity))
step = theano.function([], [], updates=updates)
"""

OUTPUT = """\
import theano

n = theano.shared(0)
step = theano.function([], n, updates=[(n, n + 1)])
"""

NODE = ast.parse("velocity", mode="eval").body
READ = Use(Term("name", "velocity", (), ("name", "velocity")), NODE, 0, ())
PAIR = Registration(READ, READ)
FINDING = Finding(
    path="a.py",
    line=7,
    column=32,
    end_line=7,
    end_column=40,
    code="THU101",
    name="stale-read",
    message="stale read",
    variable="velocity",
    target="param",
    registered_line=6,
    update_line=7,
    fixes=(Fix("new-value", False, (Edit(7, 32, 7, 40, "velocity_new"),)),),
    fault=OrderFault(
        (READ,),
        PAIR,
        PAIR,
        UpdateCollection(ast.parse(""), NODE, (PAIR, PAIR)),
        handed=(PAIR, PAIR),
    ),
)
CONFIRMED = Verdict(
    status="confirmed",
    reason="after 1 call param becomes -1; with the new velocity it would be -3",
    backend="theano",
    backend_version="1.0.5",
    python="3.11.7",
    names=("velocity", "param"),
    as_compiled=((2.0, 1.0), (4.0, -1.0)),
    reversed=((2.0, 1.0), (4.0, -1.0)),
    with_new_value=((2.0, 1.0), (4.0, -3.0)),
    first_difference=1,
    snippet="import theano\n",
)


def confirmation(*given: Any, programs: bool = False, **options: Any) -> str:
    """Return what is printed of verdicts where there is no terminal, with all numbers."""
    shown = terminal.Shown(tables=True, programs=programs)
    stream = io.StringIO()
    terminal.confirmation(terminal.console_for(stream), *given, shown=shown, **options)
    return stream.getvalue().rstrip("\n")
