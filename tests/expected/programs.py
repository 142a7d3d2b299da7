"""Every marked program of the fixtures: the algorithm in it, its constants and its names.

A constant is a number that the program itself gives, or in quotes the name of the number or
expression that ``confirm`` stands in for. ``start`` has the initial values that the program
itself gives. A line of a table is a program, and what it calls the variables of the step: ``p[]``
for one variable for each element of a list, ``accs[]|a`` if they have a second name too.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from expected.steps import (
    State,
    adadelta,
    adagrad,
    adagrad_beside_eps,
    adam,
    adam_by_new_m,
    adam_with_a_late_counter,
    adam_with_a_rate,
    averaged_gradient,
    bowl_gradient,
    clipped_adagrad,
    corrected_adam,
    cost_gradient,
    counted_momentum,
    divided_by_sum,
    divided_by_sum_of_roots,
    less_the_mean,
    momentum,
    momentum_and_gradient,
    rmsprop,
    rmsprop_beside_eps,
    subtracted_momentum,
    sum_of_means,
)

MODULE = "<module>"  # a program that is not in a function
ELEMENTS = 2  # in each list that is stood in for


@dataclass(frozen=True)
class Program:
    """What one program computes.

    Args:
        step: one call, in NumPy.
        constants: its arguments: a number, a function of the values before the call, or the
            name of what is stood in for.
        start: the initial values that the program itself gives, by variable of the step.
        labels: how a verdict calls each variable of the step; one label for each element.
        names: the names by which the program reads each variable of the step.
    """

    step: Callable[..., State]
    constants: Mapping[str, float | str | Callable[[State], Any]]
    start: Mapping[str, Any]
    labels: Mapping[str, tuple[str, ...]]
    names: Mapping[str, frozenset[str]]

    def called(self, name: str) -> str:
        """Return the variable of the step that the program reads by ``name``."""
        (found,) = [variable for variable, names in self.names.items() if _base(name) in names]
        return found


@dataclass(frozen=True)
class Group:
    """Programs of one file with one step, constants and initial values, as a table."""

    path: str
    step: Callable[..., State]
    constants: Mapping[str, float | str | Callable[[State], Any]]
    table: str
    start: Mapping[str, Any] = field(default_factory=dict)


@functools.cache
def programs() -> dict[tuple[str, str], list[Program]]:
    """Return the programs by path and function; those of one function in their order there."""
    found: dict[tuple[str, str], list[Program]] = {}
    for group in GROUPS:
        for line in group.table.strip().splitlines():
            function, *pairs = line.split()
            labels, names = {}, {}
            for pair in pairs:
                variable, _, called = pair.partition("=")
                labels[variable], names[variable] = _read(called)
            program = Program(group.step, group.constants, group.start, labels, names)
            found.setdefault((group.path, function), []).append(program)
    return found


def _read(called: str) -> tuple[tuple[str, ...], frozenset[str]]:
    first, *others = called.split("|")
    if first.endswith("[]"):
        labels = [f"{first[:-2]}[{index}]" for index in range(ELEMENTS)]
    else:
        labels = first.split(",")
    return tuple(labels), frozenset(map(_base, (first, *others)))


def _base(name: str) -> str:
    return re.sub(r"\[.*", "", name)


def _numbered(name: str, count: int) -> str:
    return ",".join(f"{name}[{index}]" for index in range(count))


COST = {"g": cost_gradient}
BOWL = {"g": bowl_gradient}
ADAGRAD = {**COST, "lr": 0.1, "eps": 1e-6}
RMSPROP = {**COST, "lr": 0.001, "rho": 0.9, "eps": 1e-6}
ADAM = {**COST, "lr": 0.001, "b1": 0.9, "b2": 0.999, "eps": 1e-8}
MOMENTUM = {**COST, "mu": 0.9, "lr": 0.01}

STILL = {"velocity": 0.0}
EMPTY = {"acc": 0.0}
UNMOVED = {"m": 0.0, "v": 0.0}

GROUPS = (
    Group(
        "question.py",
        averaged_gradient,
        {**BOWL, "mu": 0.5, "lr": 1.0},
        f"{MODULE} p=param mean=param_update",
        {"p": 1.0, "mean": 2.0},
    ),
    Group(
        "THU101/programs/adagrad.py",
        adagrad,
        {**BOWL, "lr": 0.1, "eps": 1e-6},
        f"{MODULE} p=w acc=acc",
        {"p": [1.0, -2.0], "acc": [0.5, 0.5]},
    ),
    Group(
        "THU101/programs/adam.py",
        adam_with_a_rate,
        {**BOWL, "lr": 0.1, "b1": 0.9, "b2": 0.999, "eps": 1e-8},
        f"{MODULE} p=w m=m v=v t=t",
        {"p": [1.0, -2.0], "m": [0.1, 0.2], "v": [0.3, 0.4], "t": 0.0},
    ),
    Group(
        "THU101/programs/layer.py",
        momentum,
        {**BOWL, "mu": 0.9, "lr": 0.1},
        f"{MODULE} p=p[] velocity=velocity[]",
        STILL,
    ),
    Group(
        "THU101/programs/momentum.py",
        momentum,
        {**BOWL, "mu": 0.9, "lr": 0.1},
        f"{MODULE} p=w velocity=velocity",
        {"p": [1.0, -2.0], "velocity": [0.5, 0.25]},
    ),
    Group(
        "THU101/programs/rmsprop.py",
        rmsprop,
        {**BOWL, "lr": 0.01, "rho": 0.9, "eps": 1e-6},
        f"{MODULE} p=w acc=mean_square",
        {"p": [1.0, -2.0], "acc": [1.0, 4.0]},
    ),
    Group(
        "THU101/adagrad.py",
        adagrad,
        ADAGRAD,
        """
        adagrad_in_a_list  p=w    acc=history
        adagrad            p=p[]  acc=acc[]
        adagrad_in_a_dict  p=p[]  acc=acc[]
        """,
        EMPTY,
    ),
    Group(
        "THU101/adagrad.py", adagrad_beside_eps, ADAGRAD, "adagrad_updates p=p[] acc=acc[]", EMPTY
    ),
    Group("THU102/adagrad.py", adagrad, ADAGRAD, "adagrad p=p[] acc=acc[]", EMPTY),
    Group(
        "THU101/adam.py",
        adam,
        ADAM,
        """
        adam_in_a_list  p=w    m=m    v=v
        adam_updates    p=p[]  m=m[]  v=v[]
        """,
        UNMOVED,
    ),
    Group(
        "THU101/adam.py", corrected_adam, ADAM, "adam p=p[] m=m[] v=v[] t=i", {**UNMOVED, "t": 0.0}
    ),
    Group(
        "THU101/adam.py", adam_by_new_m, ADAM, "adam_in_a_dict p=p[] m=m_prev[] v=v_prev[]", UNMOVED
    ),
    Group(
        "THU101/adam.py",
        adam_with_a_late_counter,
        ADAM,
        "adam_with_a_late_counter p=p[] m=m[] v=v[] t=iterations",
        {**UNMOVED, "t": 0.0},
    ),
    Group("THU102/adam.py", adam, ADAM, "adam p=p[] m=m[] v=v[]", UNMOVED),
    Group(
        "THU101/rmsprop.py",
        adadelta,
        {**COST, "rho": 0.95, "eps": 1e-6},
        "adadelta_of_zipped_lists p=p[] acc=accs[]|acc delta=deltas[]",
        {"acc": 0.0, "delta": 0.0},
    ),
    Group(
        "THU101/rmsprop.py",
        rmsprop,
        # What another function fills is no longer zero.
        {**RMSPROP, "g": 0.37},
        "rmsprop_of_stored_gradients p=p[] acc=acc[]",
        EMPTY,
    ),
    Group(
        "THU101/rmsprop.py",
        rmsprop,
        RMSPROP,
        """
        rmsprop_in_a_list        p=w    acc=acc
        rmsprop_scaled_too_late  p=p[]  acc=acc[]
        rmsprop_updates          p=p[]  acc=rms[]
        """,
        EMPTY,
    ),
    Group(
        "THU101/rmsprop.py",
        rmsprop_beside_eps,
        RMSPROP,
        "rmsprop_in_a_dict p=p[] acc=mean_square[]",
        EMPTY,
    ),
    Group(
        "THU102/rmsprop.py",
        rmsprop,
        RMSPROP,
        """
        rmsprop                  p=p[]  acc=acc[]
        rmsprop_parameter_first  p=w    acc=acc
        """,
        EMPTY,
    ),
    Group(
        "THU101/momentum.py",
        momentum,
        MOMENTUM,
        """
        momentum_in_a_list               p=param    velocity=velocity
        momentum_appended                p=param[]  velocity=velocity[]
        momentum_in_a_dict               p=param[]  velocity=velocity[]
        momentum_with_a_named_new_value  p=param[]  velocity=velocity[]
        momentum_or_plain                p=param[]  velocity=velocity[]
        """,
        STILL,
    ),
    Group(
        "THU101/momentum.py",
        momentum,
        MOMENTUM,
        """
        momentum_called_index        p=param                velocity=index
        momentum_of_layers           p=layer.W[]            velocity=layer.velocity[]
        momentum_of_numbered_layers  p=layer.W[]            velocity=layer.v[]
        momentum_of_all_layers       p=param[0],param[1],param[2],param[3] \
            velocity=velocity[0],velocity[1],velocity[2],velocity[3]
        """,
    ),
    Group(
        "THU101/momentum.py",
        subtracted_momentum,
        MOMENTUM,
        "momentum_updates p=param[] velocity=velocity[]",
        STILL,
    ),
    Group(
        "THU101/momentum.py",
        momentum,
        {**MOMENTUM, "decay": 1e-4},
        "momentum_with_weight_decay p=param[] velocity=velocity[]",
        STILL,
    ),
    Group(
        "THU102/momentum.py",
        averaged_gradient,
        {**COST, "mu": "momentum", "lr": "learning_rate"},
        "gradient_updates_momentum p=param[] mean=param_update[]",
        {"mean": 0.0},
    ),
    Group(
        "THU102/momentum.py",
        momentum,
        MOMENTUM,
        """
        momentum_in_a_list  p=param    velocity=velocity
        momentum_in_a_dict  p=param[]  velocity=velocity[]
        momentum_updates    p=param[]  velocity=velocity[]
        """,
        STILL,
    ),
    Group(
        "THU102/momentum.py",
        momentum,
        MOMENTUM,
        "joined_where_they_are_returned p=p[] velocity=v[]",
    ),
    Group(
        "THU102/momentum.py",
        momentum_and_gradient,
        MOMENTUM,
        "half_of_the_step_written_out p=param[] velocity=velocity[]",
        STILL,
    ),
    Group(
        "THU101/twelve.py",
        momentum,
        {**COST, "mu": 0.9, "lr": 1.0},
        """
        by_append                   p=w          velocity=v
        by_list_literal             p=w          velocity=v
        by_dict_literal             p=w          velocity=v
        by_assignment               p=w          velocity=v
        by_a_local_after            p=w          velocity=v
        by_a_local_before           p=w          velocity=v
        in_reversed_order           p=w          velocity=v
        by_keyword                  p=w          velocity=v
        by_extend                   p=w          velocity=v
        by_lists_of_two             p=w          velocity=v
        by_two_loops_with_one_name  p=s[2],s[3]  velocity=s[0],s[1]|v
        by_comprehensions           p=w[]        velocity=v[]
        """,
    ),
    Group(
        "THU101/compilers.py",
        divided_by_sum,
        COST,
        """
        imported                p=w  sum=a
        renamed                 p=w  sum=a
        of_a_renamed_module     p=w  sum=a
        by_pfunc                p=w  sum=a
        in_the_fourth_position  p=w  sum=a
        by_keras                p=w  sum=a
        """,
    ),
    Group(
        "THU101/compilers.py",
        divided_by_sum_of_roots,
        COST,
        """
        by_aesara    p=w  sum=a
        by_pytensor  p=w  sum=a
        """,
    ),
    Group(
        "THU101/blocks.py",
        sum_of_means,
        {"x": "cost"},
        "of_a_training_algorithm mean=mean total=total",
    ),
    Group(
        "THU101/branches.py",
        adagrad,
        {**COST, "rho": "decay"},
        "conditional_expression p=param acc=acc",
    ),
    Group("THU101/branches.py", clipped_adagrad, COST, "before_a_branch p=param acc=acc"),
    Group(
        "THU101/branches.py",
        adagrad,
        COST,
        """
        before_a_branch        p=param  acc=acc
        one_arm                p=param  acc=acc
        early_return           p=param  acc=acc
        attempt                p=param  acc=acc
        context                p=param  acc=acc
        one_flag_tested_twice  p=param  acc=acc
        method_by_name         p=p[]    acc=a[]
        """,
    ),
    Group(
        "THU101/helpers.py",
        adagrad,
        COST,
        """
        pair_from_a_helper  p=param  acc=acc
        list_from_a_helper  p=p[]    acc=a[]
        first_of_a_tuple    p=p[]    acc=a[]
        filled_by_a_helper  p=p[]    acc=a[]
        yields_pairs        p=p[]    acc=a[]
        nested.add          p=p[]    acc=a[]
        a_lambda            p=p[]    acc=a[]
        partial             p=param  acc=acc
        keywords            p=param  acc=acc
        dict_keywords       p=param  acc=acc
        """,
    ),
    Group(
        "THU101/helpers.py",
        adagrad,
        {**COST, "lr": 0.1},
        "Adagrad.get_updates p=p[] acc=a[]",
        EMPTY,
    ),
    Group(
        "THU101/helpers.py",
        momentum,
        {**COST, "mu": 0.9, "lr": 0.1},
        """
        Momentum.compile     p=self.w  velocity=self.velocity
        Derived.get_updates  p=self.w  velocity=self.velocity
        """,
        {"velocity": 0.0},
    ),
    Group(
        "THU101/keras.py",
        counted_momentum,
        {**COST, "mu": "self.momentum", "lr": "self.lr"},
        "Momentum.get_updates p=p[] velocity=m[] count=self.iterations",
        STILL,
    ),
    Group(
        "THU101/keras.py",
        adagrad,
        {**COST, "lr": "self.lr"},
        "Adagrad.get_updates p=p[] acc=a[]",
        EMPTY,
    ),
    # The mean of a number is this number.
    Group(
        "THU101/keras.py",
        less_the_mean,
        {"x": "x"},
        "Averaged.call mean=self.mean shifted=self.shifted",
    ),
    Group(
        "THU101/mappings.py",
        adagrad,
        COST,
        """
        dict_literal        p=param  acc=acc
        ordered_literal     p=param  acc=acc
        assigned_entries    p=p[]    acc=a[]
        updated             p=param  acc=acc
        updated_with_pairs  p=param  acc=acc
        unpacked            p=param  acc=acc
        copied              p=param  acc=acc
        ordered_updates     p=param  acc=acc
        comprehension       p=p[]    acc=a[]
        zipped              p=p[]    acc=accs[]|a
        by_items            p=p[]    acc=a[]
        augmented_entry     p=param  acc=acc
        default_argument    p=p[]    acc=a[]
        given_or_new        p=p[]    acc=a[]
        by_text             p=params[] acc=states[]
        by_formatted_text   p=params[] acc=states[]
        joined_last         p=p[]    acc=accs[]
        one_name_in_either_arm  p=p[]  acc=a[]
        one_by_one          p=params[2]  acc=accs[2]
        """,
    ),
    Group(
        "THU101/sequences.py",
        adagrad,
        COST,
        """
        assigned_literal           p=param     acc=acc
        literal_in_the_call        p=param     acc=acc
        tuple_of_pairs             p=param     acc=acc
        lists_as_pairs             p=param     acc=acc
        extended                   p=param     acc=acc
        grown_in_place             p=param     acc=acc
        joined                     p=param[]   acc=acc[]
        joined_in_the_other_order  p=param[]   acc=acc[]
        summed                     p=param     acc=acc
        chained                    p=param     acc=acc
        chained_from_iterable      p=p[]       acc=a[]
        zipped                     p=params[]  acc=a[]
        enumerated                 p=p[]       acc=accs[]
        a_name_of_the_variable     p=param     acc=state|acc
        walrus                     p=param     acc=acc
        pairs_of_a_lambda   p=p[]    acc=a[]
        flattened_pairs     p=p[]    acc=a[]
        """,
    ),
    # Each starts with a division by zero.
    Group(
        "THU101/sequences.py",
        adagrad,
        COST,
        """
        two_loops                        p=p[]        acc=a[]
        two_loops_with_one_rebound_name  p=v[2],v[3]  acc=v[0],v[1]|accs
        parallel_lists                   p=p[]        acc=acc[]
        indexed                          p=params[]   acc=accs[]
        """,
        EMPTY,
    ),
    Group(
        "THU101/sequences.py",
        adagrad,
        COST,
        f"more_than_are_told_apart p={_numbered('p', 9)} acc={_numbered('acc', 9)}",
        EMPTY,
    ),
    Group("THU101/sequences.py", adagrad, COST, "made_in_either_arm p=p[] acc=acc[]"),
    Group("THU101/sequences.py", adagrad, {"g": "pairs"}, "nested_tuples p=p[] acc=a[]"),
    Group(
        "THU101/sequences.py",
        momentum,
        {**COST, "mu": "mu", "lr": "lr"},
        "augmented p=param velocity=velocity",
    ),
)
