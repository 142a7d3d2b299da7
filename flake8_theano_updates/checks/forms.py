"""What single terms are by their form: sums, powers, items of mappings."""

from __future__ import annotations

from collections.abc import Hashable

from flake8_theano_updates.values import Term, Use, Value, original


def summands(value: Value) -> list[tuple[int, Use]]:
    """Return the operands of a sum, a difference or a sign, each with its sign."""
    assert isinstance(value, Term)
    if value.op in ("neg", "pos"):
        return [(-1 if value.op == "neg" else 1, value.uses[0])]
    left, right = value.uses
    return [(1, left), (-1 if value.op == "-" else 1, right)]


def small_power(term: Term) -> int:
    """Return n of ``x**n`` where it stands for a product written short, else 0."""
    exponent = term.uses[1].value
    if isinstance(exponent, Term) and exponent.op == "const" and exponent.label in (2, 3, 4):
        return int(str(exponent.label).partition(".")[0])
    return 0


def is_nothing(term: Term) -> bool:
    """Is this a product with zero, a way to mention a variable without its value?"""
    factors = (factor.value for factor in term.uses if isinstance(factor.value, Term))
    return term.op == "*" and any(one.op == "const" and one.label == 0 for one in factors)


def key_of_item(value: Term) -> str | None:
    """Return the key in ``options["decay"]``, or None for any other expression."""
    if value.op != "item" or len(value.uses) < 2:
        return None
    key = original(value.uses[1].value)
    return key.label if isinstance(key, Term) and isinstance(key.label, str) else None


def number(label: Hashable) -> Hashable:
    """Let 1 and 1.0 be one constant, and True another."""
    if isinstance(label, (int, float)) and not isinstance(label, bool):
        try:
            return float(label)
        except OverflowError:
            return label
    return repr(label)


def mixed(number: int) -> int:
    """Scatter small numbers over 64 bits, so that different sums of them differ.

    SplitMix64: Steele, Lea and Flood, Fast Splittable Pseudorandom Number
    Generators, OOPSLA 2014.
    """
    bits = (1 << 64) - 1
    number = (number + 1) * 0x9E3779B97F4A7C15 & bits
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & bits
    number = (number ^ number >> 27) * 0x94D049BB133111EB & bits
    return number ^ number >> 31
