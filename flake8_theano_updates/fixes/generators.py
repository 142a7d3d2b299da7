"""The mends of THU401 to THU403: each draw starts where the one before has ended."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from flake8_theano_updates.fixes.statements import NoFixError, inserted
from flake8_theano_updates.fixes.text import Replacement, Text
from flake8_theano_updates.fixes.tree import Tree, free_name, is_dotted, same
from flake8_theano_updates.model import Drawn, Finding, GeneratorFault

CODES = ("THU401", "THU402", "THU403")
_MAPPINGS = ("dict", "OrderedDict")


def generator_fix(
    finding: Finding, fault: GeneratorFault, node: ast.expr, tree: Tree, text: Text
) -> list[Replacement]:
    """Return the edits that hand a generator on.

    Raises:
        NoFixError: if it cannot be done by a few edits; the message says why.
    """
    work = _Work(finding, fault, node, tree, text)
    {"reused": work.thread, "kept": work.update, "early": work.store_the_last}[fault.kind]()
    return work.edits


@dataclass
class _Work:
    finding: Finding
    fault: GeneratorFault
    node: ast.expr
    tree: Tree
    text: Text
    edits: list[Replacement] = field(default_factory=list)

    def thread(self) -> None:
        """Let a draw start from the generator that another has returned."""
        fault = self.fault
        second = fault.draws[fault.told[-1]]
        if self.node is not second.node:
            self._hand_over(fault.draws[fault.told[0]])
        elif second.node is fault.draws[fault.told[0]].node:
            self._in_loop(second)
        else:
            assert second.right is not None
            self._replace(_source(second.node), self._next(fault.draws[second.right]))
        if fault.right != fault.stored and fault.right is not None and fault.stored_at is not None:
            self._store(fault.stored_at, fault.draws[fault.right])

    def _hand_over(self, first: Drawn) -> None:
        """Give a function that draws the generator that the draw before has returned."""
        call = self.node
        given = _given(call) if isinstance(call, ast.Call) else []
        ours = [one for one in given if self.text.of(one) == self.fault.generator]
        here = self.tree.function(first.node) is self.tree.function(call)
        generator = self._results(first.node)[0] if here and len(ours) == 1 else None
        if generator is None or not self._is_kept(generator, call):
            raise NoFixError(
                "a function draws that is given the same generator twice: give it, instead of "
                f"'{self.fault.generator}', the generator that {self._before()} returns"
            )
        self._replace(ours[0], self._named(generator))

    def _before(self) -> str:
        """Say which draw has come before."""
        if self.fault.told[0] == self.fault.told[-1]:
            return "the turn before"
        line = self.finding.registered_line or self.fault.draws[self.fault.told[0]].node.lineno
        return f"the draw of {self.finding.origin.place(line)}"

    def _is_kept(self, generator: ast.expr, call: ast.expr) -> bool:
        """Does a name hold by the time of a call what it is bound to here?"""
        if not isinstance(generator, ast.Name) or self.tree.loops(generator):
            return False
        start, end = self.text.span(generator)[0], self.text.span(call)[0]
        bound = self.tree.bindings(generator.id, self.tree.scope(generator))
        others = (self.text.span(one)[0] for one in bound if one is not generator)
        # The call's own statement binds the name after it.
        last = self.text.span(self.tree.statement(call))[0]
        return start < end and not any(start < other < last for other in others)

    def _in_loop(self, drawn: Drawn) -> None:
        """Carry the generator from turn to turn under the name of the next one."""
        around = list(self.tree.around(self.fault.collection.expression))
        loops = [loop for loop in self.tree.loops(drawn.node) if loop not in around]
        if not loops:
            raise NoFixError("there is no place for the generator of the turn before")
        assert isinstance(loops[-1], ast.stmt)
        source = _source(drawn.node)
        statement = self.tree.statement(drawn.node)
        generator, numbers = self._results(drawn.node)
        if generator is not None:
            name = self._named(generator)
        else:
            name = free_name(ast.Name("next_rng"), "", self.tree, drawn.node).rstrip("_")
            owned = f"{name} = {self.text.of(numbers)}.owner.outputs[0]"
            end = self.text.line_end(self.text.span(statement)[1])
            start = self.text.span(statement)[0]
            indentation = self.text.whole[self.text.line_start(start) : start]
            if indentation.strip():
                raise NoFixError("the statement shares its line with another")
            self.edits.append(Replacement(end, end, f"{indentation}{owned}\n"))
        carried = f"{name} = {self.text.of(source)}"
        self.edits.append(inserted(self.text, loops[-1], carried))
        self._replace(source, name)

    def update(self) -> None:
        """Give the function an update of its generator."""
        call, variable = self.node, self.fault.generator
        assert self.fault.right is not None
        if not isinstance(call, ast.Call) or not _is_dotted_text(variable):
            raise NoFixError("the generator has no name here")
        if any(isinstance(one, ast.Call) and _is_mutable(one) for one in ast.walk(call)):
            raise NoFixError("the caller has to take the next generator and give it back")
        if any(isinstance(arg, ast.Starred) for arg in call.args) or len(call.args) > 3:
            raise NoFixError("the updates are not given by name")
        new = self._next(self.fault.draws[self.fault.right])
        given = next((one.value for one in call.keywords if one.arg == "updates"), None)
        if given is None:
            last = max(self.text.span(one)[1] for one in _given(call))
            addition = f", updates={{{variable}: {new}}}"
            self.edits.append(Replacement(last, last, addition))
        else:
            self._add(given, variable, new)

    def _add(self, given: ast.expr, variable: str, new: str) -> None:
        """Add a pair to updates."""
        mapping = self._is_mapping(given)
        pair = f"{variable}: {new}" if mapping else f"({variable}, {new})"
        match given:
            case ast.Dict(values=[*_, last]) | ast.List(elts=[*_, last]):
                end = self.text.span(last)[1]
                self.edits.append(Replacement(end, end, f", {pair}"))
            case ast.Dict() | ast.List():
                start = self.text.span(given)[0] + 1
                self.edits.append(Replacement(start, start, pair))
            case _:
                written = self.text.of(given)
                pairs = f"{written}.items()" if mapping else written
                self._replace(given, f"[*{pairs}, ({variable}, {new})]")

    def _is_mapping(self, given: ast.expr) -> bool:
        made = given
        if is_dotted(given):
            bound = [
                one.value
                for one in ast.walk(self.tree.scope(given))
                if isinstance(one, ast.Assign)
                and any(same(target, given) for target in one.targets)
            ]
            if len(bound) != 1:
                raise NoFixError("the updates are not made in one place")
            made = bound[0]
        if isinstance(made, ast.Call):
            name = ast.unparse(made.func).rpartition(".")[2]
            if name in (*_MAPPINGS, "list"):
                return name in _MAPPINGS
        if isinstance(made, (ast.Dict, ast.DictComp, ast.List, ast.ListComp)):
            return isinstance(made, (ast.Dict, ast.DictComp))
        raise NoFixError("the updates are not made in this scope")

    def store_the_last(self) -> None:
        """Store what the last draw of the chain returns."""
        assert self.fault.right is not None
        self._store(self.node, self.fault.draws[self.fault.right])

    def _store(self, node: ast.expr, drawn: Drawn) -> None:
        """Let the generator that a draw returns stand in the place of another."""
        here = self.tree.function(node) is self.tree.function(drawn.node)
        if here and self.text.span(drawn.node)[0] > self.text.span(node)[0]:
            raise NoFixError(f"the draw of line {drawn.node.lineno} comes after the update")
        self._replace(node, self._next(drawn))

    def _next(self, drawn: Drawn) -> str:
        """Write the generator that a draw returns; give it a name if need be."""
        own = self.finding.new_value
        if self.fault.kind != "reused" and own is not None:
            return own
        generator, numbers = self._results(drawn.node)
        if generator is not None:
            return self._named(generator)
        return f"{self.text.of(numbers)}.owner.outputs[0]"

    def _results(self, call: ast.Call) -> tuple[ast.expr | None, ast.expr]:
        """Return what the next generator of a draw is called, and what its numbers are.

        The first is None where the call returns the numbers alone.
        """
        value: ast.AST = call
        parent = self.tree.parent(value)
        while isinstance(parent, ast.Attribute):
            value, parent = parent, self.tree.parent(parent)
        match parent:
            case ast.Assign([ast.Tuple([generator, numbers]) | ast.List([generator, numbers])]):
                return generator, numbers
            case ast.Assign([numbers]) if is_dotted(numbers) and value is call:
                return None, numbers
        line = call.lineno
        raise NoFixError(f"the draw of line {line} keeps no name of the generator that it returns")

    def _named(self, target: ast.expr) -> str:
        """Return what a target is called; one that is thrown away gets a name."""
        name = self.text.of(target)
        if set(name) != {"_"}:
            return name
        chosen = free_name(ast.Name("next"), "rng", self.tree, target)
        taken = {one.new for one in self.edits}
        base, number = chosen, 2
        while chosen in taken:
            chosen, number = f"{base}{number}", number + 1
        edit = Replacement(*self.text.span(target), chosen)
        if not any((one.start, one.end) == (edit.start, edit.end) for one in self.edits):
            self.edits.append(edit)
            return chosen
        return next(one.new for one in self.edits if one.start == edit.start)

    def _replace(self, node: ast.expr, new: str) -> None:
        self.edits.append(Replacement(*self.text.span(node), new))


def _source(call: ast.Call) -> ast.expr:
    """Return where the generator of a draw is written."""
    for keyword in call.keywords:
        if keyword.arg == "rng":
            return keyword.value
    match call.func:
        case ast.Attribute(generator):
            return generator
    raise NoFixError("the generator of the draw is not found")


def _given(call: ast.Call) -> list[ast.expr]:
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if not given or any(keyword.arg is None for keyword in call.keywords):
        raise NoFixError("what the function is given is not written out")
    return given


def _is_mutable(call: ast.Call) -> bool:
    return any(keyword.arg == "mutable" for keyword in call.keywords)


def _is_dotted_text(text: str) -> bool:
    return all(part.isidentifier() for part in text.split("."))
