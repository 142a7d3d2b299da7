"""What the functions of the fixtures of THU401 to THU403 draw, as written and as it should be.

Each is told in one line: `x<rng y<rng !y => y<x` draws x and y, both from the state `rng`, and
stores the generator that y returns; as it should be, y is drawn from the generator that x
returns. Draws are normal if nothing else is said (`x=gamma(2.0, 1.0)<rng`); `_` stands for a
space in what `confirm` calls them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

TWICE = "x<rng y<rng !y => y<x"
CHAIN = "x<rng y<x !x => !y"
TURNS = "x[0]<rng x[1]<rng x[2]<rng !x[2] => x[1]<x[0] x[2]<x[1]"
KICKS = "kick[0]<rng kick[1]<rng kick[2]<rng => kick[1]<kick[0] kick[2]<kick[1]"
MASKS = (
    "mask[0]=bernoulli(0.5)<rng mask[1]=bernoulli(0.5)<rng mask[2]=bernoulli(0.5)<rng !mask[2] "
    "=> mask[1]<mask[0] mask[2]<mask[1]"
)
WALK = "xs[0]<rng xs[1]<xs[0] xs[2]<xs[1]"
_U = "pt.random.uniform(rng=rng)"
_N, _R = "next_rng.normal()", "rng.normal()"

PROGRAMS = {
    ("THU401/twice.py", "methods"): TWICE,
    ("THU401/twice.py", "of_other_sizes"): (
        "x=normal(size=(2,))<rng y=normal(size=(3,))<rng !y => y<x"
    ),
    ("THU401/twice.py", "other_distributions"): (
        "x=exponential(2.0)<rng y=uniform(0.0,1.0)<rng !y => y<x"
    ),
    ("THU401/twice.py", "one_result"): TWICE,
    ("THU401/twice.py", "two_results"): TWICE,
    ("THU401/twice.py", "outputs_of_the_owner"): (
        "x=gamma(2.0,1.0)<rng y=gamma(2.0,1.0)<rng !y => y<x"
    ),
    ("THU401/twice.py", "further_down"): "a<rng b<a c<a !c => c<b",
    ("THU401/twice.py", "in_an_update"): "kick<rng noise<rng !noise => noise<kick",
    ("THU401/twice.py", "under_another_name"): TWICE,
    ("THU401/twice.py", "helper_that_is_given_one_twice"): (
        "drawn_(1)=normal(size=(2,))<rng drawn_(2)=normal(size=(2,))<rng !drawn_(2) "
        "=> drawn_(2)<drawn_(1)"
    ),
    ("THU401/twice.py", "helper_after_a_draw"): (
        "x=normal(size=(2,))<rng mask=bernoulli(0.5,size=(2,))<rng !mask => mask<x"
    ),
    ("THU401/twice.py", "blurred"): "dx<rng dy<rng !dy => dy<dx",
    ("THU401/twice.py", "Walk.build"): "step<rng jump<rng !jump => jump<step",
    ("THU401/twice.py", "what_is_chosen_by"): "u=uniform()<rng x<rng !x => x<u",
    ("THU401/twice.py", "of_a_generator_that_is_given"): TWICE,
    ("THU401/twice.py", "numbers_taken_at_once"): "dx<rng dy<rng => dy<dx",
    ("THU401/twice.py", "of_a_list"): "dx<rng dy<rng !dy => dy<dx",
    ("THU401/with_aesara.py", "twice"): TWICE,
    ("THU401/loops.py", "gathered"): TURNS,
    ("THU401/loops.py", "added_up"): TURNS,
    ("THU401/loops.py", "comprehension"): (
        f"first<rng {_N}[0]<first {_N}[1]<first {_N}[2]<first {_R}<rng !{_R} "
        f"=> {_N}[1]<{_N}[0] {_N}[2]<{_N}[1]"
    ),
    ("THU401/loops.py", "one_result"): (
        f"{_U}[0]=uniform()<rng {_U}[1]=uniform()<rng {_U}[2]=uniform()<rng "
        f"=> {_U}[1]<{_U}[0] {_U}[2]<{_U}[1]"
    ),
    ("THU401/loops.py", "of_known_lengths"): "x_(1)<rng x_(2)<rng !x_(2) => x_(2)<x_(1)",
    # The program has three draws in a row for the three generators of the list.
    ("THU401/loops.py", "two_lists_over_one"): (
        f"{_R}[0]_(1)<rng {_R}[1]_(1)<{_R}[0]_(1) {_R}[2]_(1)<{_R}[1]_(1) "
        f"{_R}[0]_(2)<rng {_R}[1]_(2)<{_R}[0]_(2) {_R}[2]_(2)<{_R}[1]_(2) !{_R}[2]_(2) "
        f"=> {_R}[0]_(2)<{_R}[2]_(1)"
    ),
    ("THU401/loops.py", "until_it_is_enough"): TURNS,
    ("THU401/loops.py", "layers"): MASKS,
    ("THU401/loops.py", "layers_by_keyword"): MASKS,
    ("THU401/loops.py", "Net.build"): MASKS,
    ("THU401/loops.py", "while_there_are_few"): TURNS,
    ("THU401/loops.py", "random_walk"): TURNS,
    ("THU401/loops.py", "captured_by_a_step.step"): KICKS,
    ("THU401/loops.py", "handed_to_a_step.step"): KICKS,
    ("THU401/loops.py", "handed_alone_to_a_step.step"): KICKS,
    ("THU401/loops.py", "carried_and_used_twice.step"): "a<rng b<rng !b => b<a",
    ("THU402/functions.py", "no_updates"): "x<rng => !x",
    ("THU402/functions.py", "chain"): "x<rng y=uniform()<x => !y",
    ("THU402/functions.py", "other_updates"): "x=normal(size=(2,))<rng => !x",
    ("THU402/functions.py", "in_an_update"): "kick<rng => !kick",
    ("THU402/functions.py", "one_result"): "x<rng => !x",
    ("THU402/functions.py", "one_of_two"): "y<rng => !y",
    ("THU402/functions.py", "as_an_input"): "x<rng => !x",
    ("THU402/functions.py", "by_a_helper"): "noise=normal(0.0,0.1)<rng => !noise",
    ("THU402/functions.py", "through_a_scan"): f"{WALK} => !xs[2]",
    ("THU402/functions.py", "through_a_scan_with_updates"): f"{WALK} => !xs[2]",
    ("THU402/functions.py", "through_a_scan_of_mappings"): f"{WALK} => !xs[2]",
    ("THU402/functions.py", "over_drawn_rows"): "x=normal(size=(2,))<rng => !x",
    ("THU402/functions.py", "gradient_of_noise"): "noise<rng => !noise",
    ("THU402/functions.py", "numbers_at_once"): "x<rng => !x",
    ("THU402/functions.py", "called_in_a_loop"): "x<rng => !x",
    ("THU402/functions.py", "name_of_another_one_later"): "x<rng => !x",
    ("THU402/functions.py", "over_several_lines"): "x=normal(size=(2,))<rng => !x",
    ("THU402/functions.py", "in_an_ordered_dict"): "x<rng => !x",
    ("THU402/functions.py", "of_a_generator_that_is_given"): "x<rng => !x",
    ("THU402/functions.py", "Sampler.__init__"): "x<rng => !x",
    ("THU402/functions.py", "Sampler.build_pair"): "x<rng y<x => !y",
    ("THU402/with_aesara.py", "no_updates"): "x<rng => !x",
    ("THU403/chains.py", "first_of_two"): CHAIN,
    ("THU403/chains.py", "second_of_three"): "x<rng y<x z<y !y => !z",
    ("THU403/chains.py", "one_result"): CHAIN,
    ("THU403/chains.py", "outputs_of_the_owner"): CHAIN,
    ("THU403/chains.py", "numbers_in_between"): (
        # The scale is not known: the program draws with the scale 1.
        "x<rng scale=uniform(1.0,2.0)<x y<scale !x => !y"
    ),
    ("THU403/chains.py", "handed_out_too_early"): CHAIN,
    ("THU403/chains.py", "stored_before_it_is_drawn"): CHAIN,
    ("THU403/chains.py", "by_a_helper"): CHAIN,
    ("THU403/chains.py", "after_a_scan"): f"{WALK} y<xs[2] !xs[2] => !y",
    ("THU403/chains.py", "numbers_that_nobody_wants"): f"{_R}<rng x<{_R} !{_R} => !x",
    ("THU403/with_aesara.py", "first_of_two"): CHAIN,
}


@dataclass(frozen=True)
class Chain:
    """What a function draws in each call.

    Args:
        draws: for each its label, a call that draws (`normal()`), and from what it starts.
        stored: the draw whose generator is stored, or None.
    """

    draws: tuple[tuple[str, str, str], ...]
    stored: str | None


def chains(told: str) -> tuple[Chain, Chain]:
    """Return what a function draws as written, and what it should."""
    written, _, right = told.partition(" => ")
    draws, stored = _read(written)
    changed, other = _read(right)
    starts = {label: start for label, _, start in changed}
    mended = tuple((label, what, starts.get(label, start)) for label, what, start in draws)
    return Chain(draws, stored), Chain(mended, other or stored)


def _read(text: str) -> tuple[tuple[tuple[str, str, str], ...], str | None]:
    draws, stored = [], None
    for token in text.split():
        if token.startswith("!"):
            stored = _spaced(token[1:])
            continue
        head, _, start = token.rpartition("<")
        match = re.fullmatch(r"([^=]+|.*\])=(\w+\(.*\))", head)
        label, what = match.groups() if match else (head, "normal()")
        draws.append((_spaced(label), what, _spaced(start)))
    return tuple(draws), stored


def _spaced(label: str) -> str:
    return label.replace("_(", " (")
