"""`/_tailrace/reset`: everything of an account and region gone; the emulator stays up.

POST {"account": "000000000000", "region": "us-east-1"} answers when it is done. Mappings are drained first.
What has no region (IAM) goes with any region of the account.
"""

import re
from http import HTTPStatus
from threading import Lock
from typing import Any

from localstack.services.edge import ROUTER
from localstack.services.plugins import SERVICE_PLUGINS
from rolo import Request, Response

from tailrace.resetting import services
from tailrace.resetting.stores import Emptying

PATH = "/_tailrace/reset"
_ONE = Lock()


def install() -> None:
    """Answer at that path."""
    ROUTER.add(PATH, _answer, methods=["POST"])


def _answer(request: Request) -> Response:
    asked: dict[str, Any] = request.get_json(silent=True) or {}
    account, region = str(asked.get("account", "")), str(asked.get("region", ""))
    if not re.fullmatch(r"\d{12}", account) or not re.fullmatch(r"[a-z0-9-]{5,30}", region):
        message = f"expected an account of twelve digits and a region: {account!r:.40}, {region!r:.40}"
        return Response.for_json({"message": message}, status=HTTPStatus.BAD_REQUEST)
    reset(account, region)
    return Response.for_json({"account": account, "region": region})


def reset(account: str, region: str) -> None:
    """Let go of everything of an account and region."""
    with _ONE:
        for act in services.IN_ORDER:
            act(account, region)
        emptying = Emptying(account, region)
        for name in SERVICE_PLUGINS.list_loaded_services():
            service = SERVICE_PLUGINS.get_service(name)
            if service is not None:
                service.accept_state_visitor(emptying)
