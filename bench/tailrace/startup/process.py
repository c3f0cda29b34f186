"""`python -m tailrace.startup.process`: LocalStack, with Python's garbage collector at rest as it starts.

A start makes a million objects that stay: modules, classes, services' models. The collector would go through
all of them time and again and find nothing, for half a second of a start's three, and for as long at once
while somebody waits for an answer. So it is off until the services are loaded, and passes over what there is
by then for good. After that it looks at what is new a tenth as often as Python has it: one request of a
hundred items makes thousands of objects, which are gone with it.
"""

import gc
import logging
from contextlib import suppress

from tailrace import seams
from tailrace.startup import late, patterns

YOUNG = 20_000
"""Objects that are new before the collector looks at them."""


def main() -> None:
    """Become LocalStack; does not return."""
    gc.disable()
    # A line of the log tells none of these, and looking for them takes a part of what it takes to write it.
    logging.logProcesses = logging.logMultiprocessing = False
    logging.logAsyncioTasks = False  # type: ignore[attr-defined]  # typeshed does not know it
    late.postpone()
    with suppress(seams.SeamError):  # which `beginning` looks for once more, and says
        patterns.of_process().begin()
        late.postpone_urls()
    from localstack.runtime.main import main as localstack  # noqa: PLC0415  imported without the collector

    localstack()


def wake_collector() -> None:
    """Collect garbage from now on, in what is made from now on; what was compiled by then is kept."""
    patterns.of_process().end()
    gc.freeze()
    gc.set_threshold(YOUNG)
    gc.enable()


if __name__ == "__main__":
    main()
