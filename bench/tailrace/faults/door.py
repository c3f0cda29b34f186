"""The one place where every request is asked about, whichever way it takes afterwards (`serving.py`).

While there are no rules, nothing is looked at. An answer that is lost or cut is so on the connection,
which `HANG_UP` in the request's environment ends.
"""

import gzip
import json
import logging
from collections.abc import Callable, Iterable
from functools import cache
from http import HTTPStatus
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

from localstack.aws.accounts import get_account_id_from_access_key_id
from localstack.aws.protocol.op_router import RestServiceOperationRouter
from localstack.aws.spec import load_service
from werkzeug.wrappers import Request

from tailrace.clock import CLOCK
from tailrace.functions.environment import Environment
from tailrace.startup import door
from tailrace.startup.door import Answer
from tailrace.startup.serving import HANG_UP

from . import answers, entries, functions, reading, words
from .rules import ENDS, RULES, Call, Fired

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LOG = logging.getLogger(__name__)
CBOR = "cbor"
NOTHING: list[bytes] = []


class Asked(NamedTuple):
    """A request as it is asked about."""

    call: Call
    fields: dict[str, Any]
    about: words.About
    environment: Environment | None


def serve(
    environ: "WSGIEnvironment", start_response: "StartResponse", usual: "WSGIApplication"
) -> Iterable[bytes]:
    """Answer a request in the usual way, but for what the rules do to it."""
    asked = _asked(environ)
    fired = RULES.judge(asked.call, CLOCK.now()) if asked else []
    if not asked or not fired:
        return usual(environ, start_response)
    for one in fired:
        LOG.info("AWS %s: %s, as a fault that was asked for", asked.call.name, one.effect.kind)
    functions.delay(fired, "before")
    return _befallen(environ, start_response, usual, asked, fired)


def _befallen(
    environ: "WSGIEnvironment",
    start_response: "StartResponse",
    usual: "WSGIApplication",
    asked: Asked,
    fired: list[Fired],
) -> Iterable[bytes]:
    kinds = {one.effect.kind: one for one in fired}
    ending = [one.effect for one in fired if one.effect.kind in ENDS]
    if ending and asked.environment and ending[0].moment == "before":
        functions.end(asked.environment, ending[0])
        return _hung_up(environ, start_response)
    if found := kinds.get("error"):
        error = words.worded(asked.about, found.effect.code, found.effect.message)
        answer = answers.refused(environ, asked.call.service, asked.call.operation, error)
    elif found := kinds.get("entries"):
        answer = _partly(environ, usual, asked, found)
    else:
        answer = _whole(environ, usual)
    functions.delay(fired, "after")
    if ending and asked.environment:
        functions.end(asked.environment, ending[0])
        return _hung_up(environ, start_response)
    if "lose" in kinds:
        return _hung_up(environ, start_response)
    write = start_response(f"{answer.status} {HTTPStatus(answer.status).phrase}", answer.headers)
    if "cut" in kinds:
        write(answer.body[: len(answer.body) // 2])
        environ[HANG_UP]()
        return NOTHING
    return [answer.body]


def _hung_up(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
    environ[HANG_UP]()
    start_response("500 Internal Server Error", [])  # nobody gets it
    return NOTHING


def _whole(environ: "WSGIEnvironment", usual: "WSGIApplication") -> Answer:
    """Have the work done, and return the answer whole."""
    begun: list[tuple[int, list[tuple[str, str]]]] = []

    def begin(status: str, headers: list[tuple[str, str]], *_: object) -> Callable[[bytes], object]:
        begun.append((int(status.split(maxsplit=1)[0]), headers))
        return written.append

    written: list[bytes] = []
    body = b"".join(usual(environ, begin))
    return Answer(*begun[0], b"".join(written) + body)


def _partly(environ: "WSGIEnvironment", usual: "WSGIApplication", asked: Asked, fired: Fired) -> Answer:
    """Have the entries done that do not fail, and put the others' failures into the answer."""
    call, code = asked.call.name, fired.effect.code
    if call in entries.CANCELLED:
        error = words.cancelled(asked.call.entries, fired.entries, code)
        return answers.refused(environ, asked.call.service, asked.call.operation, error)
    kind = environ.get("CONTENT_TYPE", "")
    left = entries.left(call, asked.fields, fired.entries)
    if left is None:
        done = Answer(200, [("Content-Type", kind), ("Content-Length", "0"), ("x-amz-crc32", "0")], b"{}")
    else:
        door.reread(environ, _dumped(kind, left))
        done = _whole(environ, usual)
        if done.status != 200:  # noqa: PLR2004  refused as a whole
            return done
    named = {"account": asked.about.account, "resource": asked.about.resource}
    before = _loaded(kind, done.body) if left is not None else None
    answer = entries.told(call, asked.fields, fired.entries, before, code, named)
    return door.mended(done.status, done.headers, done.body, [lambda _: _dumped(kind, answer)])


def _asked(environ: "WSGIEnvironment") -> Asked | None:
    """Return what a request asks for; None if it is none of AWS's, or cannot be read."""
    signed = reading.signed(environ.get("HTTP_AUTHORIZATION", ""))
    if signed is None:
        return None
    path = environ.get("PATH_INFO", "")
    target = environ.get("HTTP_X_AMZ_TARGET", "")
    content = door.body(environ)
    fields = _fields(environ, content)
    service = "dynamodbstreams" if target.startswith(reading.STREAMS) else signed.service
    operation = reading.operation(target, path, fields) or _modelled(environ, service)
    if not operation:
        return None
    named = reading.resources(service, operation, path, fields)
    environment = functions.caller(environ.get("HTTP_X_AMZ_SECURITY_TOKEN", ""))
    function = environment.function if environment else ""
    call = Call(service, operation, named, function, content)
    if call.name in entries.HAVE_ENTRIES:
        call = call._replace(entries=entries.number_of(call.name, fields))
    account = get_account_id_from_access_key_id(signed.key)
    about = words.About(service, operation, account, signed.region, next(iter(named), ""), function)
    return Asked(call, fields, about, environment)


def _fields(environ: "WSGIEnvironment", content: bytes) -> dict[str, Any]:
    """Return the members of a request; none where it has another shape."""
    kind = environ.get("CONTENT_TYPE", "")
    try:
        if environ.get("HTTP_CONTENT_ENCODING") == "gzip":
            content = gzip.decompress(content)
        if "json" in kind or CBOR in kind:
            found = _loaded(kind, content)
            return found if isinstance(found, dict) else {}
        if kind.startswith("application/x-www-form-urlencoded") or "Action=" in environ["QUERY_STRING"]:
            return reading.form(content, environ["QUERY_STRING"])
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


def _modelled(environ: "WSGIEnvironment", service: str) -> str:
    """Return the operation that the service's model has for a method and a path; empty if it has none."""
    try:
        found, _ = _router(service).match(Request(environ))
    except Exception:  # noqa: BLE001  no such service or path: whoever serves it says so
        return ""
    return str(found.name)


@cache
def _router(service: str) -> Any:  # noqa: ANN401  LocalStack ships no types
    return RestServiceOperationRouter(load_service(service))
