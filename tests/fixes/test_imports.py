"""Where OrderedDict is imported: isort, which did not change a file before, does not after."""

from __future__ import annotations

import textwrap

import pytest
from fixing import fixed
from hypothesis import given, settings
from hypothesis import strategies as st

# In the shape of Black, which is also that of PEP 8 for such short lines.
BODY = """\
def updates_of(x, a, b):
    return theano.function(
        [x],
        [],
        updates={a: a + 1, b: b + 1},
    )
"""
FUTURE = ("absolute_import", "annotations", "division", "print_function")
STANDARD = (
    "import abc",
    "import cPickle",
    "import collections.abc",
    "import os.path",
    "import zlib",
    "from abc import ABC",
    "from collections import ChainMap, Counter",
    "from collections import namedtuple",
    "from collections.abc import Mapping",
    "from os import path",
    "from typing import TYPE_CHECKING",
)
# Where both of these are, isort writes what is left in brackets that it does not need.
LONG = "from collections import Counter, UserDict, UserList, UserString, defaultdict, deque"
RENAMED = "from collections import deque as queue"
OTHERS = (
    "import lasagne",
    "import numpy as np",
    "import theano.tensor as T",
    "from blocks.algorithms import Momentum",
    "from zoo import lion",
    "from . import layers",
    "from .layers import Dense",
    "from ..base import Model",
)
COMMENTS = ("", "# the reason why", "# one line\n# and another")


@st.composite
def _heads(draw: st.DrawFn) -> str:
    """Draw the head of a module, its imports in any order."""
    docstring = draw(st.sampled_from(["", '"""What it does."""\n\n']))
    future = draw(st.sampled_from(["", *(f"from __future__ import {one}\n" for one in FUTURE)]))
    one = draw(st.sampled_from([LONG, RENAMED]))
    chosen = draw(st.lists(st.sampled_from([one, *STANDARD, *OTHERS]), unique=True, max_size=7))
    lines = []
    for line in [*chosen, "import theano"]:
        comment = draw(st.sampled_from(COMMENTS))
        lines += [comment, line] if comment else [line]
    code = draw(st.sampled_from(["", "\nif TYPE_CHECKING:\n    from collections import deque\n"]))
    return docstring + future + "\n".join(lines) + "\n" + code


@pytest.mark.parametrize("profile", ["", "black"])
@settings(deadline=None)
@given(_heads())
def test_isort_has_nothing_to_change(profile: str, head: str) -> None:
    isort = pytest.importorskip("isort", reason="the extra test is not installed")
    body = BODY if profile else BODY.replace("(\n        [x]", "([x]")
    source = isort.code(f"{head}\n\n{body}", profile=profile)
    if source != isort.code(source, profile=profile):
        return  # isort itself does not always rest after one turn
    after = fixed(source, "rewrite").last.text.whole
    assert "OrderedDict(" in after
    assert isort.code(after, profile=profile) == after


def _after(head: str) -> str:
    """Return the head of a file after its fix."""
    body = "def f(x, a, b):\n    return theano.function([x], [], updates={a: a + x, b: b + x})\n"
    source = f"{textwrap.dedent(head)}\n\n{body}"
    return fixed(source, "rewrite").last.text.whole.partition("\n\n\ndef f")[0] + "\n"


@pytest.mark.parametrize(
    ("head", "after"),
    [
        (
            "import theano\nimport os\n",
            "import theano\nimport os\nfrom collections import OrderedDict\n",
        ),
        (
            "import theano\nfrom collections import deque, Counter\n",
            "import theano\nfrom collections import OrderedDict, deque, Counter\n",
        ),
        (
            "# A license.\nimport theano\n",
            "# A license.\nfrom collections import OrderedDict\n\nimport theano\n",
        ),
        (
            "from collections import (\n  deque,  # fast\n)\nimport theano\n",
            "from collections import (\n  OrderedDict, deque,  # fast\n)\nimport theano\n",
        ),
        ('"""No imports."""\n', '"""No imports."""\n\nfrom collections import OrderedDict\n'),
        ("import collections as c\nimport theano\n", "import collections as c\nimport theano\n"),
        (
            "try:\n    from collections import OrderedDict\n"
            "except ImportError:\n    from ordereddict import OrderedDict\nimport theano\n",
            "try:\n    from collections import OrderedDict\n"
            "except ImportError:\n    from ordereddict import OrderedDict\nimport theano\n",
        ),
        (
            "from theano.compat import OrderedDict\nimport theano\n",
            "from theano.compat import OrderedDict\nimport theano\n",
        ),
    ],
)
def test_heads_that_isort_would_change(head: str, after: str) -> None:
    assert _after(head) == after


def test_the_name_of_an_import_is_used() -> None:
    head = "import collections as c\nimport theano\n\n\n"
    after = fixed(head + BODY, "rewrite").last.text.whole
    assert "updates=c.OrderedDict([(a, a + 1), (b, b + 1)])," in after
