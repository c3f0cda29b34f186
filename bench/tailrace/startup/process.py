"""`python -m tailrace.startup.process`: LocalStack, with Python's garbage collector at rest as it starts.

A start makes a million objects that stay: modules, classes, services' models. The collector would go through
all of them time and again and find nothing, for half a second of a start's three, and for as long at once
while somebody waits for an answer. So it is off until the services are loaded, and passes over what there is
by then for good.
"""

import gc

from tailrace.startup import late


def main() -> None:
    """Become LocalStack; does not return."""
    gc.disable()
    late.postpone()
    from localstack.runtime.main import main as localstack  # noqa: PLC0415  imported without the collector

    localstack()


def wake_collector() -> None:
    """Collect garbage from now on, in what is made from now on."""
    gc.freeze()
    gc.enable()


if __name__ == "__main__":
    main()
