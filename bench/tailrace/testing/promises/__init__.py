"""The promise suite: what becomes of every event of a pipeline, whatever fails. See docs/promises.md.

    class TestReadings(Promises):
        stream, function = "readings", "store"

        def event(self, number): ...
        def stored(self): ...

adapter.py   what a project says of its pipeline: about twenty lines
checking.py  whether what it says is so
suite.py     the promises, one test each
trials.py    how each is tried: which traffic, which faults
tried.py     one trial: events are put, faults befall them, what became of them is a row
subject.py   the pipeline under trial: its mapping, what is stored, its dead letters
finding.py   what is wrong with what was found (pure)
story.py     what became of one event, in lines
ending.py    where one record ended, for `tailrace trace`
rows.py      the verdict: a table, JSON and a page
"""

from tailrace.testing.audit import Quarantined, Stored
from tailrace.testing.sending import Put

from .suite import Promises

__all__ = ["Promises", "Put", "Quarantined", "Stored"]
