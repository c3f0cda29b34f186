"""What an emulator of ours answers beside AWS's services: `/_tailrace/…`."""

import json
import urllib.error
import urllib.request
from functools import cache
from http import HTTPStatus
from typing import Any

from . import advice
from .errors import EmulatorError

PATIENCE = 60
"""Seconds that the emulator may take."""


class NotOursError(EmulatorError):
    """What answers is another emulator: it has no such path."""


@cache
def without_proxy(scheme: str) -> urllib.request.OpenerDirector:
    """Return what asks a server itself, whatever proxy the environment names.

    For http it reads no certificates: that takes longer than all else that is done to ask.
    """
    if scheme != "http":
        return urllib.request.build_opener(urllib.request.ProxyHandler({}))
    plain = urllib.request.OpenerDirector()
    for handler in (
        urllib.request.HTTPHandler(),
        urllib.request.HTTPDefaultErrorHandler(),
        urllib.request.HTTPErrorProcessor(),
    ):
        plain.add_handler(handler)
    return plain


def ask(url: str, path: str, given: object = None, patience: float = PATIENCE) -> Any:  # noqa: ANN401  whatever JSON holds
    """Return what is answered at a path of `/_tailrace/`: a POST where something is given, else a GET.

    Raises EmulatorError, with a sentence.
    """
    request = urllib.request.Request(  # noqa: S310  an emulator's address
        f"{url}{path}",
        data=None if given is None else json.dumps(given).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with without_proxy(request.type).open(request, timeout=patience) as answered:
            return json.load(answered)
    except urllib.error.HTTPError as error:
        known = error.read().decode(errors="replace")
        kind = NotOursError if error.code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN} else EmulatorError
        raise kind(f"The emulator at {url} refused {path}: {known:.300}") from None
    except (OSError, ValueError) as error:
        raise EmulatorError(f"No emulator answers at {url} ({error}): {advice.start()}") from None
