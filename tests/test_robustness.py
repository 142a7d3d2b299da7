"""Code that nobody wrote for this checker: deep, wide, circular and strange programs."""

from __future__ import annotations

import ast

import pytest

from flake8_theano_updates.findings import check

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


def test_a_list_that_holds_itself() -> None:
    body = "    updates.append(updates)\n    updates.append((w, w - g))\n"
    assert codes(HEAD + body + TAIL) == []


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
