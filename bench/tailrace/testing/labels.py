"""Whose a container is, by labels: so that one can tell what a killed run left from what is in use."""

import json
import os
import socket
from contextlib import suppress

from tailrace.control.processes import Process


def machine() -> str:
    """Return what says where process numbers count from: the machine's name, and its processes' namespace."""
    with suppress(OSError):
        return f"{socket.gethostname()} {os.readlink('/proc/self/ns/pid')}"  # noqa: PTH115  it is no path
    return socket.gethostname()


def label(owner: Process) -> str:
    """Return the text of a label that names a process."""
    return json.dumps(owner._asdict())


def on_this_machine(owner: Process) -> str:
    """Return the text of one label that names a process and its machine."""
    return json.dumps({"machine": machine(), **owner._asdict()})


def ended_here(text: str) -> bool:
    """Tell whether such a label names a process of this machine that has ended; an empty one names none."""
    found = json.loads(text or "{}")
    return found.pop("machine", None) == machine() and not Process(**found).alive()


def ended(text: str) -> bool:
    """Tell whether a label names a process of this machine that has ended; an empty one names none."""
    return bool(text) and not Process(**json.loads(text)).alive()
