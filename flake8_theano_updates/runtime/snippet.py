"""Write a program that a person can read and run, and that shows what a finding says."""

from __future__ import annotations

import ast
import dataclasses
import functools
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flake8_theano_updates.interpreter.names import BACKENDS
from flake8_theano_updates.interpreter.values import dotted
from flake8_theano_updates.model import Fault, PairFault
from flake8_theano_updates.runtime.cut import Cut
from flake8_theano_updates.runtime.kinds import ORDER, kind_of
from flake8_theano_updates.runtime.labels import with_labels
from flake8_theano_updates.runtime.module import Module, canonical
from flake8_theano_updates.runtime.names import (
    GRADIENTS,
    KNOWN,
    MAKERS,
    SYMBOLIC,
    facade,
    is_module,
)
from flake8_theano_updates.runtime.python2_lists import with_lists
from flake8_theano_updates.runtime.stand_ins import FIELD, NUMBERS, StandIns, array
from flake8_theano_updates.runtime.stars import without_stars
from flake8_theano_updates.runtime.usage import flattened

FRAME = Path(__file__).with_name("frame.py")
FRAME_PAIRS = Path(__file__).with_name("frame_pairs.py")

# The worker sets its own flags; a person who runs the program has none, or better ones.
_ALONE = """\
if __name__ == "__main__":
    import os
    import warnings

    warnings.simplefilter("ignore")
    for name in ("THEANO_FLAGS", "AESARA_FLAGS", "PYTENSOR_FLAGS"):
        os.environ.setdefault(name, "cxx=,blas__ldflags=,blas.ldflags=,device=cpu,floatX=float64")
"""

LONGEST_SIDE = 10  # of an array of which the frame keeps more than a corner
_BUILTINS = {  # what stands for a function of Python 2, or of six
    "builtins.zip": "zip",
    "builtins.range": "range",
    "itertools.izip": "zip",
    "itertools.imap": "map",
}
# What makes a number of an array; no expression passes through.
_CONVERSIONS = frozenset("array asarray float float32 float64 int".split())

Replace = Callable[[ast.AST], ast.AST | None]


@dataclass(frozen=True)
class Snippet:
    """A program and the part of it that came from the user.

    Args:
        text: the whole program.
        build: the function ``build``, which is to be verified.
        imports: how many of its first statements are imports.
        frame: the functions of this package that ``build`` may call.
        targets: the targets as written, one for each pair that is written in ``build``.
        guesses: it has stand-ins.
    """

    text: str
    build: str
    imports: int
    frame: frozenset[str]
    targets: tuple[str, ...]
    guesses: bool


def snippet(
    cut: Cut,
    fault: Fault,
    module: Module,
    made: StandIns,
    shape: str,
    calls: int,
    *,
    title: str,
    own_cost: bool,
    old_truth: bool,
) -> Snippet:
    """Write the program.

    Args:
        title: one line on what it is about.
        own_cost: take gradients of a stand-in instead of the program's own cost.
        old_truth: let comparisons give the numbers 0 and 1, as they did before Theano 0.9.
    """
    large = any(map(_is_large, (*cut.statements, *(function for _, function in cut.helpers))))
    large = large or _is_large(ast.parse("\n".join(made.lines)))
    rewriter = _Rewriter(cut, fault, module, shape, own_cost, old_truth, large, made.fields)
    body = [line for lines in made.lines for line in lines.splitlines()]
    for name, function in cut.helpers:
        body.extend(rewriter.helper(name, function))
    body.extend(rewriter.body())
    names = {n.id for n in ast.walk(ast.parse(_build([], body))) if isinstance(n, ast.Name)}
    # In the function, where they cannot hide what the frame uses: `from numpy import sum`.
    imports = list(_imports(module, names))
    blank = [""] if imports else []
    build = _build(rewriter.marks, [*imports, *blank, *body])
    kind = kind_of(fault)
    frame = _frame(FRAME)
    callable_names = frozenset(frame) - ORDER.frame - {"backend"} | {"listed"}
    used = _needed(callable_names & names) - kind.frame
    fixed = {name: text for name, text in _texts().items() if name in kind.frame}
    title = title.replace("\\", "/").replace('"', "'")
    parts = [
        "# -*- coding: utf-8 -*-",
        f'"""{title}\n\n{kind.question}\n"""',
        "from __future__ import division, print_function\n",
        _ALONE,
        "import collections\nimport functools\nimport itertools\n\nimport numpy\n\n",
        f"{frame['backend']}\n\n",
        f"{_backend(module)}\n",
        f"CALLS = {calls}",
        f"FIRST = {rewriter.first!r}",
        f"VALUES = {array(shape, 0)}.tolist()\n\n",
        *(f"{frame[name]}\n\n" for name in frame if name in used),
        f"{build}\n",
        *(f"{text}\n\n" for text in fixed.values()),
        *([] if kind.run == "run" else [f"run = {kind.run}\n"]),
        'if __name__ == "__main__":\n    tell(CALLS)\n',
    ]
    text = "\n".join(parts)
    targets = tuple(rewriter.targets)
    return Snippet(text, build, len(imports), callable_names, targets, bool(made.lines))


def _build(marks: Sequence[str], body: Iterable[str]) -> str:
    lines = "".join(f"    {line}\n" if line else "\n" for line in body)
    return f"def build({', '.join(marks)}):\n{lines}"


def text_of(node: ast.expr) -> str:
    """Write a target as the program does."""
    return ast.unparse(node)


class _Rewriter:
    """Marks the reads and targets, and replaces what a snippet does not use as it is."""

    def __init__(
        self,
        cut: Cut,
        fault: Fault,
        module: Module,
        shape: str,
        own_cost: bool,
        old_truth: bool,
        large: bool,
        fields: frozenset[int],
    ) -> None:
        self._fields = fields
        self._cut = cut
        self._module = module
        self._shape = shape
        self._own_cost = own_cost
        self._old_truth = old_truth
        self._large = large
        reads = {id(node) for node in fault.reads}
        frozen = isinstance(fault, PairFault) and fault.kind == "frozen"
        self._reads = set() if frozen else reads
        self._frozen = reads if frozen else set()
        self._targets = {id(p.target) for p in (*fault.collection.registrations, *fault.pairs)}
        self._kept: dict[int, ast.expr] = {}
        taken = {
            name.id
            for root in (*cut.statements, *(function for _, function in cut.helpers))
            for name in ast.walk(root)
            if isinstance(name, ast.Name)
        }
        taken |= {a.arg for a in ast.walk(cut.scope) if isinstance(a, ast.arg)}
        self.read_name = _free("read", taken)
        self.target_name = _free("target", taken)
        self.marks = [self.read_name, self.target_name]
        self.targets: list[str] = []
        self.first = [text_of(pair.target) for pair in fault.pairs]
        if frozen:
            self.first += [text_of(node) for node in fault.reads]
        mark = kind_of(fault).mark
        if mark is not None:
            self.marks.append(_free(mark, taken))
        if mark == "keep":
            self._kept = {id(pair.value): pair.target for pair in fault.pairs}
        if mark == "compiled":
            self._cut = _with_call(cut, fault, self.marks[-1])
        self._numbers = itertools.cycle(NUMBERS[::-1])
        self._arrays = itertools.count(3)

    def body(self) -> Iterator[str]:
        statements = [self._rewritten(statement) for statement in self._cut.statements]
        if self._cut.result is None:
            name = getattr(self._cut.scope, "name", "updates")
            yield f"def {name}():"
            for statement in statements:
                yield from (f"    {line}" for line in ast.unparse(statement).splitlines())
            yield f"return list({name}())"
            return
        for statement in statements:
            yield from ast.unparse(statement).splitlines()
        yield f"return {ast.unparse(self._rewritten(self._cut.result))}"

    def helper(self, name: str, function: ast.FunctionDef) -> Iterator[str]:
        """Write a function; a method becomes one that its object holds."""
        new = self._rewritten(function)
        assert isinstance(new, ast.FunctionDef)
        new.name = name.replace(".", "_")
        yield from ast.unparse(new).splitlines()
        if "." in name:
            yield f"{name} = functools.partial({new.name}, self)"

    def _rewritten(self, node: ast.AST) -> ast.AST:
        return ast.fix_missing_locations(rebuilt(node, self._replacement))

    def _replacement(self, node: ast.AST) -> ast.AST | None:
        if isinstance(node, ast.AnnAssign) and node.value is not None:
            return self._rewritten(ast.Assign([node.target], node.value, None, lineno=1))
        if isinstance(node, ast.arg) and node.annotation is not None:
            return ast.arg(node.arg)
        if not isinstance(node, ast.expr):
            return None
        if id(node) in self._kept:
            target = self._rewritten(self._kept[id(node)])
            assert isinstance(target, ast.expr)
            return _called(self.marks[-1], target, self._marked(node))
        return self._marked(node)

    def _marked(self, node: ast.expr) -> ast.expr:
        source = next((s for s in _sources_of_number(node) if id(s) in self._frozen), None)
        if source is not None:
            # Once: `float(v.get_value())` holds another call that is taken of v.
            self._frozen.remove(id(source))
            live = _called(self.target_name, ast.Constant(text_of(source)), self._plain(source))
            return _called(self.read_name, self._plain(node), live)
        plain = self._plain(node)
        loads = not isinstance(getattr(node, "ctx", None), ast.Store)
        if id(node) in self._reads and loads:
            return _called(self.read_name, plain)
        if id(node) in self._targets and loads:
            self.targets.append(text_of(node))
            return _called(self.target_name, ast.Constant(text_of(node)), plain)
        return plain

    def _plain(self, node: ast.expr) -> ast.expr:
        new = self._special(node)
        if new is not None:
            return new
        same = rebuilt(node, self._replacement, inside=True)
        assert isinstance(same, ast.expr)
        return with_labels(with_lists(without_stars(same)))

    def _special(self, node: ast.expr) -> ast.expr | None:
        if isinstance(node, ast.Call):
            full = self._module.full_name(node.func)
            if full in SYMBOLIC:
                return self._symbolic(*SYMBOLIC[full])
            if full in GRADIENTS and self._own_cost:
                return self._gradient(node)
        if isinstance(node, ast.Attribute) and id(node) in self._fields:
            value = self._rewritten(node.value)
            assert isinstance(value, ast.expr)
            return ast.Attribute(value, FIELD + node.attr, node.ctx)
        if isinstance(node, (ast.Attribute, ast.Name)) and not isinstance(
            getattr(node, "ctx", None), ast.Store
        ):
            return self._imported(node)
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            value = self._rewritten(node.value)
            assert isinstance(value, ast.expr)
            return with_lists(ast.Subscript(value, node.slice, node.ctx))
        if isinstance(node, ast.JoinedStr):
            return self._formatted(node)
        if isinstance(node, ast.Constant) and node.value == "float32":
            # Stand-ins are of double precision, and types must not clash.
            return ast.Constant("float64")
        if self._old_truth and isinstance(node, ast.Compare):
            same = rebuilt(node, self._replacement, inside=True)
            assert isinstance(same, ast.expr)
            return _called("as_number", same)
        return None

    def _formatted(self, node: ast.JoinedStr) -> ast.expr:
        """Write ``"{}_m".format(k)`` for ``f"{k}_m"``, which Python 2 does not have."""
        text = ""
        given: list[ast.expr] = []
        for part in node.values:
            if isinstance(part, ast.Constant):
                text += str(part.value).replace("{", "{{").replace("}", "}}")
            elif isinstance(part, ast.FormattedValue) and part.format_spec is None:
                text += "{}"
                value = self._rewritten(part.value)
                assert isinstance(value, ast.expr)
                given.append(value)
            else:
                return node
        return ast.Call(ast.Attribute(ast.Constant(text), "format", ast.Load()), given, [])

    def _symbolic(self, whole: str | None, dimensions: int) -> ast.expr:
        shape = {0: "scalar", 1: "vector", 2: "matrix"}.get(dimensions, "tensor4")
        if whole:
            ones = f'numpy.ones({(2,) * dimensions}, "{whole}")'
            return _parsed(f"theano.tensor.as_tensor_variable({ones})")
        if dimensions == 0:
            return _parsed(f"theano.tensor.as_tensor_variable({next(self._numbers)})")
        return _parsed(f"theano.tensor.as_tensor_variable({array(shape, next(self._arrays))})")

    def _gradient(self, node: ast.Call) -> ast.expr | None:
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        wrt = node.args[1] if len(node.args) > 1 else given.get("wrt")
        if wrt is None:
            return None
        new = self._rewritten(wrt)
        assert isinstance(new, ast.expr)
        func = self._rewritten(node.func)
        assert isinstance(func, ast.expr)
        return ast.Call(func, [_called("cost_of", new), new], [])

    def _imported(self, node: ast.Attribute | ast.Name) -> ast.expr | None:
        chain = dotted(node)
        full = self._module.full_name(node)
        if chain is None or full is None:
            return None
        new = facade(full)
        if new is not None:
            return _parsed(new)
        if full in _BUILTINS:
            return _parsed(_BUILTINS[full])
        if self._large and full in MAKERS:
            return _parsed("corner_shared")
        if full in KNOWN:
            return _parsed(chain)
        root = full.partition(".")[0]
        if root in ("theano", "numpy") and isinstance(node, ast.Attribute):
            if not is_module(full):
                return _parsed(flattened(chain))
        return None


def _is_large(root: ast.AST) -> bool:
    """Can a variable have a longer side than can be shown?"""
    return any(
        isinstance(node, ast.Constant) and isinstance(node.value, int) and node.value > LONGEST_SIDE
        for node in ast.walk(root)
    )


def _sources_of_number(node: ast.expr) -> Iterator[ast.expr]:
    """Yield ``v`` for ``v.get_value()``, ``K.eval(v)`` and ``float(v.get_value())``."""
    if isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute):
            yield node.func.value
        if node.args:
            yield node.args[0]
            if (dotted(node.func) or "").rpartition(".")[2] in _CONVERSIONS:
                yield from _sources_of_number(node.args[0])


def _with_call(cut: Cut, fault: Fault, name: str) -> Cut:
    """Call ``name`` on the collection before the first of the fault's pairs enters."""
    late = {id(pair.target) for pair in fault.pairs}
    assert cut.result is not None
    call = ast.Expr(_called(name, cut.result))

    def called(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
        for statement in body:
            if not any(id(node) in late for node in ast.walk(statement)):
                yield statement
            elif isinstance(statement, ast.For):
                inside = list(called(statement.body))
                loop = ast.For(statement.target, statement.iter, inside, [])
                yield ast.copy_location(loop, statement)
            else:
                yield from (call, statement)

    return dataclasses.replace(cut, statements=tuple(called(cut.statements)))


def rebuilt(node: ast.AST, replace: Replace, *, inside: bool = False) -> ast.AST:
    """Copy a tree, with ``replace`` deciding on each node (None: copy it)."""
    if not inside:
        new = replace(node)
        if new is not None:
            return new
    fields: dict[str, object] = {}
    for name, value in ast.iter_fields(node):
        if isinstance(value, ast.AST):
            fields[name] = rebuilt(value, replace)
        elif isinstance(value, list):
            fields[name] = [
                rebuilt(item, replace) if isinstance(item, ast.AST) else item for item in value
            ]
        else:
            fields[name] = value
    return ast.copy_location(type(node)(**fields), node)


def _imports(module: Module, names: Iterable[str]) -> Iterator[str]:
    """Yield the lines that give the program's names of imported things their meaning."""
    for name, full in sorted(module.imports.items()):
        whole = canonical(full)
        if name not in names or name == whole or facade(whole) is not None:
            continue
        if whole not in KNOWN and not is_module(whole):
            continue
        package, _, last = whole.rpartition(".")
        if whole == "theano" or whole.startswith("theano."):
            if name not in BACKENDS:
                yield f"{name} = {whole}"
        elif not package:
            yield f"import {whole} as {name}"
        else:
            yield f"from {package} import {last}" + (f" as {name}" if name != last else "")


def _backend(module: Module) -> str:
    """Return the line that imports the backend, the program's own one first."""
    order = ", ".join(f'"{name}"' for name in preference(module.backends))
    names = [name for name in module.backends if name != "theano"]
    return f"{' = '.join([*names, 'theano'])} = backend({order})"


def preference(own: Sequence[str]) -> tuple[str, ...]:
    """Return all backends in the order in which a file that imports ``own`` wants them."""
    return tuple(dict.fromkeys([*own, *BACKENDS]))


def _free(name: str, taken: Iterable[str]) -> str:
    taken = set(taken)
    while name in taken:
        name += "_"
    return name


def _called(name: str, *arguments: ast.expr) -> ast.Call:
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


def _parsed(text: str) -> ast.expr:
    return ast.parse(text, mode="eval").body


def _texts() -> dict[str, str]:
    """Return the source of all that is part of the frame, by name."""
    return _frame(FRAME) | _frame(FRAME_PAIRS)


def _needed(names: Iterable[str]) -> set[str]:
    """Return the functions of the frame that ``names`` are or call."""
    called = _called_in_frame()
    found: set[str] = set()
    waiting = list(names)
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting.extend(called[name])
    return found


@functools.cache
def _called_in_frame() -> dict[str, frozenset[str]]:
    """Return which functions of the frame each of them calls."""
    frame = _frame(FRAME)
    return {
        name: frozenset(
            node.id
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.Name) and node.id in frame
        )
        for name, text in frame.items()
    }


@functools.cache
def _frame(path: Path) -> dict[str, str]:
    """Return the source of each function and class of a file, by name."""
    text = path.read_text(encoding="utf-8")
    found = {}
    for node in ast.parse(text).body:
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            segment = ast.get_source_segment(text, node)
            assert segment is not None
            found[node.name] = segment
    return found
