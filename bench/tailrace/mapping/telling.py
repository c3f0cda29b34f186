"""`/_tailrace/mappings`: what the mappings of Kinesis streams do, for who watches them from outside.

GET /_tailrace/mappings                        {"mappings": [one as `told` says, …]}
GET /_tailrace/mappings/ID/batches?shard=&sequence=&key=   {"batches": […]}: those that a record was in
"""

from http import HTTPStatus
from typing import Any

from localstack.services.edge import ROUTER
from rolo import Request, Response

from tailrace.clock import CLOCK
from tailrace.mapping.history import HISTORIES
from tailrace.mapping.worker import AT_WORK, MappingWorker

PATH = "/_tailrace/mappings"


def install() -> None:
    """Answer at these paths."""
    ROUTER.add(PATH, _mappings, methods=["GET"])
    ROUTER.add(f"{PATH}/<mapping>/batches", _batches, methods=["GET"])


def _mappings(_request: Request) -> Response:
    now = CLOCK.now()
    return Response.for_json(
        {"now": now, "mappings": [told(worker, now) for worker in list(AT_WORK.values())]}
    )


def told(worker: MappingWorker, now: float) -> dict[str, Any]:
    """Return what a mapping did so far, and how far it is behind (records; seconds of the oldest)."""
    history, behind = HISTORIES.of(worker.uuid), worker.behind(now)
    return {
        "mapping": worker.uuid,
        "behind": None if behind is None else {"records": behind.records, "seconds": behind.seconds},
        "perSecond": history.per_second(now),
        "invocations": history.invocations,
        "records": history.records,
        "failures": history.failures,
        "givenUp": history.given_up,
        "reason": history.reason,
    }


def _batches(request: Request, mapping: str) -> Response:
    shard, sequence = request.args.get("shard", ""), request.args.get("sequence", "")
    if not sequence.isdecimal():
        return Response.for_json(
            {"message": f"sequence={sequence:.40} is no sequence number"}, status=HTTPStatus.BAD_REQUEST
        )
    found = HISTORIES.of(mapping).of(shard, int(sequence), request.args.get("key"))
    return Response.for_json(
        {
            "batches": [
                batch._asdict() | {"first": str(batch.first), "last": str(batch.last)} for batch in found
            ]
        }
    )
