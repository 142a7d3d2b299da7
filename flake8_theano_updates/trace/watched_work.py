"""Where a compiled function does its work, and what looks on there: a part of the watcher.

Python 2.7 or later.
"""


class Watched(object):
    """A function whose calls are seen, as long as something looks on.

    What fails there does not reach the program.

    Args:
        function: what does its work stands in one place.
        looking: each has `begins`, called before the work with this, and `ends`, after it and with
            what that has returned and the outputs; `over` says whether it has seen enough, and
            `fail` gets an error of its own.
        seen: gets this while it watches.
    """

    def __init__(self, function, looking, seen):
        self.function = function
        self.looking = looking
        self.seen = seen
        self.name = "vm" if hasattr(function, "vm") else "fn"
        self.work = getattr(function, self.name)
        self.put = Work(self)
        setattr(function, self.name, self.put)
        seen.add(self)

    def end(self):
        """Leave the function as it was."""
        self.looking = []
        self.seen.discard(self)
        if getattr(self.function, self.name) is self.put:
            setattr(self.function, self.name, self.work)

    def call(self, *args, **kwargs):
        begun = [(one, self.told(one, one.begins)) for one in self.looking]
        outputs = self.work(*args, **kwargs)
        for one, computed in begun:
            self.told(one, one.ends, computed, outputs)
        self.looking = [one for one in self.looking if not one.over()]
        if not self.looking:
            self.end()
        return outputs

    def told(self, one, tell, *given):
        try:
            return tell(self, *given)
        except Exception as error:
            one.fail(error)


class Work(object):
    """Stands where a function's work is done, and is in everything else like it."""

    def __init__(self, watched):
        self.__dict__["watched"] = watched

    def __call__(self, *args, **kwargs):
        return self.watched.call(*args, **kwargs)

    def __getattr__(self, name):
        return getattr(self.watched.work, name)

    def __setattr__(self, name, value):
        setattr(self.watched.work, name, value)
