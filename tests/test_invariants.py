"""What must not matter to the findings: names, layout, unrelated code, and where it stands."""

from __future__ import annotations

import ast
import keyword
import random
import re

import black
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from marks import FOLDER, fixture_names

from flake8_theano_updates.findings import check

# Programs whose findings are neither none nor all of one kind.
PROGRAMS = [
    name for name in fixture_names() if not name.startswith(("THU101/programs", "clean/keras"))
]

UNRELATED = '''
def unrelated(numbers):
    """Nothing of this is about updates."""
    total = 0
    for number in numbers:
        if number > 3:
            total += number
    return {"total": total, "pairs": [(1, 2), (3, 4)]}
'''


def codes(source: str) -> list[tuple[str, str]]:
    """Return the findings without their places: codes and what is read."""
    found = check(ast.parse(source), source.splitlines(keepends=True), "program.py")
    return [(f.code, f.variable or "") for f in found]


def _source(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", PROGRAMS)
def test_black_changes_no_finding(name: str) -> None:
    source = _source(name)
    narrow = black.format_str(source, mode=black.Mode(line_length=60))
    assert sorted(set(codes(narrow))) == sorted(set(codes(source)))
    assert len(codes(narrow)) >= len(codes(source))  # two reads of one line may part


@pytest.mark.parametrize("name", PROGRAMS)
def test_unrelated_code_changes_no_finding(name: str) -> None:
    source = _source(name)
    tree = ast.parse(source)
    before = tree.body[1].lineno if len(tree.body) > 1 else 1
    lines = source.splitlines(keepends=True)
    with_more = "".join([*lines[: before - 1], UNRELATED, "\n", *lines[before - 1 :], UNRELATED])
    assert codes(with_more) == codes(source)


@pytest.mark.parametrize("name", PROGRAMS)
def test_wrapping_in_a_function_changes_no_finding(name: str) -> None:
    source = _source(name)
    inside = "".join(f"    {line}" for line in source.splitlines(keepends=True))
    assert codes(f"def program():\n{inside}\n") == codes(source)


@pytest.mark.parametrize("name", [name for name in PROGRAMS if name != "question.py"])
def test_wrapping_in_a_class_changes_no_finding(name: str) -> None:
    """Functions become static methods, called as the class's own."""
    tree = ast.parse(_source(name))
    functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    called = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    movable = [node for node in functions if node.name not in called]
    rest = [node for node in tree.body if node not in movable]
    plain = ast.Module([*rest, *movable], [])
    for node in movable:
        node.decorator_list = [ast.Name("staticmethod", ast.Load())]
    holder = ast.ClassDef("Holder", [], [], [*movable, ast.Pass()], [])
    wrapped = ast.Module([*rest, holder], [])
    expected = codes(ast.unparse(ast.fix_missing_locations(plain)))
    assert codes(ast.unparse(ast.fix_missing_locations(wrapped))) == expected


@settings(max_examples=25, deadline=None)
@given(name=st.sampled_from(PROGRAMS), seed=st.integers(0, 10**6))
def test_renaming_locals_changes_no_finding(name: str, seed: int) -> None:
    """Names that carry no meaning may be any; those that say something are left alone."""
    source = _source(name)
    letters = random.Random(seed)
    new_names = {
        local: "".join(letters.choices("xyzq", k=3)) + str(number)
        for number, local in enumerate(_locals_without_meaning(ast.parse(source)))
    }
    tree = _Rename(new_names).visit(ast.parse(source))
    expected = [(code, _renamed_text(text, new_names)) for code, text in _codes_of_tree(source)]
    assert codes(ast.unparse(tree)) == expected


def _codes_of_tree(source: str) -> list[tuple[str, str]]:
    return codes(ast.unparse(ast.parse(source)))


def _renamed_text(text: str, names: dict[str, str]) -> str:
    return re.sub(r"[A-Za-z_]\w*", lambda match: names.get(match[0], match[0]), text)


def _locals_without_meaning(tree: ast.Module) -> list[str]:
    """Return the loop variables and locals of one to three letters."""
    stored = {
        node.id
        for node in ast.walk(tree)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
    imported = {
        (alias.asname or alias.name)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    # p, w, b, lr, mu... are evidence of their own: parameters and hyperparameters.
    telling = {"p", "w", "b", "W", "lr", "mu", "t", "up", "ups", "eps", "rho", "rng"}
    return sorted(
        name
        for name in stored - imported - telling
        if len(name) <= 3 and not keyword.iskeyword(name)
    )


class _Rename(ast.NodeTransformer):
    def __init__(self, names: dict[str, str]) -> None:
        self._names = names

    def visit_Name(self, node: ast.Name) -> ast.Name:
        node.id = self._names.get(node.id, node.id)
        return node

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.arg = self._names.get(node.arg, node.arg)
        return node

    def visit_keyword(self, node: ast.keyword) -> ast.keyword:
        self.generic_visit(node)
        return node


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_the_order_of_independent_definitions_does_not_matter(seed: int) -> None:
    """The shared variables of a program may be made in any order."""
    made = [f"{name} = theano.shared(0.5)" for name in ("acc", "velocity", "step", "other")]
    random.Random(seed).shuffle(made)
    source = "\n".join(
        [
            "import theano, theano.tensor as T",
            "def train(x, w, grad):",
            *(f"    {line}" for line in made),
            "    return theano.function([x], [], updates=[",
            "        (acc, acc + grad**2),",
            "        (velocity, 0.9 * velocity - grad / T.sqrt(acc)),",
            "        (w, w + velocity),",
            "        (other, other + step),",
            "    ])",
        ]
    )
    assert codes(source) == [("THU101", "acc"), ("THU101", "velocity")]
