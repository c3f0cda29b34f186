"""Whether an emulator answers."""

import http.client
import json
from urllib.parse import urlsplit

HEALTH = "/_localstack/health"


def healthy(endpoint: str) -> bool:
    """Tell whether an emulator answers at the endpoint, on the first try."""
    parts = urlsplit(endpoint)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=3)
    try:
        connection.request("GET", HEALTH)
        return "services" in json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()
