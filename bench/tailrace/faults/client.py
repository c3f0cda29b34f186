"""The other side of `/_tailrace/faults`: what the command and the pytest plugin ask an emulator."""

import json
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote

from tailrace.control.errors import EmulatorError
from tailrace.control.own_api import opener, unanswered

PATH = "/_tailrace/faults"
PATIENCE = 60
"""Seconds that the emulator may take."""

type Fault = dict[str, Any]
"""A rule as JSON: what was asked for, and what it did."""


def add(url: str, rule: Fault) -> Fault:
    """Ask an emulator for a fault; return it with its id. Raises EmulatorError, with a sentence."""
    return _asked(url, "POST", PATH, rule)


def listed(url: str) -> list[Fault]:
    """Return all faults of an emulator."""
    found: list[Fault] = _asked(url, "GET", PATH)["faults"]
    return found


def remove(url: str, fault_id: str) -> Fault:
    """Remove a fault; return what it did. Raises EmulatorError if there is none of this id."""
    return _asked(url, "DELETE", f"{PATH}?id={quote(fault_id, safe='')}")


def clear(url: str) -> list[Fault]:
    """Remove all faults; return what each did."""
    found: list[Fault] = _asked(url, "DELETE", PATH)["faults"]
    return found


def _asked(url: str, method: str, path: str, body: Fault | None = None) -> Fault:
    request = urllib.request.Request(  # noqa: S310  an emulator's address
        f"{url}{path}",
        data=None if body is None else json.dumps(body).encode(),
        headers={"Content-Type": "application/json"},
        method=method,
    )
    try:
        with opener(url).open(request, timeout=PATIENCE) as answered:
            found: Fault = json.load(answered)
    except urllib.error.HTTPError as error:
        raise EmulatorError(_sentence(error.read())) from None
    except (OSError, ValueError) as error:
        raise unanswered(url, error) from None
    return found


def _sentence(said: bytes) -> str:
    try:
        return str(json.loads(said)["message"])
    except (ValueError, KeyError, TypeError):
        return f"The emulator does not know faults: {said.decode(errors='replace'):.200}"
