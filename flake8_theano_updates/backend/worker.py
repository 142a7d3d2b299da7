"""Run generated programs in the interpreter that has the backend.

Standard library only and Python 2.7 or later: the supervisor starts this file as a
script. Requests and answers are JSON, one object a line, on standard input and output.
"""

from __future__ import print_function

import os
import sys

# As a script this file's folder comes first on the path and would hide modules of the
# standard library that have the names of its neighbours.
_HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry or ".") != _HERE]

import json  # noqa: E402
import math  # noqa: E402
import platform  # noqa: E402
import shutil  # noqa: E402
import signal  # noqa: E402
import time  # noqa: E402

MEMORY = 4 * 1024**3
LONGEST = 8 * 1024**2  # characters of an answer, which the supervisor holds several times
FILES = 128  # open at a time; the import of a backend takes a few
MODULES = ("__future__", "collections", "functools", "itertools", "numpy")
FLAGS = ("THEANO_FLAGS", "AESARA_FLAGS", "PYTENSOR_FLAGS")
BUILTINS = (
    "__build_class__ abs all any ArithmeticError bool dict enumerate Exception False filter "
    "float hasattr ImportError int isinstance iter len list map max min next None object pow "
    "range repr reversed round set sorted str sum True tuple type ValueError xrange zip"
).split()


def main(folder, *names):
    """Answer requests until standard input ends, then remove ``folder``.

    Args:
        folder: a folder of this process alone.
        names: the backends; the first that can be imported compiles.
    """
    _guard(folder)
    answers = _own_output()
    try:
        _prepare(folder)
        greeting = _greeting(names)
        print(_text(greeting), file=answers)
        answers.flush()
        while True:
            line = sys.stdin.readline()
            if not line:
                break
            print(_text(_answer(json.loads(line), greeting["backend"])), file=answers)
            answers.flush()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _guard(folder):
    """Let a copy of this process go on, and stay behind to end it and to clean up.

    No program can keep this process from that: it runs none. It ends when it is told to,
    when the copy ends, or when the supervisor was killed.
    """
    if not hasattr(os, "fork"):
        return
    supervisor = os.getppid()
    signal.signal(signal.SIGTERM, lambda *given: sys.exit())
    copy = os.fork()
    if not copy:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        return
    ended = 0
    try:
        os.close(0)
        os.close(1)  # else the end of the copy would not end its output
        while not ended and os.getppid() == supervisor:
            time.sleep(0.1)
            ended = os.waitpid(copy, os.WNOHANG)[0]
    finally:
        if not ended:
            os.kill(copy, signal.SIGKILL)
            os.waitpid(copy, 0)
        shutil.rmtree(folder, ignore_errors=True)
        if os.getpgrp() == os.getpid():
            os.killpg(os.getpid(), signal.SIGKILL)  # whatever the backend has started
        os._exit(0)


def _own_output():
    """Keep standard output for answers; whatever else is printed goes nowhere."""
    answers = os.fdopen(os.dup(1), "w")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    return answers


def _prepare(folder):
    # No C compiler and a folder of its own: fast for small programs, no shared cache to
    # lock or to break. The user's settings are made for other work. Two underscores stand
    # for the dot in newer backends.
    flags = "cxx=,blas.ldflags=,blas__ldflags=,device=cpu,floatX=float64,mode=FAST_COMPILE,"
    flags += "traceback.limit=0,traceback__limit=0,"
    for name in FLAGS:
        os.environ[name] = flags + "base_compiledir=" + os.path.join(folder, "compiled")
        os.environ[name.replace("_FLAGS", "RC")] = os.devnull
    for name in ("TMPDIR", "TEMP", "TMP"):
        os.environ[name] = folder
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ[name] = "1"
    try:
        import resource
    except ImportError:
        return  # not offered here; the timeout still holds
    for name, most in (("AS", MEMORY), ("NOFILE", FILES), ("CORE", 0)):
        _limit(resource, getattr(resource, "RLIMIT_" + name), most)


def _limit(resource, what, most):
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:  # noqa: SIM105 (Python 2 has no suppress)
        resource.setrlimit(what, (most, most))
    except (ValueError, OSError):
        pass  # macOS takes no limit on memory


def _greeting(names):
    """Import the first of the backends that is there; say which, or what keeps them."""
    python = platform.python_version()
    broken = None
    for name in names:
        try:
            package = __import__(name + ".tensor")
        except Exception as error:
            if broken is None and not (isinstance(error, ImportError) and name in str(error)):
                broken = {"python": python, "name": name, "error": _said(error)}
        else:
            _use_numpy()
            return {"python": python, "backend": name, "version": _version(package)}
    return broken or {"python": python}


def _version(package):
    """Return the version as a text, whatever the package has there."""
    version = getattr(package, "__version__", None)
    return version if isinstance(version, (str, type(""))) else "of an unknown version"


def _use_numpy():
    """Call what NumPy imports the code of when it is called first: no snippet may import it."""
    import numpy

    ones = numpy.ones(2)
    for name in "all any max mean min prod std sum var".split():
        getattr(ones, name)()
    ones.clip(0, 1)


def _answer(request, backend):
    space = {"__builtins__": _builtins(backend), "__name__": "snippet"}
    try:
        text = request["snippet"]
        if sys.version_info[0] == 2:
            text = text.encode("utf-8")  # it declares its encoding
        exec(compile(text, "<snippet>", "exec"), space)
        return {"result": _strict(space["run"](request["calls"]))}
    except Exception as error:
        return {
            "error": str(error) if type(error).__name__ == "Refused" else _said(error),
            "refused": type(error).__name__ == "Refused",
        }


def _text(answer):
    """Write an answer as one line, or what keeps it from being one."""
    try:
        text = json.dumps(answer)
    except Exception as error:
        return json.dumps({"error": _said(error)})
    if len(text) > LONGEST:
        error = "it computes more numbers than can be told: %d characters" % len(text)
        return json.dumps({"error": error, "too_long": True})
    return text


def _builtins(backend):
    import warnings

    warnings.simplefilter("ignore")
    real = vars(sys.modules.get("builtins") or sys.modules["__builtin__"])
    allowed = dict((name, real[name]) for name in BUILTINS if name in real)
    importer = real["__import__"]

    def limited(name, space=None, local=None, wanted=(), level=0):
        if level > 0 or (name not in MODULES and name != backend + ".tensor"):
            raise ImportError("a snippet does not import " + name)
        return importer(name, space, local, wanted, 0)

    allowed["__import__"] = limited
    return allowed


def _said(error):
    return "%s: %s" % (type(error).__name__, error)


def _strict(value):
    """JSON has no numbers that are not finite."""
    if isinstance(value, dict):
        return dict((key, _strict(item)) for key, item in value.items())
    if isinstance(value, (list, tuple)):
        return [_strict(item) for item in value]
    if isinstance(value, float) and (math.isnan(value) or math.isinf(value)):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    return value


if __name__ == "__main__":
    main(*sys.argv[1:])
