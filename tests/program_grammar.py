"""What the text of a program may be made of, and what in a text is anything else.

It is written down here a second time, so that what prints programs cannot widen it unseen.
"""

from __future__ import annotations

import ast
import builtins
import functools
import io
import keyword
import math
import re
import tokenize
from collections.abc import Iterator
from pathlib import Path

import flake8_theano_updates
from flake8_theano_updates.confirm import programs
from flake8_theano_updates.confirm.table import FUNCTIONS

_BACKEND = Path(flake8_theano_updates.__file__).parent / "backend"


def _functions(text: str) -> dict[str, str]:
    """Return the lines of each function and class of a module."""
    lines = text.split("\n")
    return {
        node.name: "\n".join(lines[node.lineno - 1 : node.end_lineno])
        for node in ast.parse(text).body
        if isinstance(node, (ast.FunctionDef, ast.ClassDef))
    }


_FIXED = {
    name: function
    for module in ("frame.py", "frame_pairs.py", "frame_generators.py")
    for name, function in _functions((_BACKEND / module).read_text(encoding="utf-8")).items()
}
_BACKENDS = {"theano", "aesara", "pytensor"}
_KINDS = set("refused misplaced overwritten late frozen returned written dropped drawing".split())
_FORMS = {"list", "zip", "map", "generator", "flat"}
_QUESTIONS = set(programs._QUESTIONS.values())

# What is called by a plain name or by a dotted one; all of it is the package's or a backend's.
_OWN = {one.name for one in FUNCTIONS.values() if "." not in one.name} | set(
    "abs average cost_of drawn number positive read smooth_function sum tensor transposed".split()
)
_DOTTED = {one.name for one in FUNCTIONS.values() if "." in one.name} | set(
    "theano.shared theano.grad theano.tensor.shape theano.tensor.concatenate theano.tensor.stack "
    "numpy.array numpy.zeros numpy.ones numpy.zeros_like numpy.ones_like numpy.eye "
    "numpy.identity numpy.arange numpy.sqrt numpy.exp numpy.log numpy.abs numpy.tanh numpy.sin "
    "numpy.cos numpy.maximum numpy.minimum numpy.clip numpy.floor numpy.ceil".split()
)
_DISTRIBUTIONS = {
    f"theano.tensor.random.{name}"
    for name in (
        "bernoulli beta betabinom binomial categorical cauchy chisquare choice dirichlet "
        "exponential gamma geometric gumbel halfcauchy halfnormal hypergeometric integers "
        "invgamma laplace logistic lognormal multinomial multivariate_normal nbinom "
        "negative_binomial normal pareto permutation poisson standard_cauchy "
        "standard_exponential standard_normal t triangular uniform vonmises wald weibull"
    ).split()
}
_BOUNDS = {
    "size",
    "loc",
    "scale",
    "low",
    "high",
    "p",
    "lam",
    "mu",
    "sigma",
    "shape",
    "alpha",
    "beta",
}
_CONSTANTS = set("numpy.pi numpy.e numpy.inf numpy.nan".split())
_METHODS = {"get_value", "eval"}
_ATTRIBUTES = {"T", "shape"}
_KEYWORDS = {"axis", "keepdims", "dtype"}
_OPERATORS = (ast.Add, ast.Sub, ast.Mult, ast.Div, ast.FloorDiv, ast.Mod, ast.Pow)
_COMPARISONS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)

# What a variable may not be called, in any Python.
_RESERVED = (
    {*keyword.kwlist, *dir(builtins), *_FIXED, *_OWN, "print", "exec", "nonlocal"}
    | set("theano numpy read updates build run os warnings name".split())
    | set("CALLS NAMES KEPT FORM LATE".split())
)
_IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
_COMMENT = re.compile(
    r"(cell \d+, )?line \d+(: .+)?(, after the function was compiled)?|any variable"
    r"|.+, with a seed of its own"
)
_MOST_DIGITS = 16


def offences(text: str) -> list[str]:
    """Return what in the text of a program is nothing that a program may hold."""
    rest = text
    for function in _FIXED.values():
        rest = rest.replace(f"\n{function}\n", "\n", 1)
    return [*_in_tokens(rest), *_in_module(ast.parse(rest))]


def _in_tokens(text: str) -> Iterator[str]:
    if text.splitlines() != text.rstrip("\n").split("\n"):
        yield "a line break that is none for everybody"
    if not text.startswith("# -*- coding: utf-8 -*-\n"):
        yield "another first line"
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        if token.type == tokenize.COMMENT:
            if not token.string.isprintable() or not token.string.startswith("# "):
                yield f"a comment {token.string!r}"
        elif not token.string.isascii():
            yield f"{token.string!r} is not ASCII"
    for line in text[text.index("def build(") :].split("\n\n\n")[0].splitlines():
        comment = line.partition("# ")[2]
        if comment and not _COMMENT.fullmatch(comment):
            yield f"a comment without a line: {comment!r}"


def _in_module(tree: ast.Module) -> Iterator[str]:
    told = 'if __name__ == "__main__":\n    tell(CALLS)\n'
    seen = []
    for node in tree.body:
        match node:
            case ast.Expr(ast.Constant(str(words))) if words in _QUESTIONS:
                seen.append("question")
            case ast.ImportFrom("__future__"):
                if not _is(node, "from __future__ import division, print_function"):
                    yield ast.dump(node)
            case ast.Import():
                if not _is(node, "import numpy"):
                    yield ast.dump(node)
            case ast.If():
                if not (_is(node, programs._ALONE) or _is(node, told)):
                    yield ast.dump(node)
            case ast.FunctionDef("build"):
                seen.append("build")
                yield from _in_build(node)
            case ast.Assign([ast.Name(name)], value):
                seen.append(name)
                if not _is_constant(name, value):
                    yield f"{name} = {ast.unparse(value)}"
            case _:
                yield ast.unparse(node)
    for once in ("question", "build", "theano", "CALLS", "NAMES"):
        if seen.count(once) != 1:
            yield f"{once} is there {seen.count(once)} times"


def _is(node: ast.stmt, text: str) -> bool:
    return ast.dump(node) == _dumped(text)


@functools.cache
def _dumped(statement: str) -> str:
    (node,) = ast.parse(statement).body
    return ast.dump(node)


def _is_constant(name: str, value: ast.expr) -> bool:
    match name, value:
        case "theano", ast.Call(ast.Name("backend"), arguments, []):
            return {ast.literal_eval(one) for one in arguments} == _BACKENDS
        case "run", ast.Name(kind):
            return kind in _KINDS
    try:
        given = ast.literal_eval(value)
    except ValueError:
        return False
    match name:
        case "CALLS" | "LATE":
            return type(given) is int
        case "NAMES":
            return given == ("drawn",) or all(map(_is_identifier, given))
        case "KEPT":
            return given is None or all(type(one) is int for one in given)
        case "FORM":
            return given in _FORMS
    return False


def _is_identifier(name: str) -> bool:
    return _IDENTIFIER.fullmatch(name) is not None and name not in _RESERVED


def _in_build(function: ast.FunctionDef) -> Iterator[str]:
    if _is(function, programs._SCAN):
        return
    if [one.arg for one in function.args.args] == ["mended"]:
        yield from _in_draws(function)
        return
    signature = ast.dump(ast.parse("def build(read): pass").body[0].args)  # type: ignore[attr-defined]
    if ast.dump(function.args) != signature or function.decorator_list or function.returns:
        yield "another signature"
    own: set[str] = set()
    for node in function.body[:-2]:
        match node:
            case ast.Assign([ast.Name(name)], value):
                yield from _in_expression(value, own)
                if not _is_identifier(name):
                    yield f"a variable {name!r}"
                own.add(name)
            case _:
                yield ast.unparse(node)
    match function.body[-2:]:
        case [
            ast.Assign([ast.Name("updates")], ast.List(pairs)),
            ast.Return(ast.Tuple([ast.Name("updates"), ast.List(watched)])),
        ]:
            for pair in pairs:
                if not (isinstance(pair, ast.Tuple) and len(pair.elts) == 2):
                    yield f"no pair: {ast.unparse(pair)}"
                yield from _in_expression(pair, own)
            for one in watched:
                if not (isinstance(one, ast.Name) and one.id in own):
                    yield f"watched: {ast.unparse(one)}"
        case end:
            yield f"another end: {list(map(ast.unparse, end))}"


def _in_draws(function: ast.FunctionDef) -> Iterator[str]:
    """Walk what draws from a generator: each draw from one that is there already."""
    first, *draws, last = function.body
    if ast.unparse(first) != "rng = generator()":
        yield ast.unparse(first)
    own = {"rng"}
    for node in draws:
        match node:
            case ast.Assign(
                [ast.Tuple([ast.Name(after), ast.Name(drawn)])],
                ast.Call(ast.Name("drawn_from"), [source, distribution, *bounds], keywords),
            ):
                yield from _in_source(source, own)
                if ast.unparse(distribution) not in _DISTRIBUTIONS:
                    yield f"a distribution {ast.unparse(distribution)}"
                for bound in (*bounds, *(one.value for one in keywords)):
                    yield from _in_expression(bound, set())
                if {one.arg for one in keywords} - _BOUNDS:
                    yield ast.unparse(node)
                if not _is_identifier(drawn) or after != f"after_{drawn}":
                    yield f"variables {after!r}, {drawn!r}"
                own |= {after, drawn}
            case _:
                yield ast.unparse(node)
    match last:
        case ast.Return(ast.Tuple([ast.Name("rng"), stored, ast.List(numbers)])):
            if ast.unparse(stored) != "None":
                yield from _in_source(stored, own)
            for one in numbers:
                yield from _in_expression(one, own)
        case _:
            yield f"another end: {ast.unparse(last)}"


def _in_source(node: ast.expr, own: set[str]) -> Iterator[str]:
    """Walk what a draw starts from, or an update stores: as written, or as it should be."""
    match node:
        case ast.IfExp(ast.Name("mended"), meant, written):
            for one in (meant, written):
                if ast.unparse(one) != "None":
                    yield from _in_expression(one, own)
        case _:
            yield from _in_expression(node, own)


def _in_expression(node: ast.expr, own: set[str]) -> Iterator[str]:
    """Walk an expression; each kind of node that is not named here is an offence."""
    match node:
        case ast.Constant(value):
            if not _is_number(value):
                yield f"a constant {value!r}"
        case ast.Name(name):
            if name not in own:
                yield f"a name {name}"
        case ast.BinOp(left, operator, right):
            if not isinstance(operator, _OPERATORS):
                yield ast.unparse(node)
            yield from _in_expression(left, own)
            yield from _in_expression(right, own)
        case ast.UnaryOp(ast.USub(), operand):
            yield from _in_expression(operand, own)
        case ast.Compare(left, [operator], [right]):
            if not isinstance(operator, _COMPARISONS):
                yield ast.unparse(node)
            yield from _in_expression(left, own)
            yield from _in_expression(right, own)
        case ast.List(parts) | ast.Tuple(parts):
            for part in parts:
                yield from _in_expression(part, own)
        case ast.Attribute(inner, attribute):
            if ast.unparse(node) in _CONSTANTS:
                return
            if attribute not in _ATTRIBUTES:
                yield f"an attribute {attribute}"
            yield from _in_expression(inner, own)
        case ast.Subscript(inner, index):
            yield from _in_expression(inner, own)
            yield from _in_index(index)
        case ast.Call():
            yield from _in_call(node, own)
        case _:
            yield f"{type(node).__name__}: {ast.unparse(node)}"


def _in_call(node: ast.Call, own: set[str]) -> Iterator[str]:
    match node.func:
        case ast.Name(name):
            if name not in _OWN:
                yield f"a call of {name}"
        case ast.Attribute(inner, "dimshuffle"):
            yield from _in_expression(inner, own)
            for part in node.args:
                if not (isinstance(part, ast.Constant) and part.value == "x"):
                    yield from _in_index(part)
            return
        case ast.Attribute(inner, attribute):
            if ast.unparse(node.func) not in _DOTTED:
                if attribute not in _METHODS or node.args or node.keywords:
                    yield f"a call of {ast.unparse(node.func)}"
                yield from _in_expression(inner, own)
        case other:
            yield f"a call of {ast.unparse(other)}"
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            if ast.unparse(node.func) != "drawn":
                yield ast.unparse(node)
            argument = argument.value
        yield from _in_expression(argument, own)
    for given in node.keywords:
        value = ast.unparse(given.value)
        if given.arg not in _KEYWORDS or not re.fullmatch(
            r"'int64'|True|False|-?\d+|\((-?\d+(, |,(?=\))|(?=\))))*\)", value
        ):
            yield f"a keyword {given.arg}={value}"


def _in_index(node: ast.expr) -> Iterator[str]:
    match node:
        case ast.Tuple(parts):
            for part in parts:
                yield from _in_index(part)
        case ast.Slice(lower, upper, step):
            for part in (lower, upper, step):
                if part is not None:
                    yield from _in_index(part)
        case ast.UnaryOp(ast.USub(), operand):
            yield from _in_index(operand)
        case ast.Constant(value):
            if value is not None and (not isinstance(value, int) or not _is_number(value)):
                yield f"an index {value!r}"
        case _:
            yield f"an index {ast.unparse(node)}"


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return True
    if isinstance(value, int):
        return len(str(abs(value))) <= _MOST_DIGITS if abs(value) < 10**30 else False
    return isinstance(value, float) and math.isfinite(value)
