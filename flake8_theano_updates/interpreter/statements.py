"""Statements in program order: from the body of a scope to its update collections."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from flake8_theano_updates.interpreter.branches import either
from flake8_theano_updates.interpreter.decisions import decision, outcome
from flake8_theano_updates.interpreter.expressions import Expressions
from flake8_theano_updates.interpreter.functions import (
    Class,
    Closure,
    Function,
    Guide,
    bind_arguments,
    bound_by,
    decided_by,
    parameters_of,
)
from flake8_theano_updates.interpreter.state import State
from flake8_theano_updates.model import Scope
from flake8_theano_updates.values import Arm, Container, Environment, Term, Use, Value, original


def _is_wildcard(pattern: ast.pattern) -> bool:
    return isinstance(pattern, ast.MatchAs) and pattern.pattern is None


class Interpreter:
    """One forward pass over the statements of a scope.

    Args:
        known: what the scopes around it know, and
        moment: when they had come to their end.
        owner: the class whose method the scope is.
    """

    def __init__(
        self,
        scope: Scope,
        known: Environment,
        moment: int,
        guide: Guide,
        owner: Class | None = None,
    ) -> None:
        self.state = State(scope, known.inner(), moment, guide)
        self.state.owner = owner
        self.expressions = Expressions(self.state, self._follow)
        self.definitions: list[Closure | Class] = []
        self.reading: ast.stmt | None = None
        self._owner = owner
        self._names = self.state.environment
        self._waiting = iter(scope.body)
        self._executors: dict[type[ast.stmt], Callable[..., bool | None]] = {
            ast.Assign: self._assign,
            ast.AnnAssign: self._annotated,
            ast.AugAssign: self._augmented,
            ast.Expr: self._expression,
            ast.Return: self._return,
            ast.Raise: self._leave,
            ast.Break: self._break,
            ast.Continue: self._skip,
            ast.If: self._if,
            ast.For: self._for,
            ast.AsyncFor: self._for,
            ast.While: self._while,
            ast.Try: self._try,
            ast.Match: self._match,
            ast.With: self._with,
            ast.AsyncWith: self._with,
            ast.Import: self._import,
            ast.ImportFrom: self._import_from,
            ast.FunctionDef: self._define,
            ast.AsyncFunctionDef: self._define,
            ast.ClassDef: self._define,
            ast.Delete: self._delete,
        }
        if hasattr(ast, "TryStar"):
            self._executors[ast.TryStar] = self._try
        self._names.own.update(parameters_of(scope))

    def run(self) -> None:
        """Interpret the scope, up to its end or to a statement that raises."""
        for statement in self._waiting:
            self.reading = statement
            if self._execute(statement):
                break  # what follows an unconditional return is not executed

    def beyond(self) -> Interpreter:
        """Return an interpreter for what follows the statement that raised.

        It is for the sake of the functions there; whatever the statement has bound is unknown.
        """
        state = self.state
        rest = Interpreter(state.scope, self._names, state.moment, state.guide, self._owner)
        rest.state.environment = rest._names = self._names
        rest.definitions, rest._waiting = self.definitions, self._waiting
        for name in bound_by(self.reading) if self.reading is not None else ():
            self._names.own[name] = Term("name", name, (), ("name", name))
        return rest

    def _block(self, statements: Sequence[ast.stmt]) -> bool:
        """Execute statements; return whether they never get past their end."""
        state = self.state
        before = state.path
        left = any(map(self._execute, statements))
        state.path = before
        return left

    def _execute(self, statement: ast.stmt) -> bool:
        """Execute one statement; return whether it never gets past its end."""
        self._begin(statement)
        execute = self._executors.get(type(statement))
        return execute is not None and bool(execute(statement))

    def _begin(self, statement: ast.stmt) -> None:
        self.state.begun = self.state.tick()
        self.state.executing = statement

    def _assign(self, node: ast.Assign) -> None:
        use = self.expressions.use(node.value)
        for target in node.targets:
            self.expressions.bind(target, use)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.expressions.bind(node.target, self.expressions.use(node.value))

    def _augmented(self, node: ast.AugAssign) -> None:
        old = self.expressions.use(node.target)
        operand = self.expressions.use(node.value)
        container = original(old.value)
        if isinstance(container, Container) and isinstance(node.op, (ast.Add, ast.BitOr)):
            self.state.join(container, operand)
            return
        if isinstance(container, Term) and isinstance(operand.value, Container):
            adopted = self.expressions.lookups.adopt(node.target, "list", container)
            if adopted is not None:
                self.state.join(adopted, operand)
                return
        result = self.expressions.operated(node.op, old, operand)
        self.expressions.bind(node.target, self.state.use(result, node.value), rename=False)

    def _expression(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):
            self.expressions.use(node.value)

    def _return(self, node: ast.Return) -> bool:
        if node.value is not None:
            use = self.expressions.use(node.value)
            self.state.returned.append(use)
            returned = original(use.value)
            if isinstance(returned, Container):
                self._hands_out(returned, node.value)
                for entry in returned.entries if returned.kind == "tuple" else ():
                    part = original(entry.value.value)
                    if isinstance(part, Container):
                        self._hands_out(part, entry.value.node)
        return self._leave(node)

    def _hands_out(self, container: Container, node: ast.expr) -> None:
        """A function's name says what it returns."""
        container.names.append(getattr(self.state.generated, "name", ""))
        container.looked_at.append((self.state.tick(), None))
        if container.expression is None:
            container.expression = node

    def _leave(self, node: ast.stmt) -> bool:
        """An arm that leaves the scope shares no run with what comes after it."""
        if self.state.path and not self.state.followed.inside:
            arm = self.state.path[-1]
            self.state.left[arm.branch, arm.name] = self.state.tick()
        return True

    def _break(self, node: ast.stmt) -> bool:
        """An arm that leaves its loop may have told what comes after it to do nothing."""
        if self.state.path:
            arm = self.state.path[-1]
            self.state.broken.add((arm.branch, arm.name))
        return True

    def _skip(self, node: ast.stmt) -> bool:
        return True

    def _arm(
        self, branch: object, name: str, node: ast.AST, statements: Sequence[ast.stmt]
    ) -> tuple[dict[str, Value], bool]:
        """Execute one arm; return what it bound, and whether it never gets past its end."""
        state = self.state
        outer = state.environment
        state.environment = outer.inner()
        with state.arm(branch, name, node):
            left = self._block(statements)
        bound = state.environment.own
        state.environment = outer
        return bound, left

    def _if(self, node: ast.If) -> bool:
        """Execute an ``if`` with its ``elif``s, of which each stands in the else of the one before.

        One after the other, without recursion: there may be hundreds.
        """
        state = self.state
        entered = []
        while True:
            known = outcome(node.test, state.constants())
            rest = node.body if known else node.orelse
            if known is not None:
                break
            branch, _ = decided = decision(node.test)
            then, otherwise = decided.arm(holds=True), decided.arm(holds=False)
            self.expressions.use(node.test)
            body = (then, *self._arm(branch, then, node, node.body))
            entered.append((node, branch, body, otherwise, state.environment, state.path))
            state.environment = state.environment.inner()
            state.path = (*state.path, Arm(branch, otherwise, node))
            if len(rest) != 1 or not isinstance(rest[0], ast.If):
                break
            node = rest[0]
            self._begin(node)
        left = self._block(rest)
        for node, branch, body, otherwise, environment, path in reversed(entered):
            orelse = (otherwise, state.environment.own, left)
            state.environment, state.path = environment, path
            self._meet_again(node, branch, [body, orelse])
            left = left and body[2]
        return left

    def _meet_again(
        self, node: ast.stmt, branch: object, arms: list[tuple[str, dict[str, Value], bool]]
    ) -> None:
        """Go on after a branch with what each arm that comes out of it has bound."""
        state = self.state
        staying = [(name, bound) for name, bound, left in arms if not left]
        if len(staying) == 1:
            name, bound = staying[0]
            state.environment.own.update(bound)
            if len(arms) == 2:
                with state.arm(branch, name, node):
                    path = state.path
                state.path = path  # for the rest of the enclosing block
            return
        changed = {key: None for _, bound in staying for key in bound}
        for key in changed:
            uses = []
            for name, bound in staying:
                value = bound.get(key) or state.environment.get(key)
                if value is not None:
                    load = ast.copy_location(ast.Name(key, ast.Load()), node)
                    with state.arm(branch, name, node):
                        uses.append(state.use(value, load))
            joined = uses[0]
            for use in uses[1:]:
                value = either(state, joined, use, node, key)
                joined = Use(value, use.node, use.moment, state.path)
            state.environment.own[key] = joined.value

    def _for(self, node: ast.For) -> None:
        iterable = self.expressions.use(node.iter)
        for _ in self.expressions.turns(iterable, node.target):
            self._block(node.body)
        self._block(node.orelse)

    def _while(self, node: ast.While) -> None:
        self.expressions.use(node.test)
        with self.state.loop(None, frozenset()):
            self._block(node.body)
        self._block(node.orelse)

    def _try(self, node: ast.Try) -> bool:
        arms = [("body", *self._arm(node, "body", node, [*node.body, *node.orelse]))]
        for index, handler in enumerate(node.handlers):
            name = f"handlers[{index}]"
            arms.append((name, *self._arm(node, name, node, handler.body)))
        self._meet_again(node, node, arms)
        left = self._block(node.finalbody)
        return left or all(gone for _, _, gone in arms)

    def _match(self, node: ast.Match) -> bool:
        self.expressions.use(node.subject)
        arms = []
        for index, case in enumerate(node.cases):
            name = f"cases[{index}]"
            self._capture(case.pattern)
            arms.append((name, *self._arm(node, name, node, case.body)))
        last = node.cases[-1]
        if last.guard is not None or not _is_wildcard(last.pattern):
            arms.append(("none", {}, False))
        self._meet_again(node, node, arms)
        return all(gone for _, _, gone in arms)

    def _capture(self, pattern: ast.pattern) -> None:
        """What a pattern binds is unknown."""
        for name in bound_by(pattern):
            self.state.environment.own[name] = self.state.made("opaque", name)

    def _with(self, node: ast.With) -> bool:
        for item in node.items:
            use = self.expressions.use(item.context_expr)
            if item.optional_vars is not None:
                made = self.state.made("opaque", "with", (use,))
                entered = self.state.use(made, item.context_expr)
                self.expressions.bind(item.optional_vars, entered, rename=False)
        return self._block(node.body)

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            label = alias.name if alias.asname else alias.name.partition(".")[0]
            self._imported(alias.asname or label, label)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            self._imported(alias.asname or alias.name, f"{module}.{alias.name}")

    def _imported(self, name: str, label: str) -> None:
        self.state.environment.own[name] = Term("import", label, (), ("import", label))

    def _define(self, node: Function | ast.ClassDef) -> None:
        environment = self.state.environment
        label: Class | Closure
        if isinstance(node, ast.ClassDef):
            op, label = "class", Class(node, environment, self._class_body(node))
        else:
            op, label = "function", Closure(node, environment, None)
        environment.own[node.name] = Term(op, label, (), (op, id(node)))
        if not self.state.followed.inside:
            self.definitions.append(label)

    def _class_body(self, node: ast.ClassDef) -> dict[str, Value]:
        """Execute the body of a class now; return what its attributes hold."""
        state = self.state
        outer = state.environment
        state.environment = outer.inner()
        for child in node.body:
            if isinstance(child, ast.ClassDef):
                label = Class(child, state.environment, self._class_body(child))
                state.environment.own[child.name] = Term("class", label, (), ("class", id(child)))
            elif not isinstance(child, Function):
                self._execute(child)
        attributes = state.environment.own
        state.environment = outer
        return attributes

    def _follow(
        self, closure: Closure, arguments: list[Use], keywords: dict[str, Use], node: ast.Call
    ) -> Value | None:
        """Go through the body of a function of the module, in the moment of its call."""
        bound = bind_arguments(closure, arguments, keywords)
        if bound is None:
            return None
        state = self.state
        before = (state.environment, state.generator, state.generated, state.returned)
        owner, decided = state.owner, state.decided
        constants = decided_by(closure, arguments, keywords)
        state.decided = {name: (value, bound[name]) for name, value in constants.items()}
        if closure.owner is not None:
            bound.update(state.environment.attributes("self"))
            state.owner = owner if owner is not None else closure.owner
        state.environment = closure.environment.inner(bound)
        state.generator, state.generated, state.returned = None, closure.node, []
        made = self._go_through(closure, bound, node)
        returned = state.returned
        state.environment, state.generator, state.generated, state.returned = before
        state.owner, state.decided = owner, decided
        if closure.owner is not None:
            state.environment.own.update(
                (name, value) for name, value in bound.items() if name.startswith("self.")
            )
        if made is not None:
            return made
        if not returned:
            return state.made("opaque", "None")
        result = returned[0]
        for use in returned[1:]:
            result = state.use(either(self.state, result, use, node), node)
        return result.value

    def _go_through(
        self, closure: Closure, bound: dict[str, Value], node: ast.Call
    ) -> Container | None:
        """Execute the body; return what its yields have filled."""
        state = self.state
        state.followed.enter(closure, state.tick(), bound, node)
        if not isinstance(closure.node, ast.Lambda):
            self._block(closure.node.body)
        else:
            state.returned.append(self.expressions.use(closure.node.body))
        state.followed.leave(state.tick())
        if state.generator is not None:
            state.generator.ended = state.tick()
        return state.generator

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.state.environment.own.pop(target.id, None)
