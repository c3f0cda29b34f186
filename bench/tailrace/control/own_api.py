"""What an emulator of ours answers beside AWS's services: `/_tailrace/…`."""

import json
import os
import ssl
import urllib.error
import urllib.request
from functools import cache
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from tailrace.endpoint import authorities

from . import advice
from .errors import EmulatorError

PATIENCE = 60
"""Seconds that the emulator may take."""


class NotOursError(EmulatorError):
    """What answers is another emulator: it has no such path."""


def opener(url: str) -> urllib.request.OpenerDirector:
    """Return what asks an emulator itself, whatever proxy the environment names.

    For http it reads no certificates: that takes longer than all else that is done to ask.
    """
    return _opener(urlsplit(url).scheme, authorities(url, os.environ))


@cache
def _opener(scheme: str, trusted: str) -> urllib.request.OpenerDirector:
    if scheme != "http":
        context = ssl.create_default_context(cafile=trusted or None)
        return urllib.request.build_opener(
            urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=context)
        )
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
        with opener(url).open(request, timeout=patience) as answered:
            return json.load(answered)
    except urllib.error.HTTPError as error:
        known = error.read().decode(errors="replace")
        kind = NotOursError if error.code in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN} else EmulatorError
        raise kind(f"The emulator at {url} refused {path}: {known:.300}") from None
    except (OSError, ValueError) as error:
        raise unanswered(url, error) from None


def unanswered(url: str, error: Exception) -> EmulatorError:
    """Say why nobody answers at an address."""
    if isinstance(getattr(error, "reason", None), ssl.SSLCertVerificationError):
        return EmulatorError(advice.trust(url))
    return EmulatorError(f"No emulator answers at {url} ({error}): {advice.start()}")
