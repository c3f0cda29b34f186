"""Whether an emulator answers."""

import http.client
import json

from .own_api import opener

HEALTH = "/_localstack/health"


def healthy(endpoint: str) -> bool:
    """Tell whether an emulator answers at the endpoint, on the first try."""
    try:
        with opener(endpoint).open(f"{endpoint}{HEALTH}", timeout=3) as answered:
            return "services" in json.load(answered)
    except (OSError, http.client.HTTPException, ValueError):
        return False
