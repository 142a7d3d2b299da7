"""Computing beside the program without a trace: a part of the watcher.

Standard library and the backend only, and Python 2.7 or later.
"""

import logging
import random
import sys
import threading
import warnings


class Apart(object):
    """While this holds, the program sees nothing of what this thread does.

    Warnings are not caught by `warnings.catch_warnings`, after which those that were shown once are
    shown again.

    Args:
        recorder: numbers nothing meanwhile.
    """

    def __init__(self, recorder):
        self.recorder = recorder
        self.thread = threading.current_thread()

    def __enter__(self):
        import numpy

        config = self.recorder.package.config
        self.recorder.local.depth = self.recorder.depth() + 1
        self.states = random.getstate(), numpy.random.get_state(), numpy.seterr(all="ignore")
        self.test_value = getattr(config, "compute_test_value", "off")
        if self.test_value != "off":
            config.compute_test_value = "off"
        self.put = sys.stdout, sys.stderr, warnings.warn
        sys.stdout, sys.stderr = Silent(self, sys.stdout), Silent(self, sys.stderr)
        warnings.warn = Silent(self, warnings.warn)
        self.handlers = logging.getLogger(self.recorder.package.__name__).handlers
        for one in self.handlers:
            one.addFilter(self)

    def __exit__(self, *error):
        import numpy

        for one in self.handlers:
            one.removeFilter(self)
        sys.stdout, sys.stderr, warnings.warn = self.put
        if self.test_value != "off":
            self.recorder.package.config.compute_test_value = self.test_value
        random.setstate(self.states[0])
        numpy.random.set_state(self.states[1])
        numpy.seterr(**self.states[2])
        self.recorder.local.depth -= 1

    def is_here(self):
        return threading.current_thread() is self.thread

    def filter(self, record):
        return not self.is_here()


class Silent(object):
    """A stream, or a function, that does nothing for one thread."""

    def __init__(self, apart, real):
        self.__dict__.update(apart=apart, real=real)

    def __call__(self, *args, **kwargs):
        return None if self.apart.is_here() else self.real(*args, **kwargs)

    def write(self, text):
        return len(text) if self.apart.is_here() else self.real.write(text)

    def __getattr__(self, name):
        return getattr(self.real, name)
