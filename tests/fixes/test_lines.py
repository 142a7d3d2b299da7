"""Lines that a fix makes too long are broken; they mean the same."""

from __future__ import annotations

import ast
from typing import cast

import pytest
from fixing import fixed
from hypothesis import given, settings
from hypothesis import strategies as st

from flake8_theano_updates.fixes.lines import in_short_lines, longest
from flake8_theano_updates.fixes.text import Replacement, Text, edited, split
from flake8_theano_updates.fixes.wrapping import Style, wrapped

NAMES = (
    "w",
    "mu",
    "velocity",
    "self.learning_rate",
    "updates[velocity]",
    "'a (b, c'",
    "f'{w!r:>{mu}}'",
)
FORMS = (
    "{0} + {1}",
    "{0} - {1}",
    "{0} * {1}",
    "{0}**{1}",
    "({0} / {1})",
    "-{0}",
    "f({0}, {1})",
    "f(step={0}, *{1})",
    "({0}, {1})",
    "[{0}, {1}]",
    "{{{0}: {1}}}",
    "({0} if {1} else -1)",
    "(not {0} or {1} not in w)",
    "[{0} for a, b in {1} if a]",
    "(lambda a, b=1: {0} + {1})",
    "{0}.mean(axis=1)",
    "f()[{0}:{1}, ::2]",
)
STATEMENTS = (
    "updates[w] = {0}",
    "updates.append((w, {0}))",
    "w, mu = {0}, {1}",
    "w: int = {0}",
    "w = mu = {0}",
    "w += {0}",
    "yield w, {0}",
    "return {0}",
    "if {0}: return {1}",
    "for a in f({0}): pass",
    "assert {0}, {1}",
    "w = lambda a, b: ({0}, {1})",
    "w = 1; mu = f({0}, {1})",
    "w = (yield {0}, {1})",
)


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(str.format, st.sampled_from(FORMS), inner, inner)


EXPRESSIONS = st.recursive(st.sampled_from(NAMES), _larger, max_leaves=14)
LINES = st.builds(str.format, st.sampled_from(STATEMENTS), EXPRESSIONS, EXPRESSIONS)
STYLES = st.permutations(["aligned", "hanging"])


def _broken(source: str, line: int, limit: int, styles: list[Style]) -> str:
    text = Text(split(source))
    changes = wrapped(text, 0, line, limit, styles)
    return edited(source, [Replacement(*one) for one in changes])


@settings(deadline=None)
@given(LINES, st.integers(20, 79), STYLES, st.sampled_from(["    ", "\t"]))
def test_a_broken_line_means_the_same(
    line: str, limit: int, styles: list[Style], indentation: str
) -> None:
    source = f"def f():\n{indentation}{line}  # why\n"
    after = _broken(source, 1, limit, styles)
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(source))
    assert after.replace(" ", "").replace("\t", "").replace("\n", "").replace("(", "").replace(
        ")", ""
    ) == source.replace(" ", "").replace("\t", "").replace("\n", "").replace("(", "").replace(
        ")", ""
    )
    lines = after.split("\n")
    assert not any(one != one.rstrip() for one in lines)
    assert max(map(len, lines)) <= max(map(len, source.split("\n"))) + len("  # why")
    if len(indentation + line) <= limit:
        assert after == source


@settings(deadline=None)
@given(EXPRESSIONS, st.integers(1, 3), st.data())
def test_edits_of_a_long_line_stay_apart(expression: str, count: int, data: st.DataObject) -> None:
    source = f"def f():\n    updates.append((velocity, {expression}))\n    return w\n"
    places = [
        node
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Name) and node.id in ("w", "mu", "velocity")
    ]
    text = Text(split(source))
    statements = [text.span(node)[0] for node in ast.parse(source).body[0].body]
    spans = sorted({text.span(node) for node in places if node.lineno == 2})
    chosen = sorted(data.draw(st.permutations(spans))[:count])
    edits = [Replacement(*span, "a_name_of_some_length") for span in chosen]
    unbroken = edited(source, edits)
    if "f'" in source:
        return  # the places of names in a text are not those of the file
    short = in_short_lines(text, edits, statements)
    after = edited(source, short)
    assert ast.dump(ast.parse(after)) == ast.dump(ast.parse(unbroken))
    assert edited(source, in_short_lines(text, short, statements)) == after


@pytest.mark.parametrize(
    ("line", "styles", "after"),
    [
        (
            "updates[w] = mu * updates[velocity] - rate * grad",
            ["aligned", "hanging"],
            "updates[w] = (mu * updates[velocity]\n              - rate * grad)",
        ),
        (
            "updates[w] = mu * updates[velocity] - rate * grad",
            ["hanging", "aligned"],
            "updates[w] = (\n    mu * updates[velocity] - rate * grad\n)",
        ),
        (
            "updates.append((param, param - rate * velocity))  # down",
            ["aligned", "hanging"],
            "updates.append((param,\n                param - rate * velocity))  # down",
        ),
        (
            "updates.append((param, param - rate * velocity))  # down",
            ["hanging", "aligned"],
            "updates.append(\n    (param, param - rate * velocity)\n)  # down",
        ),
        (
            "yield velocity, momentum * velocity - rate",
            ["aligned", "hanging"],
            "yield (velocity,\n       momentum * velocity - rate)",
        ),
        (
            "velocities = [f(velocity) for w, velocity in pairs]",
            ["aligned", "hanging"],
            "velocities = [f(velocity)\n              for w, velocity in pairs]",
        ),
        (
            "a_name_that_is_longer_than_any_line_may_be_here = w",
            ["aligned", "hanging"],
            "a_name_that_is_longer_than_any_line_may_be_here = w",
        ),
    ],
)
def test_lines_are_broken_as_people_do(line: str, styles: list[str], after: str) -> None:
    assert _broken(f"{line}\n", 0, 41, cast("list[Style]", styles)) == f"{after}\n"


def test_a_list_that_hangs_goes_on_hanging() -> None:
    source = "updates = [\n    (velocity, new_velocity), (w, w + new_velocity)]\n"
    after = "updates = [\n    (velocity, new_velocity),\n    (w, w + new_velocity)]\n"
    assert _broken(source, 1, 40, ["aligned", "hanging"]) == after


@pytest.mark.parametrize(
    ("line", "limit"),
    [
        ("x = 1\n", 79),
        (f"x = {'1' * 90}\n", 94),
        (f"x = {'1' * 70}  # {'why ' * 9}\n", 79),
        (f"# {'why ' * 30}\n", 79),
        (f"x = 'https://{'a' * 90}'\n", 79),
        (f"x = {'1' * 90}  # noqa: E501\n", 79),
    ],
)
def test_the_longest_line_of_code_tells(line: str, limit: int) -> None:
    assert longest(["import theano\n", line]) == limit


HEAD = """\
import theano
import theano.tensor as T


def optimizer(parameters, gradients, accumulators, learning_rate, epsilon):
    updates = []
    for parameter, gradient, accumulator in zip(parameters, gradients, accumulators):
"""


def test_a_fix_keeps_to_the_length_of_the_file() -> None:
    source = HEAD + (
        "        updates.append((accumulator, 0.9 * accumulator + 0.1 * T.sqr(gradient)))\n"
        "        updates.append((parameter, parameter - learning_rate * gradient\n"
        "                        / T.sqrt(accumulator + epsilon) + 0.001 * accumulator.mean()))\n"
        "    return updates\n"
    )
    chain = fixed(source, "new-value")
    assert chain.last.text.whole == HEAD + (
        "        accumulator_new = 0.9 * accumulator + 0.1 * T.sqr(gradient)\n"
        "        updates.append((accumulator, accumulator_new))\n"
        "        updates.append((parameter, parameter - learning_rate * gradient\n"
        "                        / T.sqrt(accumulator_new + epsilon)\n"
        "                        + 0.001 * accumulator_new.mean()))\n"
        "    return updates\n"
    )


def test_the_reason_of_a_comment_goes_where_there_is_no_room() -> None:
    source = HEAD.replace("parameter, ", "w, ").replace("learning_rate", "rate") + (
        "        updates.append((accumulator, accumulator + T.sqr(gradient)))\n"
        "        updates.append((w, w - rate * gradient / T.sqrt(accumulator)))\n"
        "    return updates\n"
    )
    after = fixed(source, "reorder").last.text.whole
    assert "/ T.sqrt(accumulator)))  # noqa: THU102\n" in after


def test_what_is_named_is_indented_for_its_new_place() -> None:
    source = HEAD + (
        "        updates.append(\n"
        "            (\n"
        "                accumulator,\n"
        "                T.switch(\n"
        "                    gradient > 0,\n"
        "                    accumulator + gradient,\n"
        "                    accumulator,\n"
        "                ),\n"
        "            )\n"
        "        )\n"
        "        updates.append((parameter, parameter - gradient / T.sqrt(accumulator)))\n"
        "    return updates\n"
    )
    after = fixed(source, "new-value").last.text.whole
    assert (
        "        accumulator_new = T.switch(\n"
        "            gradient > 0,\n"
        "            accumulator + gradient,\n"
        "            accumulator,\n"
        "        )\n"
    ) in after
