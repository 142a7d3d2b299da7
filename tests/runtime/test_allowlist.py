"""Hostile programs are refused before anything runs."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from runtime.faults import verdict_on

from flake8_theano_updates.runtime.allowlist import RefusedError, verify
from flake8_theano_updates.runtime.stand_ins import StandIns

IMPORTS = ["import functools", "import numpy as np", "T = theano.tensor"]
MADE = StandIns((), frozenset({"self", "self.inner"}), frozenset({"inner", "lr", "tofile"}))
FRAME = frozenset({"StandIn", "smooth"})


def check(body: str) -> None:
    lines = [*IMPORTS, "self = StandIn()", "self.inner = StandIn()", *body.splitlines()]
    build = "def build(read, target):\n    " + "\n    ".join(lines)
    verify(build, len(IMPORTS), MADE, FRAME)


@pytest.mark.parametrize(
    "body",
    [
        "eval('1')",
        "exec('1')",
        "open('/etc/passwd')",
        "getattr(read, 'x')",
        "type(read)",
        "vars()",
        "print(1)",
        "x = __builtins__",
        "x = read.__class__",
        "x = ().__class__.__bases__[0].__subclasses__()",
        "x = '{0.__class__}'.format(read)",
        "import os",
        "import os.path as np",
        "from os import system",
        "from theano.gof import cmodule",
        "from theano import config\nx = config",
        "from theano import config\nconfig.cxx",
        "from numpy import load",
        "np.load('x')",
        "np.os",
        "x = np",
        "x = theano.tensor",
        "x = T\nx.basic",
        "f = lambda m: m.sys\nf(theano)",
        "theano.configparser.os.system('true')",
        "theano.compile.function_module",
        "T.basic.sys",
        "np.ones(3).tofile('x')",
        "read(1).dump('x')",
        "read(1).ctypes",
        "read(1).owner",
        "read.func_globals",
        "(x for x in []).gi_frame",
        "self.missing",
        "read.its_a = 1",
        "T.sqr.its_a = 1",
        "x = np.its_a",
        "x = read.its___class__",
        "self.inner = np.ones(3)\nself.inner.tofile('x')",
        "for self.inner in [np.ones(3)]:\n    self.inner.tofile('x')",
        "self = np.ones(3)\nself.tofile('x')",
        "def f(self):\n    self.tofile('x')\nf(np.ones(3))",
        "def f(x, self):\n    self.tofile('x')\nfunctools.partial(f, self)(np.ones(3))",
        "def f(self):\n    self.tofile('x')\nfunctools.partial(f, self)\nf(np.ones(3))",
        "f = lambda self: self.tofile('x')\nf(np.ones(3))",
        "s = self\ns.inner = np.ones(3)\nself.inner.tofile('x')",
        "s = self\ns.lr = np.ones(3)\ns.lr.tofile('x')",
        "s = self\ns = np.ones(3)\ns.tofile('x')",
        "s = self\nfor s in [np.ones(3)]:\n    s.tofile('x')",
        "s = self\nf = lambda s: s.tofile('x')\nf(np.ones(3))",
        "self.lr = self.inner\nfor self.lr in [np.ones(3)]:\n    self.lr.tofile('x')",
        "x = 10 ** 1000000",
        "x = 9999999999999",
        f"x = {'a' * 300!r}",
        "while True:\n    pass",
        "try:\n    pass\nexcept:\n    pass",
        "with read as x:\n    pass",
        "class A(object):\n    pass",
        "global other",
        "del read",
        "raise read",
        "assert read",
        "@smooth\ndef f():\n    pass",
        "async def f():\n    pass",
        "x = 1 << 99",
        "x = f'{read!r:>99999999}'",
        "np = 1",
        "undefined + 1",
        "def __f():\n    pass",
        "f(__x=1)",
        "np.exp = smooth",
        "np.pi += 1",
        "theano.config.floatX = 'float16'",
        "T.sqr.name = 'x'",
        "for np.exp in [smooth]:\n    pass",
        "x = [1 for np.pi in [3]]",
        "(np.exp, x) = (1, 2)",
        "x = '{0._' + '_class_' + '_}'\nx.format(read)",
        "x = ('{0._' + '_class_' + '_}').format(read)",
        "x = '{0.T}'.format(read)",
        "x = '{0[a]}'.format(read)",
        "x = '{:{0.T}}'.format(read)",
        "x = '{'.format(1)",
        "x = read(1).name.format(read)",
        "f = lambda open: 1\nopen('x')",
        "def f():\n    getattr = 1\ngetattr(read, 'x')",
        "x = [1 for eval in [2]]\neval('1')",
        "build(read, target)",
        "def self(x):\n    return x\nself.tofile('x')",
        "for x in [1, 2]:\n    self.tofile('x')\n    def self(x):\n        return x",
        "f = lambda np: np.sum(1)\nf(read)",
        "def np():\n    pass",
        "x = 0x1" + 300 * "0",
        "x = 0x1" + 5000 * "0",
        "x = -0x1" + 5000 * "0",
        "x = 2 ** 0x1" + 5000 * "0",
    ],
)
def test_refused(body: str) -> None:
    with pytest.raises(RefusedError, match=r"^refused: "):
        check(body)


@pytest.mark.parametrize(
    "body",
    [
        "x = T.sqrt(np.ones((2, 2)) ** 2) + self.inner.lr * self.lr",
        "x = [a + 1 for a in range(3)]\nreturn x",
        "x = theano.shared(np.ones(3)).get_value(borrow=True).shape",
        "def decay(self):\n    return self.lr\nself.decay = functools.partial(decay, self)",
        "x = theano.config.floatX",
        "x = 'a %s' % 1",
        "x = read.name + '_velocity'",
        "self.lr = 3",
        "s = self\nx = s.lr",
        "self.lr = self.inner\nx = self.lr.tofile",
        "x = [layer.its_w for layer in [StandIn(its_w=1)]]",
        "x = '{1}_{name:>3} {{x}} {0!r}'.format(1, 2, name=read)",
        "x = 'a %5.2f %s%%' % (1, 2)",
        "f = lambda x: [x for y in [x]]\nf(1)",
        "def f(n):\n    return f(n - 1)\nf(1)",
    ],
)
def test_allowed(body: str) -> None:
    check(body)


@pytest.mark.parametrize("body", ["x = = 1", "f = lambda x, x: 1", "x = " + "(" * 500])
def test_what_is_no_program(body: str) -> None:
    with pytest.raises(RefusedError, match="no program"):
        check(body)


def test_a_long_program() -> None:
    with pytest.raises(RefusedError, match="too long"):
        check("\n".join("x = 1" for _ in range(7000)))


@pytest.mark.usefixtures("_one_worker")
def test_settings_of_a_module_do_not_reach_other_programs() -> None:
    source = """
import theano
import numpy as np
theano.config.floatX = "float16"
w = theano.shared(np.asarray(1.0, dtype=theano.config.floatX))
v = theano.shared(np.asarray(2.0, dtype=theano.config.floatX))
updates = [(v, v * v),
           (w, w + v)]  # read
"""
    verdict = verdict_on(source, read="v", reader="w", registered="v")
    assert verdict.status == "confirmed", verdict.reason
    assert verdict.snippet is not None
    assert "float16" not in verdict.snippet


@pytest.mark.parametrize(
    "hostile",
    [
        "open({canary!r}, 'w').write('x')",
        "__import__('os').system('touch {canary}')",
        "os.system('touch {canary}')",
        "np.ones(3).tofile({canary!r})",
        "w.get_value().tofile({canary!r})",
        "np.save({canary!r}, 1)",
        "np.random.get_state(open({canary!r}, 'w'))",
        "theano.configparser.os.system('touch {canary}')",
        "(lambda: ().__class__.__base__.__subclasses__())()",
        "getattr(theano, 'config' + 'parser').os.system('touch {canary}')",
        "__import__('pickle').loads(b'cos\\nsystem\\n(Vtouch {canary}\\ntR.')",
        "('{{0._' + '_class_' + '_}}').format(w)",
        "[open({canary!r}, 'w') for open in [open]][0]",
        "(lambda f=open({canary!r}, 'w'): f)()",
        "theano.printing.Print('x', ['shape'], open({canary!r}, 'w'))(v)",
        "__import__('subprocess').Popen(['touch', {canary!r}]).wait()",
        "10 ** 10 ** 10",
        "0x1" + 400 * "0",
        "len(10 ** 9 * [0])",
        "np.ones((10 ** 9, 10 ** 9)).sum()",
        "(lambda f: f(f))(lambda f: f(f))",
        "(" + 400 * "-" + "1)",
    ],
)
@pytest.mark.usefixtures("_one_worker")
def test_nothing_else_of_a_module_runs(hostile: str, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    source = f"""
import os
import numpy as np
import theano
open({str(canary)!r}, 'w')
w = theano.shared(1.0)
v = theano.shared(2.0)
updates = [(v, v * {hostile.format(canary=str(canary))}),
           (w, w + v)]  # read
"""
    ast.parse(source)
    verdict = verdict_on(source, read="v", reader="w", registered="v")
    assert verdict.status in ("unresolved", "confirmed", "raises")
    assert "internal error" not in verdict.reason
    assert not canary.exists()
