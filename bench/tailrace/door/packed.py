"""Bodies that SDKs pack with gzip, as boto3 does with many metrics: unpacked at the door, up to a limit.

A few kilobytes may unpack to gigabytes; LocalStack would do so.
"""

import zlib
from http import HTTPStatus

from .limits import MIB
from .request import HttpRequest, RefusedError
from .tickets import CREDENTIAL

MOST = 64 * MIB
"""Bytes of an unpacked body; no API of AWS takes as many."""
GZIP = 31
"""zlib's number for its largest window and gzip's head and tail."""


def unpack(request: HttpRequest, most: int = MOST) -> None:
    """Unpack the body of a call of an API, if it is packed. An object of S3 is stored as it comes.

    Raises RefusedError for one that is too large, and for what is no gzip.
    """
    named = request.named
    if named.get("content-encoding", "").lower() != "gzip" or not _is_call(request):
        return
    unpacking = zlib.decompressobj(GZIP)
    try:
        body = unpacking.decompress(request.body.read(), most)
    except zlib.error as error:
        raise RefusedError(HTTPStatus.BAD_REQUEST, f"The body is not packed with gzip: {error}.") from None
    if unpacking.unconsumed_tail:
        raise RefusedError(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body unpacks to more than {most} bytes."
        )
    if not unpacking.eof:
        raise RefusedError(HTTPStatus.BAD_REQUEST, "The packed body ends too early.")
    request.put(body)
    request.leave_out("content-encoding")


def _is_call(request: HttpRequest) -> bool:
    """Tell whether a request has a call of a service in its body, by its target or its signature."""
    signed = CREDENTIAL.search(request.named.get("authorization", ""))
    return "x-amz-target" in request.named or (signed is not None and not signed[4].startswith("s3"))
