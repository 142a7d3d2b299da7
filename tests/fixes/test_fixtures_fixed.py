"""The fixes of every fixture, byte for byte, and what is left after them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from fixing import KINDS, expected_path, fixed, fixture_paths, look
from marks import FOLDER

from flake8_theano_updates.fixes.offered import Kind
from flake8_theano_updates.rules import ORDER

PAIRS = [(kind, fixture) for kind in KINDS for fixture in fixture_paths(kind)]


def _ids(value: object) -> str:
    return value.relative_to(FOLDER).as_posix() if isinstance(value, Path) else str(value)


@pytest.mark.parametrize(("kind", "fixture"), PAIRS, ids=_ids)
def test_a_fixture_is_fixed_as_expected_for_good_and_without_new_findings(
    kind: Kind, fixture: Path
) -> None:
    chain = fixed(fixture.read_bytes().decode(), kind)
    once = chain.last.text.whole
    expected = expected_path(kind, fixture)
    assert once.encode() == (expected if expected.exists() else fixture).read_bytes()
    assert fixed(once, kind).last.text.whole == once
    # Fixes that are made at once leave one file.
    left = {id(step.mended.source): step.mended.source for step in chain.steps}
    for before, after in pairwise([chain.first, *left.values()]):
        made = [step for step in chain.steps if step.mended.source is after]
        assert len(after.findings) <= len(before.findings) - len(made)


def test_new_values_for_all_but_one_of_the_fixtures() -> None:
    left = [
        (fixture.name, refusal.finding.variable, refusal.reason)
        for fixture in fixture_paths("new-value")
        for refusal in fixed(fixture.read_bytes().decode(), "new-value").refusals
        if refusal.finding.code in ORDER
    ]
    assert [(name, variable) for name, variable, _ in left] == [("helpers.py", "self.velocity")]


def test_a_fix_that_silences_its_neighbour_waits() -> None:
    # With velocity_new alone, `- step` would look meant.
    source = """\
import theano
import theano.tensor as T

def nag_updates(J, params, momentum, learning_rate):
    for param in params:
        step = theano.shared(param.get_value() * 0)
        velocity = theano.shared(param.get_value() * 0)
        yield step, momentum * velocity
        yield param, param + step
        yield velocity, step - learning_rate * T.grad(J, param)
        yield param, param + velocity - step
"""
    after = fixed(source, "new-value").last.text.whole
    assert "yield param, param + velocity_new - step_new" in after


@pytest.mark.parametrize("end", ["\n", ""])
def test_a_missing_last_newline_stays_missing(end: str) -> None:
    source = (
        "import theano\n"
        "def f(x, w, v, g):\n"
        "\tups = []\n"
        "\tups.append((v, 0.9 * v - g))  # the velocity\n"
        "\n"
        "\tups.append((w, w + v))\n"
        f"\treturn theano.function([x], [], updates=ups){end}"
    )
    after = fixed(source, "new-value").last.text.whole
    assert after == (
        "import theano\n"
        "def f(x, w, v, g):\n"
        "\tups = []\n"
        "\tv_new = 0.9 * v - g\n"
        "\tups.append((v, v_new))  # the velocity\n"
        "\n"
        "\tups.append((w, w + v_new))\n"
        f"\treturn theano.function([x], [], updates=ups){end}"
    )


def test_columns_count_characters() -> None:
    source = (
        "import theano\n"
        "def f(x, w, v, é):\n"
        "    return theano.function(['ü', x], [], updates=[(v, v - é), (w, w + v)])\n"
    )
    after = fixed(source, "new-value").last.text.whole
    assert "    v_new = v - é\n    return" in after
    assert "updates=[(v, v_new), (w, w + v_new)])" in after


def test_several_lines_get_brackets() -> None:
    source = (
        "import theano\n"
        "def f(x, w, v, g):\n"
        "    return theano.function([x], [], updates=[\n"
        "        (v, 0.9 * v  # decay\n"
        "            - g),\n"
        "        (w, w + v)])\n"
    )
    after = fixed(source, "new-value").last.text.whole
    assert "    v_new = (0.9 * v  # decay\n             - g)\n" in after
    assert look([after]).findings == ()


def _updates(*statements: str) -> str:
    """Write a function that fills a list of updates and compiles it."""
    body = "".join(f"    {line}\n" for line in ("updates = []", *statements))
    return (
        "import theano\nimport theano.tensor as T\n\n"
        "def f(x, w, acc, g, decay, acc_new=0):\n"
        f"{body}    return theano.function([x], [], updates=updates)\n"
    )


def test_an_update_made_sometimes_leaves_the_old_value_otherwise() -> None:
    source = _updates(
        "if decay:",
        "    updates.append((acc, acc + g**2))",
        "updates.append((w, w - g / T.sqrt(acc)))",
    )
    assert fixed(source, "new-value").last.text.whole == _updates(
        "if decay:",
        "    acc_new2 = acc + g**2",
        "    updates.append((acc, acc_new2))",
        "else:",
        "    acc_new2 = acc",
        "updates.append((w, w - g / T.sqrt(acc_new2)))",
    )


def test_a_name_bound_in_one_of_many_branches_is_not_read_outside() -> None:
    source = _updates(
        "if decay:",
        "    more = acc + g**2",
        "    updates.append((acc, more))",
        "elif T:",
        "    pass",
        "updates.append((w, w - g / T.sqrt(acc)))",
    )
    assert fixed(source, "new-value").last.text.whole == _updates(
        "if decay:",
        "    more = acc + g**2",
        "    acc_new2 = more",
        "    updates.append((acc, acc_new2))",
        "elif T:",
        "    pass",
        "    acc_new2 = acc",
        "else:",
        "    acc_new2 = acc",
        "updates.append((w, w - g / T.sqrt(acc_new2)))",
    )


def test_what_the_new_value_needs_moves_along_with_its_comments() -> None:
    source = _updates(
        "updates.append((w, w - g / T.sqrt(acc)))",
        "# the square",
        "square = g**2  # of the gradient",
        "updates.append((acc, acc + square))",
    )
    assert fixed(source, "new-value").last.text.whole == _updates(
        "# the square",
        "square = g**2  # of the gradient",
        "acc_new2 = acc + square",
        "updates.append((w, w - g / T.sqrt(acc_new2)))",
        "updates.append((acc, acc_new2))",
    )


def test_a_name_that_changes_in_between_is_a_reason_for_no_fix() -> None:
    source = _updates(
        "square = g**2",
        "updates.append((w, w - square / T.sqrt(acc)))",
        "square = square * 2",
        "updates.append((acc, acc + square))",
    )
    chain = fixed(source, "new-value")
    assert chain.last.text.whole == source


def test_a_function_called_add_adds_to_nothing() -> None:
    source = _updates(
        "rate = T.switch(acc > 1, decay * w, w)",
        "more = T.add(decay * acc, g)",
        "updates.append((w, rate))",
        "updates.append((acc, more))",
    )
    assert fixed(source, "new-value").last.text.whole == _updates(
        "more = T.add(decay * acc, g)",
        "rate = T.switch(more > 1, decay * w, w)",
        "updates.append((w, rate))",
        "updates.append((acc, more))",
    )


def test_the_reason_is_that_of_a_way_for_such_code() -> None:
    source = _updates(
        "for one in g:",
        "    updates.append((w, w - one * acc))",
        "for one in g:",
        "    updates.append((acc, acc + one))",
    )
    (refusal,) = fixed(source, "new-value").refusals
    assert refusal.reason == "the new value is computed in another loop than the read"


@pytest.mark.parametrize(
    ("noise", "reason"),
    [
        ("rng.normal(a.shape)", "the new value draws random numbers"),
        ("(n := g**2)", "the new value binds a name"),
    ],
)
def test_what_is_not_the_same_twice_is_not_written_out(noise: str, reason: str) -> None:
    source = (
        "import theano\nimport theano.tensor as T\n\n\n"
        "def build(p, a, g, rng):\n"
        f"    pairs = lambda p, a, g: [(a, a + {noise}), (p, p - g / T.sqrt(a))]\n"
        "    return theano.function([], [], updates=pairs(p, a, g))\n"
    )
    chain = fixed(source, "new-value")
    assert chain.last.text.whole == source
    assert reason in {refusal.reason for refusal in chain.refusals}


def test_statements_on_one_line_stay_on_it() -> None:
    source = _updates(
        "if decay: updates.append((acc, acc + g)); updates.append((w, w - g / T.sqrt(acc)))"
    )
    assert fixed(source, "new-value").last.text.whole == _updates(
        "if decay: acc_new2 = acc + g; updates.append((acc, acc_new2)); "
        "updates.append((w, w - g / T.sqrt(acc_new2)))"
    )


def test_a_comprehension_is_lengthened_behind_its_brackets_and_comments() -> None:
    head = (
        "import theano\n"
        "from itertools import chain\n"
        "def f(x, params, accs, gs):\n"
        "    return theano.function([x], [], updates=list(chain.from_iterable(\n"
    )
    body = "        [(a, {0}), (p, p - g / {1})]\n        for p, a, g in zip(params, accs, (gs))"
    source = f"{head}{body.format('a + g**2', 'a')} if (not(x))  # (sometimes\n    )))\n"
    assert fixed(source, "new-value").last.text.whole == (
        f"{head}{body.format('a_new', 'a_new')} if (not(x))\n"
        "        for a_new in [a + g**2]  # (sometimes\n"
        "    )))\n"
    )


def test_brackets_and_comments_in_a_dict_stay() -> None:
    source = (
        "import theano\n"
        "def f(x, a, b):\n"
        "    return theano.function([x], [], updates={\n"
        "        (a)  # the first:\n"
        "        : (a + 1),  # (stepped}\n"
        "        b: b + x,\n"
        "    })\n"
    )
    assert fixed(source, "rewrite").last.text.whole == (
        "from collections import OrderedDict\n"
        "\n"
        "import theano\n"
        "def f(x, a, b):\n"
        "    return theano.function([x], [], updates=OrderedDict([\n"
        "        ((a)  # the first:\n"
        "        , (a + 1)),  # (stepped}\n"
        "        (b, b + x),\n"
        "    ]))\n"
    )


def test_a_flat_list_gets_its_brackets_and_keeps_its_comments() -> None:
    source = (
        "import theano\n"
        "def f(x, a):\n"
        "    return theano.function([x], [], updates=[\n"
        "        a,  # the state\n"
        "        a + x,  # stepped\n"
        "    ])\n"
    )
    assert fixed(source, "rewrite").last.text.whole == (
        "import theano\n"
        "def f(x, a):\n"
        "    return theano.function([x], [], updates=[(\n"
        "        a,  # the state\n"
        "        a + x,  # stepped\n"
        "    )])\n"
    )
