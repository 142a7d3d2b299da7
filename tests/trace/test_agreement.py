"""`trace` and `check` say the same of every fixture that a small driver can run."""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from commands import run, run_json
from marks import FOLDER, function_at

pytestmark = [
    pytest.mark.longer,
    pytest.mark.skipif(find_spec("theano") is None, reason="needs Theano"),
]

DRIVER = Path(__file__).with_name("driver.py")
# `evidence.py` and others have their reasons to mean the old value; generators are not Theano's.
FOLDERS = ("THU101", "THU102", "THU201", "clean")
OTHER_BACKENDS = {
    "THU101/blocks.py": "needs Blocks",
    "THU101/compilers.py": "needs Aesara, PyTensor and Keras",
    "THU101/keras.py": "needs Keras",
    "clean/generators.py": "needs PyTensor",
    "clean/generators_of_pymc.py": "needs PyMC",
}
NAMES = [
    *(
        name
        for folder in FOLDERS
        for path in sorted(FOLDER.glob(f"{folder}/*.py"))
        if (name := path.relative_to(FOLDER).as_posix()) not in OTHER_BACKENDS
    ),
    "off/THU902.py",
    "off/THU904.py",
]
CODES = ("THU101", "THU102", "THU201", "THU902", "THU904")

HELPER = "what it is given comes from its callers, which are driven"
NO_CLASS = "its attributes come from classes that are not there"
NOT_DRIVEN = {
    "THU101/handed.py:put": HELPER,
    "THU101/handed.py:set_to": HELPER,
    "THU101/helpers.py:filled": HELPER,
    "THU101/helpers.py:swell": HELPER,
    "clean/branches.py:stepped": HELPER,
    "clean/branches.py:summed": HELPER,
    "clean/readings.py:move_first": HELPER,
    "clean/readings.py:move_unless_resting": HELPER,
    "clean/readings.py:slow_down": HELPER,
    "clean/evidence.py:simulation_updates": "needs the tutorial's hmc_move",
    "clean/evidence.py:simulated_acceptance_updates": "needs the tutorial's hmc_move",
    "clean/evidence.py:simulation_of_a_logarithm_updates": "needs the tutorial's hmc_move",
    "clean/evidence.py:StatisticsOfHelpers": NO_CLASS,
    "clean/optimizers.py:Nadam": NO_CLASS,
    "clean/optimizers.py:Santa": NO_CLASS,
    "clean/meant.py:not_updates": "a loop without end",
    "clean/meant.py:numbers_are_no_targets_update": "updates of no function",
    "clean/places.py:third_argument_of_keras": "needs Keras",
    "clean/places.py:named_and_given_third": "needs Keras",
    "clean/places.py:Archive": "updates of no function",
    "clean/readings.py:four_arguments_of_a_registry": NO_CLASS,
    "clean/readings.py:what_the_layers_hold": "updates of no function",
    "clean/readings.py:values_by_the_keys_of_a_network": "updates of no function",
    "clean/readings.py:values_by_what_is_no_variable": "updates of no function",
    "clean/readings.py:what_is_added_is_written_out": "needs Keras",
    "clean/readings.py:the_last_two_of_a_list": "it is given a list, not a variable",
    "clean/readings.py:two_layers_by_one_name": "it is given two objects, not variables",
    "clean/readings.py:back_to_zeros": "the type of its zeros is float32",
    "clean/systems.py:price_of_a_limit": "no one shape fits",
}
REFUSED = {
    "THU201/lists.py:written_twice",
    "THU201/lists.py:nag_updates",
    "THU201/lists.py:in_two_loops",
}

# By the lines of `check` and of `trace`, where they tell one fault at two places.
ALIAS = "a name is given to the variable on one line and computed with on the other"
BETWEEN = "the same, and the variable is registered between the two: lagged, and stale"
LAMBDA = "the pair of a lambda is told at its call, and in the lambda"
APART = {
    ("THU101/helpers.py", 83, 81): LAMBDA,
    ("THU101/helpers.py", 198, 199): ALIAS,
    ("THU101/mappings.py", 120, 121): ALIAS,
    ("THU101/optional.py", 18, 19): ALIAS,
    ("THU101/optional.py", 30, 31): ALIAS,
    ("THU101/optional.py", 37, 38): ALIAS,
    ("THU101/optional.py", 54, 57): ALIAS,
    ("THU102/switches.py", 29, 31): BETWEEN,
    ("THU102/switches.py", 37, 38): BETWEEN,
}
ONLY_TRACE = {
    ("clean/readings.py", 148): "`check` does not know that inc_subtensor is a step of its own",
}
ONLY_CHECK = {("THU101/other_doors.py", 13): "updates of `In` are not watched"}

Place = tuple[str, int, int, str, str]


def place(finding: dict[str, Any]) -> Place:
    fields = ("path", "line", "column", "code", "variable")
    return tuple(finding[field] for field in fields)


def test_every_place_is_told_by_both(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    flags = "cxx=,blas.ldflags=,mode=FAST_COMPILE,linker=py,on_unused_input=ignore"
    monkeypatch.setenv("THEANO_FLAGS", f"{flags},base_compiledir={tmp_path / 'compiled'}")
    enabled = ("--enable", "THU902,THU904")
    report = tmp_path / "report.json"
    options = (*enabled, "--format", "json", "--output", report)
    skipped = ",".join(NOT_DRIVEN)
    done = run("theano-updates", "trace", *options, DRIVER, skipped, *NAMES, cwd=FOLDER)
    assert done.returncode == 0, done.stderr
    refused = json.loads(done.stdout.splitlines()[-1])
    assert set(refused) == REFUSED, refused
    assert all("already has an update" in why for why in refused.values())

    traced = {place(one): one for one in json.loads(report.read_text())}
    checked = {
        place(one): one
        for one in run_json("check", "--no-fixes", *enabled, *NAMES, cwd=FOLDER)
        if one["code"] in CODES and not is_left_out(one)
    }
    only = {one[:2]: one[3] for one in checked.keys() - traced.keys()}
    more = {one[:2]: one[3] for one in traced.keys() - checked.keys()}
    assert set(only) == {(name, line) for name, line, _ in APART} | set(ONLY_CHECK)
    assert set(more) == {(name, line) for name, _, line in APART} | set(ONLY_TRACE)
    for (name, line, other), why in APART.items():
        codes = ("THU102", "THU101") if why == BETWEEN else ("THU101", "THU101")
        assert (only[name, line], more[name, other]) == codes

    both = checked.keys() & traced.keys()
    assert len(both) > 150
    alike = [one for one in both if traced[one]["message"] == checked[one]["message"]]
    # The others name what has the new value, or the variable, in another way.
    assert len(alike) > 0.75 * len(both)


def is_left_out(finding: dict[str, Any]) -> bool:
    name = function_at(finding["path"], finding["line"]).partition(".")[0]
    return f"{finding['path']}:{name}" in NOT_DRIVEN
