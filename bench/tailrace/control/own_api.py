"""What an emulator of ours answers beside AWS's services: `/_tailrace/…`."""

import json
import urllib.error
import urllib.request
from http import HTTPStatus
from typing import Any

from . import advice
from .errors import EmulatorError

PATIENCE = 60
"""Seconds that the emulator may take."""


class NotOursError(EmulatorError):
    """What answers is another emulator: it has no such path."""


def ask(url: str, path: str, given: object = None, patience: float = PATIENCE) -> Any:  # noqa: ANN401  whatever JSON holds
    """Return what is answered at a path of `/_tailrace/`: a POST where something is given, else a GET.

    Raises EmulatorError, with a sentence.
    """
    request = urllib.request.Request(  # noqa: S310  an emulator's address
        f"{url}{path}",
        data=None if given is None else json.dumps(given).encode(),
        headers={"Content-Type": "application/json"},
    )
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with directly.open(request, timeout=patience) as answered:
            return json.load(answered)
    except urllib.error.HTTPError as error:
        known = error.read().decode(errors="replace")
        kind = NotOursError if error.code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN} else EmulatorError
        raise kind(f"The emulator at {url} refused {path}: {known:.300}") from None
    except (OSError, ValueError) as error:
        raise EmulatorError(f"No emulator answers at {url} ({error}): {advice.start()}") from None
