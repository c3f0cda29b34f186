"""The one place where every request is asked about, whichever way it takes afterwards (`door/gateway.py`).

While there are no rules, nothing is looked at. An answer that is lost or cut is so on the connection, which
`HungUpError` ends.
"""

import json
import logging
from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.aws.protocol.op_router import RestServiceOperationRouter
from localstack.aws.spec import load_service
from werkzeug.wrappers import Request as Asking

from tailrace.clock import CLOCK
from tailrace.door import ways
from tailrace.door.request import HttpRequest, HttpResponse, HungUpError
from tailrace.functions.environment import Environment

from . import answers, entries, functions, reading, words
from .rules import ENDS, RULES, Fired, ObservedCall

LOG = logging.getLogger(__name__)
CBOR = "cbor"
type Usual = Callable[[HttpRequest], HttpResponse]


class AskedRequest(NamedTuple):
    """A request as it is asked about."""

    call: ObservedCall
    fields: dict[str, Any]
    about: words.About
    environment: Environment | None


def serve(request: HttpRequest, usual: Usual) -> HttpResponse:
    """Answer a request in the usual way, but for what the rules do to it. Raises HungUpError."""
    asked = _asked(request)
    fired = RULES.judge(asked.call, CLOCK.now()) if asked else []
    if not asked or not fired:
        return usual(request)
    for one in fired:
        LOG.info("AWS %s: %s, as a fault that was asked for", asked.call.name, one.effect.kind)
    functions.delay(fired, "before")
    return _befallen(request, usual, asked, fired)


def _befallen(request: HttpRequest, usual: Usual, asked: AskedRequest, fired: list[Fired]) -> HttpResponse:
    kinds = {one.effect.kind: one for one in fired}
    ending = [one.effect for one in fired if one.effect.kind in ENDS]
    if ending and asked.environment and ending[0].moment == "before":
        functions.end(asked.environment, ending[0])
        raise HungUpError
    if found := kinds.get("error"):
        error = words.worded(asked.about, found.effect.code, found.effect.message)
        answer = answers.refused(request, asked.call.service, asked.call.operation, error)
    elif found := kinds.get("entries"):
        answer = _partly(request, usual, asked, found)
    else:
        answer = _whole(request, usual)
    functions.delay(fired, "after")
    if ending and asked.environment:
        functions.end(asked.environment, ending[0])
        raise HungUpError
    if "lose" in kinds:
        raise HungUpError
    if "cut" in kinds:
        raise HungUpError(answer, len(answer.whole) // 2)
    return answer


def _whole(request: HttpRequest, usual: Usual) -> HttpResponse:
    """Have the work done, and return the answer whole."""
    answer = usual(request)
    return answer._replace(body=answer.whole)


def _partly(request: HttpRequest, usual: Usual, asked: AskedRequest, fired: Fired) -> HttpResponse:
    """Have the entries done that do not fail, and put the others' failures into the answer."""
    call, code = asked.call.name, fired.effect.code
    if call in entries.CANCELLED:
        error = words.cancelled(len(asked.call.entries), fired.entries, code)
        return answers.refused(request, asked.call.service, asked.call.operation, error)
    kind = request.named.get("content-type", "")
    left = entries.left(call, asked.fields, fired.entries)
    if left is None:
        done = HttpResponse(
            200, [("Content-Type", kind), ("Content-Length", "0"), ("x-amz-crc32", "0")], b"{}"
        )
    else:
        request.put(_dumped(kind, left))
        done = _whole(request, usual)
        if done.status != 200:  # noqa: PLR2004  refused as a whole
            return done
    named = {"account": asked.about.account, "resource": asked.about.resource}
    before = _loaded(kind, done.whole) if left is not None else None
    answer = entries.with_failures(call, asked.fields, fired.entries, before, code, named)
    return ways.rewritten(done, lambda _: _dumped(kind, answer))


def _asked(request: HttpRequest) -> AskedRequest | None:
    """Return what a request asks for; None if it is none of AWS's, or cannot be read."""
    signed = reading.signed(request.named.get("authorization", ""))
    if signed is None:
        return None
    path = request.path
    target = request.named.get("x-amz-target", "")
    content = request.body.read()
    fields = _fields(request, content)
    service = "dynamodbstreams" if target.startswith(reading.STREAMS) else signed.service
    operation = reading.operation(target, path, fields) or _modelled(request, service)
    if not operation:
        return None
    named = reading.resources(service, operation, path, fields)
    environment = functions.caller(request.named.get("x-amz-security-token", ""))
    function = environment.function if environment else ""
    call = ObservedCall(service, operation, named, function, content)
    if call.name in entries.HAVE_ENTRIES:
        call = call._replace(entries=entries.contents(call.name, fields))
    account = get_account_id_from_access_key_id(signed.key)
    about = words.About(service, operation, account, signed.region, next(iter(named), ""), function)
    return AskedRequest(call, fields, about, environment)


def _fields(request: HttpRequest, content: bytes) -> dict[str, Any]:
    """Return the members of a request; none where it has another shape."""
    kind = request.named.get("content-type", "")
    try:
        if "json" in kind or CBOR in kind:
            found = _loaded(kind, content)
            return found if isinstance(found, dict) else {}
        if kind.startswith("application/x-www-form-urlencoded") or "Action=" in request.query:
            return reading.form(content, request.query)
    except (ValueError, OSError):
        LOG.debug("a request that cannot be read: its service says so", exc_info=True)
    return {}


def _loaded(kind: str, content: bytes) -> Any:  # noqa: ANN401  as it came
    return _cbor().loads(content) if CBOR in kind else json.loads(content or b"{}")


def _dumped(kind: str, fields: dict[str, Any]) -> bytes:
    packed: bytes = _cbor().dumps(fields) if CBOR in kind else json.dumps(fields).encode()
    return packed


def _cbor() -> Any:  # noqa: ANN401  of LocalStack's environment
    return import_module("cbor2")


def _modelled(request: HttpRequest, service: str) -> str:
    """Return the operation that the service's model has for a method and a path; empty if it has none."""
    try:
        found, _ = _router(service).match(Asking(request.environ()))
    except Exception:  # noqa: BLE001  no such service or path: whoever serves it says so
        return ""
    return str(found.name)


@cache
def _router(service: str) -> Any:  # noqa: ANN401  LocalStack ships no types
    return RestServiceOperationRouter(load_service(service))
