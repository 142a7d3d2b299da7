"""Code that nobody wrote for this checker: deep, wide, circular and strange programs."""

from __future__ import annotations

import ast
from textwrap import indent
from unittest.mock import ANY

import pytest

from flake8_theano_updates import findings
from flake8_theano_updates.confirm import confirm
from flake8_theano_updates.findings import check
from flake8_theano_updates.interpreter.scopes import Interpreted
from flake8_theano_updates.interpreter.statements import Interpreter

HEAD = "import theano\n\n\ndef train(x, w, acc, g, flags):\n    updates = []\n"
TAIL = "    return theano.function([x], [], updates=updates)\n"


def codes(source: str) -> list[str]:
    found = check(ast.parse(source), source.splitlines(keepends=True), "program.py")
    return [finding.code for finding in found]


def test_forty_branches_do_not_double_the_list_forty_times() -> None:
    body = "    updates = [(acc, acc + g)]\n"
    for number in range(40):
        body += f"    if flags[{number}]:\n        updates = updates + [(w, w - g / acc)]\n"
    # Each arm's pair reads acc after its registration: 40 places, one finding each.
    assert codes(HEAD + body + TAIL).count("THU101") == 40


@pytest.mark.parametrize("joined", ["updates = updates + updates", "updates += updates"])
@pytest.mark.parametrize(("times", "code"), [(12, "THU101"), (60, "THU001")])
def test_a_list_that_is_joined_with_itself(joined: str, times: int, code: str) -> None:
    # Of 2 ** 13 entries every one is known; of 2 ** 61 the checker says that it gives up.
    body = "    updates = [(acc, acc + g), (w, w - g / acc)]\n" + f"    {joined}\n" * times
    assert codes(HEAD + body + TAIL) == [code]


def test_two_names_that_are_exchanged_sixty_times() -> None:
    body = "    x, y = acc, w\n"
    for number in range(60):
        body += f"    if flags[{number}]:\n        x, y = y, x\n"
    body += "    updates.append((acc, acc + g))\n    updates.append((w, w - g / acc + x))\n"
    # The old acc is in a local before it is registered, and in the update after it.
    assert codes(HEAD + body + TAIL) == ["THU102", "THU101"]


def test_sixty_loops_over_one_list_in_each_other() -> None:
    loops = " ".join(f"for x{number} in x" for number in range(60))
    body = f"    updates = [(x0, x0 + g) {loops}]\n"
    body += "    updates += [(acc, acc + g), (w, w - g / acc)]\n"
    assert codes(HEAD + body + TAIL) == ["THU101"]


def test_a_long_chain_of_sums() -> None:
    body = "    step = g\n" + "    step = step + 1\n" * 3000
    body += "    updates.append((acc, acc + g))\n    updates.append((w, w - step / acc))\n"
    assert codes(HEAD + body + TAIL) == ["THU101"]


def test_a_long_chain_of_choices() -> None:
    body = f"    updates.append((acc, 0.9 * acc + g * g or {' or '.join(['g'] * 600)}))\n"
    body += "    updates.append((w, w - g / acc))\n"
    assert codes(HEAD + body + TAIL) == ["THU101"]


@pytest.mark.parametrize(
    "doubled",
    [
        "{0} + {0}",
        "{0} - {0}",
        "-{0} - -{0}",
        "{0} * {0}",
        "({0} + 1) * ({0} - 1)",
        "{0} / (1 - {0})",
        "{0} ** 2 * {0}",
        "[*{0}, *{0}]",
        "list({0}) + list({0})",
        "[x + y for x in {0} for y in {0}]",
        "({0}, {0})",
        "{0}[{0}]",
        "{0} if {0} else {0}",
        "theano.tensor.switch({0}, {0}, {0})",
    ],
)
@pytest.mark.parametrize(
    ("first", "last"),
    [
        ("acc", "updates.append((acc, acc + g * x60))\n    updates.append((w, w - g / x60))"),
        ("flags", "updates.append((acc, x60))\n    updates.append((w, w - g / acc))"),
        (
            "flags",
            "n = theano.shared(x60)\n    updates.append((acc, n * acc))\n"
            "    updates.append((w, w - n * acc))",
        ),
    ],
)
def test_sixty_doublings_do_not_take_for_ever(doubled: str, first: str, last: str) -> None:
    body = f"    x0 = {first}\n"
    for number in range(60):
        body += f"    x{number + 1} = {doubled.format(f'x{number}')}\n"
    codes(f"{HEAD}{body}    {last}\n{TAIL}")


@pytest.mark.parametrize(
    "deep",
    [
        "label = " + " + ".join(['"a"'] * 2000),
        "g = " + " + ".join(["g"] * 2000),
        "g = " + " - ".join(["g * 2"] * 2000),
        "g = g" + ".sum().mean()" * 350,
        "g = [g " + "for _ in flags " * 150 + "]",
        "if flags == 0:\n        g = g * 2"
        + "".join(f"\n    elif flags == {n}:\n        g = g * {n + 2}" for n in range(1, 900)),
        "if flags == 0:\n        helper(updates, g)"
        + "".join(f"\n    elif flags == {n}:\n        pass" for n in range(1, 900))
        + "\n    else:\n        self.helper(updates)",
    ],
    ids=["texts", "sum", "differences", "methods", "loops", "elifs", "helpers"],
)
def test_what_is_long_is_not_too_deep(deep: str) -> None:
    body = f"    {deep}\n    updates.append((acc, acc + x))\n    updates.append((w, w - x / acc))\n"
    assert codes(HEAD + body + TAIL) == ["THU101"]


@pytest.mark.longer
def test_a_verdict_beside_hundreds_of_elif() -> None:
    # Each arm holds another value: their ways grow with them.
    chain = "".join(f"    elif flags == {n}:\n        g = g * {n + 2}\n" for n in range(1, 300))
    body = f"    if flags == 0:\n        g = g * 2\n{chain}"
    body += "    updates.append((acc, acc + g))\n    updates.append((w, w - x / acc))\n"
    source = HEAD + body + TAIL
    (verdict,) = confirm(check(ast.parse(source), source.splitlines(keepends=True), "program.py"))
    assert verdict.status == "confirmed"


def test_a_variable_that_one_arm_binds_anew() -> None:
    body = "    updates.append((acc, acc + g))\n    if flags:\n        acc = theano.shared(0.0)\n"
    assert codes(f"{HEAD}{body}    updates.append((w, w - g / acc))\n{TAIL}") == ["THU101"]


STALE = """\
def {name}(x, w, acc):
    updates = [(acc, acc + x), (w, w - x / acc)]
    return theano.function([x], [], updates=updates)
"""
TOO_DEEP = "deep = " + "g.f()[0].b" + ".f()[0].b" * 250


def told(source: str) -> list[tuple[int, str, str]]:
    found = check(ast.parse(source), source.splitlines(keepends=True), "program.py")
    return [(finding.line, finding.code, finding.message) for finding in found]


def test_what_is_too_deep_costs_its_function_alone() -> None:
    stale = STALE.format(name="other").splitlines()
    source = "\n".join(
        ["import theano", *stale[:1], f"    {TOO_DEEP}", *stale[1:], *stale, "lr = 0.1"]
    )
    deep, found = told(source)
    assert deep == (
        2,
        "THU001",
        "line 3 nests too deeply to be followed; not checked: line 2 to line 5",
    )
    assert found[:2] == (7, "THU101")


def test_what_is_too_deep_in_a_module_costs_what_stands_outside_of_functions() -> None:
    first, last = (STALE.format(name=name) for name in ("first", "last"))
    source = (
        f"import theano\n{first}{TOO_DEEP}\nT = theano.tensor\nif T:\n    {TOO_DEEP}\n"
        f"acc = theano.shared(1.0)\nw = theano.shared(1.0)\n"
        f"updates = [(acc, acc + 1), (w, w - acc)]\n{last}"
    )
    found = told(source)
    assert [(line, code) for line, code, _ in found] == [
        (3, "THU101"),
        (5, "THU001"),
        (13, "THU101"),
    ]
    words = "line 5 nests too deeply to be followed; not checked: line 5 and what stands outside"
    assert found[1][2].startswith(words)


def test_what_a_statement_has_bound_that_is_too_deep_is_not_known() -> None:
    # Else the counter that the default makes of `k` would be one here too.
    source = (
        "import theano\nk = 2\nfor k in x:\n    step = "
        + "g.f()[0].b"
        + ".f()[0].b" * 250
        + "\n"
        + "def train(w, x):\n    n = theano.shared(1.0)\n"
        + "    return theano.function([x], [], updates=[(n, n + {}), (w, w - x / n)])\n"
    )
    assert [code for _, code, _ in told(source.format("2"))] == ["THU001"]
    assert [code for _, code, _ in told(source.format("k"))] == ["THU001", "THU101"]


@pytest.mark.longer
def test_updates_of_too_many_steps_cost_their_function_alone() -> None:
    chained = "".join(
        f"    new{n} = 0.9 * v{n} + new{n - 1}\n"
        f"    updates += [(v{n}, new{n}), (w{n}, w{n} + v{n})]\n"
        for n in range(1, 400)
    )
    source = (
        "import theano\ndef train(x, new0):\n    updates = []\n"
        f"{chained}    return theano.function([x], [], updates=updates)\n"
        f"{STALE.format(name='other')}"
    )
    assert told(source) == [
        (
            2,
            "THU001",
            "this takes too many steps to be followed; not checked: line 2 to line 802",
        ),
        (804, "THU101", ANY),
    ]


def fails(*_: object) -> bool:
    raise ZeroDivisionError("one\ntwo")


def test_an_error_of_the_interpreter_costs_its_function_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Interpreter, "_while", fails)
    first, last = (STALE.format(name=name) for name in ("first", "last"))
    source = f"import theano\nclass Both:\n{indent(first, '    ')}        while x: pass\n{last}"
    source = source.replace("w - x / acc)]\n    ", "w - x / acc)]\n        while x: pass\n    ", 1)
    (line, code, message), other = told(source)
    assert (line, code) == (3, "THU000")
    assert message.startswith("internal error: ZeroDivisionError: one two at test_robustness.py:")
    assert message.endswith("; not checked: line 3 to line 7; please report it")
    assert other[:2] == (9, "THU101")


def test_an_error_of_a_check_costs_its_scope_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    real = findings.lost_in_calls

    def fails_in_some(scope: Interpreted) -> object:
        return fails() if getattr(scope.node, "name", "") in ("", "first") else real(scope)

    monkeypatch.setattr(findings, "lost_in_calls", fails_in_some)
    first, last = (STALE.format(name=name) for name in ("first", "last"))
    found = told(f"import theano\n{first}{last}")
    assert [(line, code) for line, code, _ in found] == [
        (1, "THU000"),
        (2, "THU000"),
        (6, "THU101"),
    ]
    assert "; not checked: what stands outside of functions; please" in found[0][2]
    assert "; not checked: line 2 to line 4; please" in found[1][2]


def test_a_method_that_fails_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Interpreter, "_while", fails)
    source = """\
import theano


class Base:
    def __init__(self):
        while True:
            self.updates = []


class Both(Base):
    def train(self, x, w, acc):
        self.updates = [(acc, acc + x), (w, w - x / acc)]
"""
    assert [(line, code) for line, code, _ in told(source)] == [(5, "THU000"), (12, "THU101")]


def test_pairs_that_are_yielded_outside_of_functions_are_no_updates() -> None:
    head = "import theano\nacc = theano.shared(1.0)\nw = theano.shared(1.0)\n"
    assert codes(f"{head}yield acc, acc + 1\nyield w, w - acc\nyield from [(w, w)]\n") == []


def test_a_number_of_more_digits_than_python_prints() -> None:
    big = f"0x{'f' * 6000}"
    body = f"    x = {{{big}: 1}}\n    if flags == {big}:\n        g = g * -{big} * x[{big}]\n"
    body += "    updates.append((acc, acc + g))\n    updates.append((w, w - g / acc))\n"
    assert codes(HEAD + body + TAIL) == ["THU101"]


def test_a_thousand_updates() -> None:
    body = "".join(f"    updates.append((flags[{n}], flags[{n}] + g))\n" for n in range(1000))
    assert codes(HEAD + body + TAIL) == []


def test_functions_that_call_each_other_for_ever() -> None:
    source = """\
import theano


def first_updates(w, g):
    return second_updates(w, g) + [(w, w - g)]


def second_updates(w, g):
    return first_updates(w, g)
"""
    assert codes(source) == []


@pytest.mark.parametrize(
    "last",
    [
        TAIL,
        TAIL.replace("[], updates", "updates, updates"),
        "    for pair in [updates, updates]:\n        pass\n" + TAIL,
        "    both = (x, w)\n    both += (both, updates)\n    for pair in [both]:\n"
        "        updates.append((acc, acc + 1))\n" + TAIL,
    ],
)
def test_a_list_that_holds_itself(last: str) -> None:
    body = "    updates.append(updates)\n    updates.append((w, w - g))\n"
    assert codes(HEAD + body + last) == []


def test_a_list_that_holds_a_pair_of_itself() -> None:
    body = "    updates.append((updates, 0.5 * updates + g))\n"
    assert codes(HEAD + body + TAIL.replace("[], updates", "updates, updates")) == []


@pytest.mark.parametrize(
    "line",
    [
        "(updates := [(acc, acc + g)])",
        "updates[:] = [(acc, acc + g)]",
        "updates.append(*[(acc, acc + g)])",
        "updates.extend(x for x in updates)",
        "del updates[0]",
        "global updates_of_all",
        "async_updates = [(acc, acc + g) for _ in flags if (y := g)]",
        "updates.append((w, w - g if flags else w + g))",
        "match = {**{}, 'updates': lambda: (yield)}",
        "updates, = [[(w, w - g)]]",
        "(updates, *rest) = [[(w, w - g)], 1, 2]",
        "updates += updates",
        "updates = updates if flags else updates",
        "x = updates[0][1][2][3]",
        "w.default_update = w - g",
        "updates.append((w, f'{w}{acc!r}'))",
    ],
)
def test_odd_lines_are_read_without_a_word(line: str) -> None:
    codes(
        HEAD.replace("def train(x, w", "def train(updates_of_none, x, w") + f"    {line}\n" + TAIL
    )


def test_characters_count_not_bytes() -> None:
    source = (
        "import theano\n\n\ndef train(x, w, é, g):\n"
        "    return theano.function([x], [], updates=[(é, é + g), (w, 'ü' and w - g / é)])\n"
    )
    (finding,) = check(ast.parse(source), source.splitlines(keepends=True), "program.py")
    line = source.splitlines()[finding.line - 1]
    assert (finding.code, line[finding.column - 1 : finding.end_column - 1]) == ("THU101", "é")


def test_code_that_is_not_about_theano_is_left_alone() -> None:
    source = "updates = [(a, a + b), (b, b + a)]\nfunction(updates=updates)\n"
    assert codes(source) == []


@pytest.mark.parametrize(
    "made", ["T.matrix('x')", "T.matrix()", "T.dvector('x')", "T.tensor3('x')"]
)
def test_an_input_is_data_whether_it_has_a_name_or_not(made: str) -> None:
    # A running mean of data is no counter, which only numbers would make it.
    source = (
        "import theano\nimport theano.tensor as T\n"
        f"x = {made}\nmean = theano.shared(0.0)\nspread = theano.shared(1.0)\n"
        "updates = [(mean, 0.9 * mean + 0.1 * x.mean()),\n"
        "           (spread, 0.9 * spread + 0.1 * abs(x - mean).mean())]\n"
        "f = theano.function([x], [], updates=updates)\n"
    )
    assert codes(source) == ["THU101"]


def test_a_rate_that_is_an_input_still_makes_a_schedule() -> None:
    source = (
        "import theano\nimport theano.tensor as T\n"
        "rate = T.scalar('rate')\nlr = theano.shared(0.1)\nw = theano.shared(1.0)\n"
        "updates = [(lr, lr * rate), (w, w - lr * T.grad(w ** 2, w))]\n"
        "f = theano.function([rate], [], updates=updates)\n"
    )
    assert codes(source) == []
