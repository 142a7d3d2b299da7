"""Other spellings of a pair: Keras' ``K.update`` family and Theano's ``In(x, update=e)``."""

from __future__ import annotations

from collections.abc import Mapping

from flake8_theano_updates.values import Use


def is_keras(module: str) -> bool:
    """Is this what code calls Keras' backend?"""
    return "backend" in module or module.rpartition(".")[2] == "K"


def keras_pair(
    name: str, arguments: tuple[Use, ...], keywords: Mapping[str | None, Use]
) -> tuple[Use, str | None, tuple[Use, ...]] | None:
    """Return (target, operation on its old value or None, operands), or None if it is no pair.

    Without an operation, the second operand is what the target starts with.

    https://github.com/keras-team/keras/blob/1.2.2/keras/backend/theano_backend.py
    """
    root, _, last = name.rpartition(".")
    if last == "In" and arguments and "update" in keywords:
        start = (keywords["value"],) if "value" in keywords else ()
        return arguments[0], None, (keywords["update"], *start)
    if not is_keras(root):
        return None
    if last == "update" and len(arguments) == 2:
        return arguments[0], None, arguments[1:]
    if last in ("update_add", "update_sub") and len(arguments) == 2:
        return arguments[0], "+" if last == "update_add" else "-", arguments[1:]
    if last == "moving_average_update" and len(arguments) > 1:
        decay = (keywords["momentum"],) if "momentum" in keywords else arguments[2:3]
        return arguments[0], "average", (arguments[1], *decay)
    return None
