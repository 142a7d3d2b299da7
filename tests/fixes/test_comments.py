"""Comments that a fix writes and moves stand where they belong."""

from __future__ import annotations

from fixing import fixed


def test_comments_move_with_what_they_are_about() -> None:
    source = (
        "import theano\n"
        "def f(x, w, v, g):\n"
        "    updates = []\n"
        "    # the velocity\n"
        "    updates.append((v, 0.9 * v - g))\n"
        "    # the weight\n"
        "    updates.append((w, w + v))\n"
        "    theano.function([x], [], updates=updates)\n"
        "    return theano.function([x], [], updates=[\n"
        "        # the velocity\n"
        "        (v, 0.9 * v - g),\n"
        "        # the weight\n"
        "        (w, w + v),\n"
        "    ])\n"
    )
    assert fixed(source, "reorder").last.text.whole == (
        "import theano\n"
        "def f(x, w, v, g):\n"
        "    updates = []\n"
        "    # the weight\n"
        "    updates.append((w, w + v))  # noqa: THU102 - the old v is meant\n"
        "    # the velocity\n"
        "    updates.append((v, 0.9 * v - g))\n"
        "    theano.function([x], [], updates=updates)\n"
        "    return theano.function([x], [], updates=[\n"
        "        # the weight\n"
        "        (w, w + v),  # noqa: THU102 - the old v is meant\n"
        "        # the velocity\n"
        "        (v, 0.9 * v - g),\n"
        "    ])\n"
    )


def test_a_fix_silences_no_other_read_of_the_same_name() -> None:
    source = (
        "import theano\n"
        "def late(x, w, v, g):\n"
        "    return theano.function([x], [], updates=[(v, 0.9 * v - g), (w, w + v)])\n"
        "def early(x, w, v, g):\n"
        "    return theano.function([x], [], updates=[(w, w + v), (v, 0.9 * v - g)])\n"
    )
    chain = fixed(source, "reorder")
    assert chain.last.text.whole == (
        "import theano\n"
        "def late(x, w, v, g):\n"
        "    return theano.function([x], [], updates=[(w, w + v), (v, 0.9 * v - g)])"
        "  # noqa: THU102\n"
        "def early(x, w, v, g):\n"
        "    return theano.function([x], [], updates=[(w, w + v), (v, 0.9 * v - g)])\n"
    )
    assert [(one.code, one.line) for one in chain.last.findings] == [("THU102", 5)]


def test_one_name_serves_two_reads_of_an_old_value() -> None:
    source = (
        "import theano\n"
        "def f(x, w, v, g, plain):\n"
        "    updates = [(v, 0.9 * v - g)]\n"
        "    if plain:\n"
        "        step = v\n"
        "    else:\n"
        "        step = 0.5 * v\n"
        "    updates.append((w, w + step))\n"
        "    return theano.function([x], [], updates=updates)\n"
    )
    assert fixed(source, "reorder").last.text.whole == (
        "import theano\n"
        "def f(x, w, v, g, plain):\n"
        "    v_old = v  # noqa: THU102 - the old v is meant\n"
        "    updates = [(v, 0.9 * v - g)]\n"
        "    if plain:\n"
        "        step = v_old\n"
        "    else:\n"
        "        step = 0.5 * v_old\n"
        "    updates.append((w, w + step))\n"
        "    return theano.function([x], [], updates=updates)\n"
    )
