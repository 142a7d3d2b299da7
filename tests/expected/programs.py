"""Every marked program of the fixtures: the algorithm in it, its constants and its names.

A constant or an initial value is what the program itself gives, or in quotes the name of what
``confirm`` has in the place of what the program is given. A line of a table is a program, and
what it calls the variables of the step, or the gradient that it is given: ``accs|a`` if it has a
second name for one.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

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
    background_of_rows,
    bounded_momentum,
    bowl_gradient,
    carried,
    clipped_adagrad,
    corrected_adam,
    cost_gradient,
    divided_by_sum,
    divided_by_sum_of_roots,
    less_the_mean,
    mean_by_a_rate,
    mean_of_all,
    mean_of_rows,
    momentum,
    momentum_and_gradient,
    patience,
    rmsprop,
    rmsprop_beside_eps,
    step_of_a_sampler,
    stored_and_paid_for,
    subtracted_momentum,
    sum_of_means,
    two_readings,
)

MODULE = "<module>"  # a program that is not in a function
DRAWN = np.array([0.21, 0.29])  # the first random numbers of a program
GIVEN = "g"  # the column of the gradients that programs are given


@dataclass(frozen=True)
class Program:
    """What one program computes.

    Args:
        step: one call, in NumPy.
        constants: its arguments: a number, a function of the values before the call, or the
            name of what stands in.
        start: the initial values that the program itself gives, by variable of the step, or the
            names of what stands in for them.
        labels: how a verdict calls each variable of the step.
        names: the names by which the program reads each variable of the step.
    """

    step: Callable[..., State]
    constants: Mapping[str, float | str | Callable[[State], Any]]
    start: Mapping[str, Any]
    labels: Mapping[str, str]
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
            function, *pairs = re.split(r"\s+(?=\w+=)", line.strip())
            called = dict(pair.split("=", 1) for pair in pairs)
            constants = dict(group.constants)
            if GIVEN in called:
                constants[GIVEN] = called.pop(GIVEN)
            names = {variable: text.split("|") for variable, text in called.items()}
            program = Program(
                group.step,
                constants,
                group.start,
                {variable: first for variable, (first, *_) in names.items()},
                {variable: frozenset(map(_base, several)) for variable, several in names.items()},
            )
            found.setdefault((group.path, function), []).append(program)
    return found


def _base(name: str) -> str:
    return re.sub(r"\[.*", "", name)


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
        "THU101/programs/constrained.py",
        bounded_momentum,
        {
            "g": lambda old: -np.sin(old["p"]),
            "mu": 0.9,
            "lr": 0.1,
            "decay": 0.01,
            "most": 0.05,
        },
        f"{MODULE} p=w velocity=velocity",
        {"p": [1.0, 1.0, 1.0], "velocity": [0.0, 0.0, 0.0]},
    ),
    Group(
        "THU101/programs/layer.py",
        momentum,
        {**BOWL, "mu": 0.9, "lr": 0.1},
        f"{MODULE} p=p velocity=velocity",
        {"p": -0.1 + (0.1 + 0.1) * DRAWN, "velocity": [0.0, 0.0]},
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
        adagrad_in_a_list  p=w  acc=history
        adagrad            p=p  acc=acc
        adagrad_in_a_dict  p=p  acc=acc
        """,
        EMPTY,
    ),
    Group("THU101/adagrad.py", adagrad_beside_eps, ADAGRAD, "adagrad_updates p=p acc=acc", EMPTY),
    Group("THU102/adagrad.py", adagrad, ADAGRAD, "adagrad p=p acc=acc", EMPTY),
    Group(
        "THU101/adam.py",
        adam,
        ADAM,
        """
        adam_in_a_list  p=w  m=m  v=v
        adam_updates    p=p  m=m  v=v
        """,
        UNMOVED,
    ),
    Group("THU101/adam.py", corrected_adam, ADAM, "adam p=p m=m v=v t=i", {**UNMOVED, "t": 0.0}),
    Group("THU101/adam.py", adam_by_new_m, ADAM, "adam_in_a_dict p=p m=m_prev v=v_prev", UNMOVED),
    Group(
        "THU101/adam.py",
        adam_with_a_late_counter,
        ADAM,
        "adam_with_a_late_counter p=p m=m v=v t=iterations",
        {**UNMOVED, "t": 0.0},
    ),
    Group("THU102/adam.py", adam, ADAM, "adam p=p m=m v=v", UNMOVED),
    # What only a gradient depends on stays as it starts.
    Group(
        "THU101/rmsprop.py",
        adadelta,
        {**COST, "rho": 0.95, "eps": 1e-6},
        "adadelta_of_zipped_lists p=p acc=accs|acc delta=deltas",
        {"acc": 0.0, "delta": 0.0},
    ),
    # The gradients are zero until another function stores them: nothing would move.
    Group(
        "THU101/rmsprop.py",
        rmsprop,
        RMSPROP,
        "rmsprop_of_stored_gradients p=p acc=acc g=s",
        EMPTY,
    ),
    Group(
        "THU101/rmsprop.py",
        rmsprop,
        RMSPROP,
        """
        rmsprop_in_a_list        p=w  acc=acc
        rmsprop_scaled_too_late  p=p  acc=acc
        rmsprop_updates          p=p  acc=rms
        """,
        EMPTY,
    ),
    Group(
        "THU101/rmsprop.py",
        rmsprop_beside_eps,
        RMSPROP,
        "rmsprop_in_a_dict p=p acc=mean_square",
        EMPTY,
    ),
    Group(
        "THU102/rmsprop.py",
        rmsprop,
        RMSPROP,
        """
        rmsprop                  p=p  acc=acc
        rmsprop_parameter_first  p=w  acc=acc
        """,
        EMPTY,
    ),
    Group(
        "THU101/momentum.py",
        momentum,
        MOMENTUM,
        """
        momentum_in_a_list               p=param  velocity=velocity
        momentum_appended                p=param  velocity=velocity
        momentum_in_a_dict               p=param  velocity=velocity
        momentum_with_a_named_new_value  p=param  velocity=velocity
        momentum_or_plain                p=param  velocity=velocity
        """,
        STILL,
    ),
    Group(
        "THU101/momentum.py",
        momentum,
        MOMENTUM,
        """
        momentum_called_index        p=param    velocity=index
        momentum_of_layers           p=layer.W  velocity=layer.velocity
        momentum_of_numbered_layers  p=layer.W  velocity=layer.v
        momentum_of_all_layers       p=param    velocity=velocity
        """,
    ),
    Group(
        "THU101/momentum.py",
        subtracted_momentum,
        MOMENTUM,
        "momentum_updates p=param velocity=velocity",
        STILL,
    ),
    Group(
        "THU101/momentum.py",
        momentum,
        {**MOMENTUM, "decay": 1e-4},
        "momentum_with_weight_decay p=param velocity=velocity",
        STILL,
    ),
    Group(
        "THU102/momentum.py",
        averaged_gradient,
        {**COST, "mu": "momentum", "lr": "learning_rate"},
        "gradient_updates_momentum p=param mean=param_update",
        {"mean": 0.0},
    ),
    Group(
        "THU102/momentum.py",
        momentum,
        MOMENTUM,
        """
        momentum_in_a_list  p=param  velocity=velocity
        momentum_in_a_dict  p=param  velocity=velocity
        momentum_updates    p=param  velocity=velocity
        """,
        STILL,
    ),
    Group(
        "THU102/momentum.py",
        momentum,
        MOMENTUM,
        "joined_where_they_are_returned p=p velocity=v g=g",
    ),
    Group(
        "THU102/momentum.py",
        momentum_and_gradient,
        MOMENTUM,
        "half_of_the_step_written_out p=param velocity=velocity",
        STILL,
    ),
    Group(
        "THU101/twelve.py",
        momentum,
        {"mu": 0.9, "lr": 1.0},
        """
        by_append                   p=w  velocity=v    g=g
        by_list_literal             p=w  velocity=v    g=g
        by_dict_literal             p=w  velocity=v    g=g
        by_assignment               p=w  velocity=v    g=g
        by_a_local_after            p=w  velocity=v    g=g
        by_a_local_before           p=w  velocity=v    g=g
        in_reversed_order           p=w  velocity=v    g=g
        by_keyword                  p=w  velocity=v    g=g
        by_extend                   p=w  velocity=v    g=g
        by_lists_of_two             p=w  velocity=v    g=g
        by_two_loops_with_one_name  p=s[0]  velocity=s[1]|v  g=g
        by_comprehensions           p=w  velocity=v    g=g
        """,
    ),
    Group(
        "THU101/compilers.py",
        divided_by_sum,
        {},
        """
        imported                p=w  sum=a  g=g
        renamed                 p=w  sum=a  g=g
        of_a_renamed_module     p=w  sum=a  g=g
        by_pfunc                p=w  sum=a  g=g
        in_the_fourth_position  p=w  sum=a  g=g
        by_keras                p=w  sum=a  g=g
        """,
    ),
    Group(
        "THU101/compilers.py",
        divided_by_sum_of_roots,
        {},
        """
        by_aesara    p=w  sum=a  g=g
        by_pytensor  p=w  sum=a  g=g
        """,
    ),
    Group(
        "THU101/other_doors.py",
        momentum,
        {"mu": 0.9, "lr": 1.0},
        "inputs_with_updates p=weight velocity=velocity g=g",
    ),
    Group(
        "THU101/other_doors.py",
        momentum,
        {"mu": 0.9, "lr": 1.0},
        "default_updates p=weight velocity=velocity g=g",
        {"p": 1.0, "velocity": 0.0},
    ),
    Group(
        "THU101/blocks.py",
        sum_of_means,
        {"x": "cost"},
        "of_a_training_algorithm mean=mean total=total",
    ),
    Group("THU101/branches.py", clipped_adagrad, {}, "before_a_branch p=param acc=acc g=grad"),
    # Without a decay in `conditional_expression`: the first of its arms.
    Group(
        "THU101/branches.py",
        adagrad,
        {},
        """
        conditional_expression  p=param  acc=acc  g=grad
        before_a_branch         p=param  acc=acc  g=grad
        one_arm                 p=param  acc=acc  g=grad
        early_return            p=param  acc=acc  g=grad
        attempt                 p=param  acc=acc  g=grad
        context                 p=param  acc=acc  g=grad
        one_flag_tested_twice   p=param  acc=acc  g=grad
        without_a_flag_twice    p=param  acc=acc  g=grad
        method_by_name          p=p      acc=a    g=g
        """,
    ),
    Group(
        "THU101/helpers.py",
        adagrad,
        {},
        """
        pair_from_a_helper  p=param  acc=acc  g=grad
        list_from_a_helper  p=p      acc=a    g=g
        first_of_a_tuple    p=p      acc=a    g=g
        filled_by_a_helper  p=p      acc=a    g=g
        yields_pairs        p=p      acc=a    g=g
        nested.add          p=p      acc=a    g=g
        a_lambda            p=p      acc=a    g=g
        partial             p=param  acc=acc  g=grad
        keywords            p=param  acc=acc  g=grad
        dict_keywords       p=param  acc=acc  g=grad
        """,
    ),
    Group(
        "THU101/helpers.py",
        adagrad,
        {"lr": 0.1},
        "Adagrad.get_updates p=p acc=a g=g",
        EMPTY,
    ),
    Group(
        "THU101/helpers.py",
        adagrad,
        {},
        "other_names_in_a_helper p=theta acc=hist g=grad",
    ),
    Group(
        "THU101/handed.py",
        rmsprop,
        {**COST, "lr": 0.01, "rho": 0.9, "eps": 1e-6},
        "RMSprop.get_updates p=p acc=acc",
        EMPTY,
    ),
    Group(
        "THU101/handed.py",
        rmsprop,
        {**COST, "lr": 0.1, "rho": 0.9, "eps": 1e-6},
        """
        nested_register  p=p  acc=a
        only_some        p=p  acc=a
        """,
        EMPTY,
    ),
    Group(
        "THU101/handed.py",
        momentum,
        {**COST, "mu": 0.9, "lr": 0.1},
        """
        a_list_handed_over  p=p  velocity=v
        by_keyword          p=p  velocity=v
        """,
        STILL,
    ),
    Group(
        "THU101/handed.py",
        momentum,
        {"mu": 0.9, "lr": 1.0},
        "a_mapping_handed_over p=w velocity=v g=g",
    ),
    # Each starts with a division by zero.
    Group(
        "THU101/helpers.py",
        adagrad,
        {},
        """
        Surveyor.get_updates  p=p  acc=self.squares[p]  g=g
        Collector.compile     p=p  acc=self.sums[p]     g=g
        """,
        EMPTY,
    ),
    Group(
        "THU101/helpers.py",
        momentum,
        {"mu": 0.9, "lr": 0.1},
        """
        Momentum.compile     p=self.w  velocity=self.velocity  g=grad
        Derived.get_updates  p=self.w  velocity=self.velocity  g=grad
        """,
        STILL,
    ),
    Group(
        "THU101/keras.py",
        momentum,
        {"mu": "momentum", "lr": "lr"},
        "Momentum.get_updates p=p velocity=m g=g",
        STILL,
    ),
    Group(
        "THU101/keras.py",
        adagrad,
        {"lr": "lr"},
        "Adagrad.get_updates p=p acc=a g=g",
        EMPTY,
    ),
    Group(
        "THU101/keras.py",
        less_the_mean,
        {"x": "x"},
        "Averaged.call mean=self.mean shifted=self.shifted",
    ),
    Group(
        "THU101/mappings.py",
        adagrad,
        {},
        """
        dict_literal            p=param      acc=acc      g=grad
        ordered_literal         p=param      acc=acc      g=grad
        assigned_entries        p=p          acc=a        g=g
        updated                 p=param      acc=acc      g=grad
        updated_with_pairs      p=param      acc=acc      g=grad
        unpacked                p=param      acc=acc      g=grad
        copied                  p=param      acc=acc      g=grad
        ordered_updates         p=param      acc=acc      g=grad
        comprehension           p=p          acc=a        g=g
        zipped                  p=p          acc=accs|a   g=g
        by_items                p=p          acc=a        g=g
        augmented_entry         p=param      acc=acc      g=grad
        default_argument        p=p          acc=a        g=g
        given_or_new            p=p          acc=a        g=g
        one_name_in_either_arm  p=p          acc=a        g=g
        one_by_one              p=params[2]  acc=accs[2]  g=grads_2
        entries_by_default      p=p          acc=a        g=g
        one_entry_by_default    p=param      acc=acc      g=grad
        """,
    ),
    # The gradient of these is T.cos(p) in their own text.
    Group(
        "THU101/mappings.py",
        adagrad,
        COST,
        """
        by_text            p=params[k]  acc=states[k + '_acc']
        by_formatted_text  p=params[k]  acc=states[f'{k}_acc']
        """,
    ),
    Group("THU101/mappings.py", adagrad, {}, "joined_last p=p acc=accs[p] g=g", {"acc": 1.0}),
    Group(
        "THU101/sequences.py",
        adagrad,
        {},
        """
        assigned_literal           p=param   acc=acc        g=grad
        literal_in_the_call        p=param   acc=acc        g=grad
        tuple_of_pairs             p=param   acc=acc        g=grad
        lists_as_pairs             p=param   acc=acc        g=grad
        extended                   p=param   acc=acc        g=grad
        grown_in_place             p=param   acc=acc        g=grad
        joined                     p=param   acc=acc        g=grad
        joined_in_the_other_order  p=param   acc=acc        g=grad
        summed                     p=param   acc=acc        g=grad
        chained                    p=param   acc=acc        g=grad
        chained_from_iterable      p=p       acc=a          g=g
        zipped                     p=params  acc=a          g=g
        enumerated                 p=p       acc=accs[i]    g=g
        nested_tuples              p=p       acc=a          g=g
        a_name_of_the_variable     p=param   acc=state|acc  g=grad
        walrus                     p=param   acc=acc        g=grad
        pairs_of_a_lambda          p=p       acc=a          g=g
        flattened_pairs            p=p       acc=a          g=g
        """,
    ),
    # Each starts with a division by zero.
    Group(
        "THU101/sequences.py",
        adagrad,
        {},
        """
        two_loops                        p=p          acc=a        g=g
        two_loops_with_one_rebound_name  p=v[0]       acc=v[1]|accs  g=grads_i
        parallel_lists                   p=p          acc=acc      g=g
        indexed                          p=params[i]  acc=accs[i]  g=grads_i
        """,
        EMPTY,
    ),
    Group("THU101/sequences.py", adagrad, COST, "more_than_are_told_apart p=p acc=acc", EMPTY),
    # With what was saved.
    Group("THU101/sequences.py", adagrad, COST, "made_in_either_arm p=p acc=acc", {"acc": "value"}),
    Group(
        "THU101/sequences.py",
        momentum,
        {"mu": "mu", "lr": "lr"},
        "augmented p=param velocity=velocity g=grad",
    ),
    Group(
        "THU101/optional.py",
        momentum,
        {**COST, "mu": "momentum", "lr": "lr"},
        """
        asked_for_by_a_number  p=p  velocity=speed
        more_than_zero         p=p  velocity=speed
        """,
        STILL,
    ),
    Group(
        "THU101/optional.py",
        momentum,
        {"mu": "momentum", "lr": "lr"},
        """
        in_one_expression  p=w  velocity=speed  g=g
        chosen_in_the_sum  p=p  velocity=v      g=g
        """,
    ),
    # Without Nesterov's look ahead, which writes the new speed out.
    Group(
        "THU101/optional.py",
        momentum,
        {"mu": "mu", "lr": "lr"},
        "another_name_in_one_arm p=w velocity=speed g=g",
    ),
    Group(
        "THU101/optional.py",
        rmsprop,
        {**COST, "lr": "lr", "rho": 0.9, "eps": 1e-6},
        "a_name_of_the_square p=p acc=square",
        EMPTY,
    ),
    Group(
        "THU101/class_bodies.py",
        subtracted_momentum,
        {**COST, "mu": 0.75, "lr": 0.1},
        "Oven p=heat velocity=glow",
        {"p": 1.5, "velocity": 0.25},
    ),
    Group(
        "THU101/class_bodies.py",
        momentum,
        {**COST, "mu": 0.8, "lr": 0.1},
        "Mill.Wheel p=stone velocity=speed",
        {"p": 2.0, "velocity": 0.5},
    ),
    Group(
        "THU101/class_bodies.py",
        momentum,
        {**COST, "mu": 0.9, "lr": 0.1},
        "Loom p=thread velocity=pull",
        {"p": 0.7, "velocity": 0.2},
    ),
    Group(
        "THU101/class_bodies.py",
        adagrad,
        {},
        "Scales.weigh p=self.weight acc=self.total g=grad",
        {"p": 1.0, "acc": 0.5},
    ),
    Group(
        "THU101/inputs.py",
        carried,
        {"force": "wind", "rate": 0.2},
        "sailing_boat speed=speed place=place",
        {"speed": 0.5, "place": 1.0},
    ),
    Group(
        "THU101/inputs.py",
        stored_and_paid_for,
        {"delivered": "delivered"},
        "warehouse stock=stock rent=rent",
        {"stock": 4.0, "rent": 2.0},
    ),
    Group(
        "THU101/inputs.py",
        two_readings,
        {"near": "near", "far": "far"},
        "two_of_one_kind level=level tide=tide",
        {"level": 1.0, "tide": 2.0},
    ),
    Group(
        "THU101/statistics.py",
        mean_of_all,
        {"x": "x"},
        "mean_of_no_samples seen=seen mean=mean",
        {"seen": 0.0, "mean": 0.25},
    ),
    Group(
        "THU101/statistics.py",
        mean_by_a_rate,
        {"x": "x"},
        "Thermometer.compile seen=self.readings mean=self.warmth",
        {"seen": 0.0, "mean": 15.0},
    ),
    Group(
        "THU101/statistics.py",
        mean_of_rows,
        {"frames": "frames"},
        "mean_of_shifted_rows rows=rows mean=mean",
    ),
    Group(
        "THU101/statistics.py",
        background_of_rows,
        {"frames": "frames"},
        "background_of_stacked_frames rows=stack mean=background",
    ),
    Group(
        "THU101/names.py",
        momentum,
        {**COST, "mu": "mu", "lr": "lr", "decay": "decay"},
        """
        called_b     p=p  velocity=b
        called_w     p=p  velocity=w
        called_bias  p=p  velocity=bias
        """,
        STILL,
    ),
    Group(
        "THU102/switches.py",
        step_of_a_sampler,
        {"accepted": "accepted"},
        "step_of_a_sampler size=size rate=rate",
    ),
    Group(
        "THU102/switches.py",
        patience,
        {"loss": "loss"},
        "patience rate=rate smooth=smooth",
    ),
    Group(
        "THU102/switches.py",
        momentum,
        MOMENTUM,
        """
        old_velocity_in_one_arm         p=p  velocity=v         g=g
        old_velocity_in_the_expression  p=w  velocity=velocity  g=g
        """,
    ),
)
