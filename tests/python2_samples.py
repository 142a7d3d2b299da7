"""Python 2 programs, and what Python 3 is to make of them."""

from __future__ import annotations

# By construct: the program, and the same program in Python 3.
SAMPLES: dict[str, tuple[str, str]] = {
    "print": ("print a, b", "print(a, b)"),
    "print ending in a comma": ("print a, b,\nc", "print(a, b)\nc"),
    "print nothing": ("if a: print\nelse: print;b", "if a:\n    print\nelse:\n    print\n    b"),
    "print to a file": ("print >>f, a, `b`,\n", "(print >> f, a, repr(b))"),
    "print a line end to a file": ("print>>f", "print >> f"),
    "print without a space": ("print'a';print`b`;c", "print('a')\nprint(repr(b))\nc"),
    "print in brackets": ("print (a), b\nprint (a, b)", "(print(a), b)\nprint(a, b)"),
    "print over lines": (
        "print 'a %s %s' % (a,\n  b), \\\n    c; d",
        "print('a %s %s' % (a, b), c)\nd",
    ),
    "print, then a continued line": ("print \\\n a", "print(a)"),
    "print with a comment": ("print a, b # print c\nd", "print(a, b)\nd"),
    "print operators": ("print not a, lambda: b\nprint ~a", "print(not a, lambda: b)\nprint(~a)"),
    "print displays": (
        "print {a: b}\nprint [c for c in d]",
        "print({a: b})\nprint([c for c in d])",
    ),
    "print after a tab": ("print\ta,\tb", "print(a, b)"),
    "print as a name": (
        "from __future__ import print_function\nf = print\nprint(a, file=b)\nx = 0777",
        "from __future__ import print_function\nf = print\nprint(a, file=b)\nx = 511",
    ),
    "print in names": ("self.print_(a.printed, b)", "self.print_(a.printed, b)"),
    "exec": ("exec a", "exec(a)"),
    "exec in": ("exec a in b, c; d", "exec(a, b, c)\nd"),
    "exec of an expression": ("exec a.b(c) + `d` in e", "exec(a.b(c) + repr(d), e)"),
    "exec of text": ("exec'a' % b in c, d", "exec('a' % b, c, d)"),
    "exec in one of two": ("exec a in b if c else d", "exec(a, b if c else d)"),
    "exec in brackets": ("exec (a) in b\nexec(a, b)", "exec(a) in b\nexec(a, b)"),
    "raise": ("raise a, b; c", "raise a(b)\nc"),
    "raise with a traceback": ("raise a, b, c; d", "raise a(b).with_traceback(c)\nd"),
    "raise over lines": (
        "raise a , (b, 'c' \\\n  % d), e",
        "raise a((b, 'c' % d)).with_traceback(e)",
    ),
    "raise as in Python 3": ("raise a\nraise b(c)", "raise a\nraise b(c)"),
    "except": (
        "try: a\nexcept B, e: print e\nexcept (C, D),e: e\nexcept E as e: f",
        "try: a\nexcept B as e: print(e)\nexcept (C, D) as e: e\nexcept E as e: f",
    ),
    "except into an attribute": (
        "try: a\nexcept B, c.d[e]: f",
        "try:\n    a\nexcept B as _target1:\n    c.d[e] = _target1\n    f",
    ),
    "except into a tuple": (
        "try: a\nexcept B, (c,\n  d): e",
        "try:\n    a\nexcept B as _target1:\n    c, d = _target1\n    e",
    ),
    "backquotes": ("a = `b, c` + `d`; f", "a = repr((b, c)) + repr(d)\nf"),
    "quotes in backquotes": ("a = `'\"'`, `b <> 0777`", "a = (repr('\"'), repr(b != 511))"),
    "backquotes in backquotes": (
        "a = `b + `c` - d[`e`]`, ``f``; `g if `h` else not `i``; j",
        "a = (repr(b + repr(c) - d[repr(e)]), repr(repr(f)))\n"
        "repr(g if repr(h) else not repr(i))\nj",
    ),
    "backquotes in strings in backquotes": (
        "a = `'`'`, `\"b`c\" + 1.`, `f(d,  # `\n  e, `g`)`; g # `",
        "a = (repr('`'), repr('b`c' + 1.0), repr(f(d, e, repr(g))))\ng",
    ),
    "unequal": ("a<>b <> c", "a != b != c"),
    "octal": ("a = 0777 + 00 + 0 + 00010; b", "a = 511 + 0 + 0 + 8\nb"),
    "long": ("a = 10L + 0xFFl + 0L + 0777L + 0b1L, b", "a = (10 + 255 + 0 + 511 + 1, b)"),
    "long with an attribute": ("a = 7L.real + b", "a = 7 .real + b"),
    "floats": ("a = 010.5 + 09e1 + 012j + b", "a = 10.5 + 90.0 + 12j + b"),
    "raw unicode": (
        'a = ur\'\\d\' + UR"""b""" + uR\'\' + b; c',
        "a = '\\\\d' + 'b' + '' + b\nc",
    ),
    "bytes are text": ("a = b'é' 'c', Br'\\d', b", "a = ('éc', '\\\\d', b)"),
    "no unicode escapes": (
        "a = '\\upsilon \\\\u \\N', u'\\u00e9', r'\\u', b; c",
        "a = ('\\\\upsilon \\\\u \\\\N', u'é', '\\\\u', b)\nc",
    ),
    "unicode literals": (
        "from __future__ import unicode_literals\na = '\\u00e9', b'\\u', b",
        "from __future__ import unicode_literals\na = ('é', '\\\\u', b)",
    ),
    "constructs in strings": (
        "a = '''\n`print b` 0777L <> \\\\u ur\"x\"\nprint c''', d",
        "a = ('\\n`print b` 0777L <> \\\\u ur\"x\"\\nprint c', d)",
    ),
    "constructs in comments": ("a # `print` 0777 <> ur''\nb", "a\nb"),
    "parameters in a tuple": (
        "def f(a, (b, c), *d):\n    'doc'\n    return b + c\ne",
        'def f(a, _target1, *d):\n    """doc"""\n    b, c = _target1\n    return b + c\n\ne',
    ),
    "parameters in tuples in tuples": (
        "def f(a, (b), (c, (d, e))=(1, (2, 3))): return b",
        "def f(a, _target1, _target2=(1, (2, 3))):\n"
        "    b = _target1\n    c, (d, e) = _target2\n    return b",
    ),
    "parameters in a tuple over lines": (
        "def f((a,\n   b,\n c), d): return a",
        "def f(_target1, d):\n    a, b, c = _target1\n    return a",
    ),
    "lambda with a tuple": (
        "a = lambda (k, v), b=1: k + v; c",
        "a = lambda _target1, b=1: [k + v for k, v in [_target1]][0]\nc",
    ),
    "lambda with tuples": (
        "lambda(a, (b, c)), (d,\n  e): `a`",
        "lambda _target1, _target2: "
        "[[repr(a) for a, (b, c) in [_target1]][0] for d, e in [_target2]][0]",
    ),
    "loop over several": (
        "[a for a in 1, 2]; b\n[c for c in lambda: d, lambda: e, if c()]",
        "[a for a in (1, 2)]\nb\n[c for c in (lambda: d, lambda: e) if c()]",
    ),
    "generator with a comma": ("f(a for a in b,); c", "f((a for a in b))\nc"),
    "a tab is eight columns": (
        "if a:\n    if b:\n\tprint c,  d\n        e\n    f",
        "if a:\n    if b:\n        print(c, d)\n        e\n    f",
    ),
    "blanks before a tab": (
        "if a:\n  \tb = 1\n\tc = (d,\n   \t\te)\n",
        "if a:\n    b = 1\n    c = (d, e)",
    ),
    "form feed": ("\fif a:\n  \f    print b\n    c\n\f\nd", "if a:\n    print(b)\n    c\nd"),
    "line ends of Windows": (
        "if a:\r\n    print b\r\nprint c, \\\r\n  d",
        "if a:\n    print(b)\nprint(c, d)",
    ),
    "line ends of old Macs": ("if a:\r    print b\rc", "if a:\n    print(b)\nc"),
    "not ASCII": (
        "# coding: utf-8\nprint 'é€', a, u'😀'; b",
        "print('é€', a, u'😀')\nb",
    ),
    "implicit None": ("a[::], a[b:]\nprint c", "(a[::], a[b:])\nprint(c)"),
    "semicolons": ("a; print b; c = 0777; d", "a\nprint(b)\nc = 511\nd"),
}

# The same with names that no text of Python 3 can hold: there, they end in `_`.
KEYWORDS: dict[str, tuple[str, str]] = {
    "keywords as names": (
        "async = await.async(nonlocal, match=case); type = async\nprint match, type",
        "async_ = await_.async_(nonlocal_, match=case); type = async_\nprint(match, type)",
    ),
    "keywords as parameters": (
        "def async(await, nonlocal=1): return await",
        "def async_(await_, nonlocal_=1): return await_",
    ),
    "keywords as modules": (
        "import a.async as b\nfrom async import await",
        "import a.async_ as b\nfrom async_ import await_",
    ),
    "constants as names": (
        "True, False = 1, 0\nTrue = a.True\nprint True, None",
        "True_, False_ = 1, 0\nTrue_ = a.True_\nprint(True, None)",
    ),
}
