"""How findings on random generators speak of a draw: `trace` uses the same words."""

from __future__ import annotations

import ast

from flake8_theano_updates.values import dotted

IN_TURNS = "each turn of the loop starts from the same state: all give the same numbers"
ON_WITH_TURNS = "draw in each turn from the generator that the turn before returns"
IN_SCAN = "each turn of scan starts from the same state: all give the same numbers"
CARRIED = "pass it in outputs_info and return the next generator"
NOT_KEPT = "update it: every call gives the same numbers"
LAST_NEXT = "the generator that the last draw returns"
SOME_NEXT = "the generator of a draw"

_LONGEST = 40  # characters of what is named by its expression


def source_of(call: ast.Call) -> ast.expr:
    """Return where the generator of a draw is written."""
    for keyword in call.keywords:
        if keyword.arg == "rng":
            return keyword.value
    return call.func.value if isinstance(call.func, ast.Attribute) else call.func


def drawing_from(call: ast.Call, generator: str) -> str:
    """Write a draw as it is made from another generator."""
    function = call.func
    if isinstance(function, ast.Attribute) and function.value is source_of(call):
        given = "..." if call.args or call.keywords else ""
        return f"{generator}.{function.attr}({given})"
    return f"rng={generator}"


def twice(first: ast.Call, second: ast.Call) -> str:
    """Say what two draws from one state have in common."""
    what = (
        "both give the same numbers"
        if _without_generator(first) == _without_generator(second)
        else "both are made of the same random bits"
    )
    return f"this draw starts from the same state: {what}"


def _without_generator(call: ast.Call) -> list[str]:
    given = [one for one in call.keywords if one.arg not in ("rng", "return_next_rng", "name")]
    name = getattr(call.func, "attr", "") or getattr(call.func, "id", "")
    return [name, *map(ast.unparse, (*call.args, *given))]


def on_from(second: ast.Call, known: str | None) -> str:
    """Say what a second draw should start from; the name of that is given, if it is known."""
    if known is None:
        return "draw from the next generator, which the first draw returns"
    return f"write {drawing_from(second, known)}"


def before_the_loop(call: ast.Call, result: ast.expr | None, name: str) -> str | None:
    """Say how a draw moves on from turn to turn, by the name of the generator that it returns."""
    if not isinstance(result, ast.Name) or result.id == "_":
        return None
    return f"write {result.id} = {name} before the loop and {drawing_from(call, result.id)} in it"


def stored_next(variable: str, name: str | None, *, others: bool) -> str:
    """Say which update a function lacks.

    Args:
        name: what the next generator is called, if it has a name.
        others: whether there are other updates.
    """
    if name is None:
        return "store the generator that its last draw returns"
    if others:
        return f"add ({variable}, {name}) to its updates"
    return f"write updates={{{variable}: {name}}}"


def short(node: ast.expr, instead: str) -> str:
    """Return an expression as it is written, if it is short."""
    text = ast.unparse(node)
    return text if len(text) <= _LONGEST and "\n" not in text else instead


def name_of(node: ast.expr | None) -> str | None:
    """Return the name that a result has, unless that says that nobody wants it."""
    name = None if node is None else dotted(node)
    return None if name is None or set(name) == {"_"} else name


def name_of_next(
    generator: ast.expr | None, numbers: ast.expr | None, *, alone: bool
) -> str | None:
    """Return what the generator that a draw returns is called.

    Args:
        generator: what it is assigned to.
        numbers: what the numbers are assigned to.
        alone: whether the draw returns the numbers alone.
    """
    if (name := name_of(generator)) is not None:
        return name
    kept = name_of(numbers) if alone and generator is None else None
    return None if kept is None else f"{kept}.owner.outputs[0]"
