"""Whether an emulator answers."""

import http.client
import json
from collections.abc import Mapping
from http import HTTPStatus

from tailrace.endpoint import HOST

from .own_api import opener

HEALTH = "/_localstack/health"


def healthy(endpoint: str) -> bool:
    """Tell whether an emulator answers at the endpoint, on the first try."""
    try:
        with opener(endpoint).open(f"{endpoint}{HEALTH}", timeout=3) as answered:
            return "services" in json.load(answered)
    except (OSError, http.client.HTTPException, ValueError):
        return False


def services(port: int) -> Mapping[str, str] | None:
    """Return the states of the services of what listens on this port here, None while it does not answer."""
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    try:
        connection.request("GET", HEALTH)
        answer = connection.getresponse()
        body = json.loads(answer.read())
        return dict(body["services"]) if answer.status == HTTPStatus.OK else None
    except (OSError, http.client.HTTPException, ValueError, KeyError, TypeError):
        return None
    finally:
        connection.close()
