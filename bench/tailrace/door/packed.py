"""Bodies that SDKs pack with gzip, as boto3 does with many metrics: unpacked at the door, up to a limit.

A few kilobytes may unpack to gigabytes; LocalStack would do so.
"""

import zlib
from http import HTTPStatus

from .limits import MIB
from .request import HttpRequest, RefusedError

MOST = 64 * MIB
"""Bytes of an unpacked body; no JSON service of AWS takes as many."""
GZIP = 31
"""zlib's number for its largest window and gzip's head and tail."""


def unpack(request: HttpRequest, most: int = MOST) -> None:
    """Unpack the body of a request for a JSON service, if it is packed.

    Raises RefusedError for one that is too large, and for what is no gzip.
    """
    named = request.named
    if named.get("content-encoding", "").lower() != "gzip" or "x-amz-target" not in named:
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
