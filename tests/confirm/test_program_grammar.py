"""No text of a file comes into a program: each program holds nothing but what it may.

What it may hold is written down in `program_grammar`. The programs are those of all fixtures, as
they stand and while they are mended, and of files that were made to break out.
"""

from __future__ import annotations

import ast
import keyword
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from confirming import findings_in
from fixing import KINDS, fixed, fixture_paths
from hypothesis import given, settings
from hypothesis import strategies as st
from marks import FOLDER, fixture_names, off_fixture_names
from program_grammar import offences

from flake8_theano_updates.confirm.programs import program_of
from flake8_theano_updates.confirm.steps import STEPS, Step
from flake8_theano_updates.fixes.prove import _programs
from flake8_theano_updates.model import Finding

EVERY_STEP = (
    *STEPS,
    replace(STEPS[0], nonzero="still"),
    replace(STEPS[0], nonzero="all"),
    replace(STEPS[0], positive=True),
)

HEAD = """\
import math
import numpy as np
import theano
import theano.tensor as T
"""


def texts_of(findings: Iterable[Finding], steps: Iterable[Step] = EVERY_STEP) -> Iterator[str]:
    for finding in findings:
        if finding.fault is not None:
            for step in steps:
                yield program_of(finding, finding.fault, step, 5).text


def held(source: str, steps: Iterable[Step] = STEPS[::3]) -> int:
    """Hold each program of a file against the grammar; return how many findings it has."""
    findings = findings_in(source)
    for text in texts_of(findings, steps):
        assert offences(text) == [], text
    return len(findings)


@pytest.mark.parametrize("name", fixture_names() + off_fixture_names())
def test_a_fixture(name: str) -> None:
    held((FOLDER / name).read_text(encoding="utf-8"))


@pytest.mark.longer
@pytest.mark.parametrize("name", fixture_names() + off_fixture_names())
def test_a_fixture_at_every_step(name: str) -> None:
    held((FOLDER / name).read_text(encoding="utf-8"), EVERY_STEP)


@pytest.mark.longer
@pytest.mark.parametrize("kind", KINDS)
def test_a_fixture_while_it_is_mended(kind: str) -> None:
    for path in fixture_paths(kind):  # type: ignore[arg-type]
        chain = fixed(path.read_bytes().decode(), kind)  # type: ignore[arg-type]
        held(chain.last.text.whole)
        for step in chain.steps:
            if step.mended.finding.fault is not None:
                for text in texts_of(_programs(step.mended, {})):
                    assert offences(text) == [], text


# Names that mean something to Python, to the program, or to both once they are normalised.
NAMES = (
    "\uff45\uff56\uff41\uff4c \U0001d41e\U0001d431\U0001d41e\U0001d41c \uff4f\uff50\uff45\uff4e "
    "__class__ __import__ __builtins__ __name__ __debug_ _ __ numpy numpy_ theano_ open print "
    "eval exec read updates build run tell kept typed same CALLS NAMES KEPT FORM LATE name os "
    "warnings cost_of smooth_function drawn number positive average tensor value value_2 match "
    "case type async_ lambda_ gr\u00f6\u00dfe \u540d\u524d \u212a \ufb01 \u00aa \u2167 "
    "b\u0131l \u0435val self cls xrange unicode long reduce division print_function Refused"
).split()

TEXTS = (
    "x\n import os",
    "x\r__import__('os')",
    "'''\n\"\"\"\n",
    "\\",
    "\\\n",
    "x\u2028import os\u2029",
    "\x0c\x0bimport os",
    "# coding: rot13\n",
    "{0.__class__}",
    "{}",
    "%s%(x)s",
    "\u202egnp.\u2066",
    "\x1b]0;x\x07",
    "\ud800",
    "",
)

# {a} and {b} are shared variables, {x} an input, {t} is a literal of a text.
EXPRESSIONS = (
    "{a} * __import__('os').getpid()",
    "eval({t}) + {a}",
    "{a} + f\"{{__import__('os').system('x')}}\"",
    "{a} + {t}",
    "{a} * b'bytes' + 'a' 'b'",
    "{a} * 1j",
    "{a} * 1e999",
    "{a} - -1e999 * 0",
    "{a} + np.nan * np.inf * np.pi * math.e",
    "{a} + " + "9" * 4000,
    "{a} + 0x" + "f" * 5000,
    "{a} + 10**10000",
    "{a} * 9007199254740993",
    "{a} * ... if None else {a} * True",
    "{a} * (lambda q=__import__('os'): q)()",
    "{a} + T.grad({a} ** 2, {a}, consider_constant=[open({t})])",
    "{a} + T.grad(cost={a} ** 2 * unknown({t}), wrt={a}, **{{{t}: open}})",
    "{a} + T.grad({a} ** 2, [{a}], disconnected_inputs=eval)[0x0]",
    "sum(sorted([{a}, {b}], key=eval, reverse=open))",
    "sum(v for n, v in enumerate([{a}, {b}], start=__import__('os').getpid()))",
    "sum(v * n for n, v in enumerate([{a}, {b}], 10**40))",
    "{a}.__class__.__base__.__subclasses__()[{t}]({a})",
    "{a}.eval.__globals__[{t}]({a}, {b})",
    "theano.function.__globals__['__builtins__']['eval']({a})",
    "theano.tensor.__builtins__['eval']({a})",
    "np.os.system({a})",
    "np.load({t})({a})",
    "theano.config.__dict__[{t}] * {a}",
    "unknown.x.y[{t}]()({a})(open)",
    "{a}[__import__('os')]",
    "{a}[{t}]",
    "{a}[{t}:{t}, ..., None]",
    "{a}[-1:10**30:0x" + "f" * 5000 + "]",
    "{a}[0x" + "f" * 5000 + "]",
    "{a}[1e999, 1j, True]",
    "{a}[[eval, 1]]",
    "{a}.dimshuffle({t}, 0)",
    "{a}.dimshuffle('x', eval)",
    "{a}.dimshuffle([0x" + "f" * 5000 + ", 'x'])",
    "T.sum({a}, axis=({t},))",
    "T.sum({a}, axis=10**40, keepdims={t})",
    "T.sum({a}, axis=0x" + "f" * 5000 + ")",
    "T.mean({a}, axis=(0, -1), keepdims=True, dtype=eval({t}))",
    "T.concatenate([{a}, {b}], axis=eval)",
    "T.concatenate([{a}, {b}], axis=0x" + "f" * 5000 + ")",
    "T.stack([{a}, open], axis={t})",
    "T.clip({a}, min=eval, max={t})",
    "T.switch({a} > {t}, {a}, {b} if open else eval)",
    "{a} * (0 < {a} < __import__('os')) * ({a} in [{b}]) * ({a} is open)",
    "(~{a} & {a} | {b} ^ open) % {a} // eval",
    "{a} @ {b} * ({a} and not {b} or {t})",
    "(walrus := {a}) * walrus",
    "{a}.T.shape[{t}] * len({a}) + {a}.shape.eval()",
    "{a} * [o for o in (open, eval)][0]({t})",
    "{a} * {{**{{{t}: open}}}}[{t}]",
    "T.tanh({a}, *[open, eval], **{{{t}: eval}})",
    "{a} * np.random.uniform(low=eval, high={t}, size=(2, open))",
    "{a} * rng.normal(size={t}, avg=open)",
    "{a}.get_value(eval) * {b}",
    "theano.scan(lambda o: __import__(o), sequences=[{a}])[0]",
    "getattr({a}, {t})",
    "type({t}, (), {{{t}: {a}}})()",
    "{x} * {a} ** {x}",
)

STARTS = (
    "theano.shared(0., name={t})",
    "theano.shared(value=eval({t}), **{{{t}: open}})",
    "theano.shared(np.zeros((0x" + "f" * 5000 + ", -1, eval)))",
    "theano.shared(np.random.uniform(low=-eval({t}), high=open, size=(2, 0x" + "f" * 5000 + ")))",
    "theano.shared(np.array([{t}, 1j, 1e999]))",
    "theano.shared(np.array([[1, 2], [1e999, 0x" + "f" * 5000 + "]]))",
    "theano.shared(np.arange(eval({t})) * np.load({t}))",
    "theano.shared(np.eye(10**30))",
    "theano.shared(-1e999 + 0xf)",
    "theano.shared(10**5000)",
    "theano.shared(unknown.get_value() * __import__('os').getpid())",
    "theano.shared(np.exp(eval)(open).astype({t}))",
)

FRAMES = (
    """
{a} = theano.shared(1.)
{b} = {start}
updates = [({b}, 0.9 * {b} - {e}), ({a}, {a} + {b})]
theano.function([], [], updates=updates)
""",
    """
def train({x}, {a}, {b}, rate=eval({t}), other=0x{f}, *{c}, key={t}):
    '''{doc}'''
    updates = {{}}
    updates[{a}] = {a} * rate + {e}
    updates[{b}] = {b} * other * key - {a} * {c}
    return theano.function([{x}], [], updates=updates)
""",
    """
class Rule:
    def updates(self, cost, params):
        for {c}, {a}, {b} in zip(params, self.{a}, self[{t}].{b}):
            yield {b}, {b} * self.rate({t}) + {e}
            yield {a}, {a} - {b} * {c}
""",
    """
{a} = theano.shared(2.)
{b} = theano.shared({a}.get_value())
updates = {{{a}: {e}, {t}: open, **{{{t}: eval}}}}
updates[{a}] = {b}
updates[{b}] = {a}.get_value() * {e}
f = theano.function([], {a}, updates=updates)
updates[{b}] = {e}
theano.function([], [], updates.items())
theano.function([], [], updates=zip([{a}], [{b}]))
""",
)


def source(frame: str, names: Iterable[str], text: str, expression: str, start: str) -> str:
    a, b, c, x = names
    literal = repr(text)
    holes = {"a": a, "b": b, "c": c, "x": x, "t": literal, "f": "f" * 5000}
    written = {
        "e": expression.format(**holes),
        "start": start.format(**holes),
        "doc": literal[1:-1].replace("'", ""),
    }
    return HEAD + frame.format(**holes, **written)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("expression", EXPRESSIONS, ids=range(len(EXPRESSIONS)))
def test_a_hostile_expression(frame: str, expression: str) -> None:
    assert held(source(frame, "wvux", TEXTS[0], expression, STARTS[0])) > 0


@pytest.mark.parametrize("start", STARTS, ids=range(len(STARTS)))
def test_a_hostile_start(start: str) -> None:
    assert held(source(FRAMES[0], "wvux", TEXTS[1], "{a}", start)) > 0


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("frame", FRAMES)
def test_a_hostile_text(frame: str, text: str) -> None:
    assert held(source(frame, "wvux", text, "getattr({a}, {t}) + {a}[{t}]", STARTS[0])) > 0


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_name(name: str) -> None:
    for frame in FRAMES[:3]:
        assert held(source(frame, (name, f"{name}_2", f"{name}2", "x"), "", "{a}", STARTS[0])) > 0
        assert held(source(frame, ("w", name, f"{name}_", "x"), "", "{a}", STARTS[0])) > 0


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_all_of_it_at_once(data: st.DataObject) -> None:
    draw = data.draw
    identifiers = st.from_regex(r"[^\W\d]\w{0,9}", fullmatch=True).filter(
        lambda name: name.isidentifier() and not keyword.iskeyword(name)
    )
    names = draw(
        st.lists(st.sampled_from(NAMES) | identifiers, min_size=4, max_size=4, unique=True)
    )
    frame, start = draw(st.sampled_from(FRAMES)), draw(st.sampled_from(STARTS))
    parts = draw(st.lists(st.sampled_from(EXPRESSIONS), min_size=1, max_size=3))
    text = draw(st.sampled_from(TEXTS) | st.text(max_size=20))
    written = source(frame, names, text, " * ".join(f"({part})" for part in parts), start)
    try:
        ast.parse(written)
    except (SyntaxError, ValueError):
        return  # two names that are the same once normalised, or the like
    held(written)


@pytest.mark.parametrize("first", ["2", "np.zeros(3)", "(1, 2)"])
@pytest.mark.parametrize("doubled", ["n + n", "n * n", "[n, n]", "(n, n)"])
@pytest.mark.parametrize(
    "used", ["theano.shared(n)", "theano.shared(np.zeros(n))", "theano.shared(np.zeros(5))[n]"]
)
def test_what_doubles_in_each_line_is_no_more_work(first: str, doubled: str, used: str) -> None:
    lines = f"n = {first}\n" + f"n = {doubled}\n" * 60
    updates = "updates = [(v, 0.9 * v + x), (w, w + v)]\ntheano.function([], [], updates=updates)\n"
    start = f"w, x = theano.shared(1.), {used}\nv = theano.shared(np.ones(5))\n"
    assert held(HEAD + lines + start + updates) > 0
    assert held(HEAD + lines + start.replace("np.ones(5)", "n") + updates) > 0


PROGRAM = next(
    texts_of(
        findings_in(
            HEAD
            + "w, v = theano.shared(1.), theano.shared(2.)\nupdates = [(v, v + 1), (w, w + v)]\n"
        )
    ),
    "",
)


@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("    updates = [", "    import os\n    updates = ["),
        ("    updates = [", "    x = open(w)\n    updates = ["),
        ("    updates = [", "    x = w.__class__\n    updates = ["),
        ("    updates = [", "    x = w.tofile(w)\n    updates = ["),
        ("    updates = [", "    x = 'text'\n    updates = ["),
        ("    updates = [", "    x = lambda: w\n    updates = ["),
        ("    updates = [", "    x = f'{w}'\n    updates = ["),
        ("    updates = [", "    x = w[w]\n    updates = ["),
        ("    updates = [", "    numpy = w\n    updates = ["),
        ("    updates = [", "    w = theano.function(w)\n    updates = ["),
        ("    updates = [", "    x = [w for w in w]\n    updates = ["),
        ("    updates = [", "    # \x0c\n    updates = ["),
        ("    updates = [", "    # \u202e\n    updates = ["),
        ("    updates = [", "    # anything\n    updates = ["),
        ("def build(read):", "def build(read=open):"),
        ("def is_symbolic(value):", "def is_symbolic(value):\n    open('x')"),
        ("CALLS = 5", "CALLS = open"),
        ("NAMES = (", "NAMES = ('a b', "),
        ("import numpy\n", "import numpy, os\n"),
        ("backend('theano'", "backend('os'"),
        ("# -*- coding: utf-8 -*-", "# -*- coding: rot13 -*-"),
    ],
)
def test_the_grammar_refuses(what: str, instead: str) -> None:
    assert offences(PROGRAM) == []
    changed = PROGRAM.replace(what, instead, 1)
    assert changed != PROGRAM
    assert offences(changed) != []
