"""`/_tailrace/mappings`: what the mappings of Kinesis streams do, for who watches them from outside.

GET /_tailrace/mappings                                   {"mappings": [one as `told` says, …]}
GET /_tailrace/mappings/ID/batches?shard=&sequence=&key=  {"batches": […]}: those that a record was in
POST /_tailrace/mappings/ID/rewind                        all that the stream holds is delivered once more;
     {"from": "LATEST", or epoch seconds}                 what it holds from there on
"""

from http import HTTPStatus
from typing import Any

from localstack.services.edge import ROUTER
from rolo import Request, Response

from tailrace.clock import CLOCK
from tailrace.mapping.history import HISTORIES, RecentBatch
from tailrace.mapping.worker import AT_WORK, MappingWorker

PATH = "/_tailrace/mappings"
POSITIONS = ("TRIM_HORIZON", "LATEST")


def install() -> None:
    """Answer at these paths."""
    ROUTER.add(PATH, _mappings, methods=["GET"])
    ROUTER.add(f"{PATH}/<mapping>/batches", _batches, methods=["GET"])
    ROUTER.add(f"{PATH}/<mapping>/rewind", _rewind, methods=["POST"])


def _mappings(_request: Request) -> Response:
    now = CLOCK.now()
    return Response.for_json(
        {"now": now, "mappings": [described(worker, now) for worker in list(AT_WORK.values())]}
    )


def described(worker: MappingWorker, now: float) -> dict[str, Any]:
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
        "rewound": worker.rewound,
        "running": history.running,
        "reason": history.reason,
    }


def _batches(request: Request, mapping: str) -> Response:
    shard, sequence = request.args.get("shard", ""), request.args.get("sequence", "")
    if not sequence.isdecimal():
        return _refused(f"sequence={sequence:.40} is no sequence number", HTTPStatus.BAD_REQUEST)
    found = HISTORIES.of(mapping).of(shard, int(sequence), request.args.get("key"))
    return Response.for_json({"batches": [_written(batch) for batch in found]})


def _written(batch: RecentBatch) -> dict[str, Any]:
    """Return a batch as JSON; its numbers of 56 digits as texts."""
    numbers = ("first", "last", "failed_from")
    return batch._asdict() | {name: str(getattr(batch, name) or "") for name in numbers}


def _rewind(request: Request, mapping: str) -> Response:
    position = (request.get_json(silent=True) or {}).get("from", "TRIM_HORIZON")
    is_time = isinstance(position, int | float) and not isinstance(position, bool)
    if position not in POSITIONS and not is_time:
        return _refused(f"from is one of {', '.join(POSITIONS)}, or epoch seconds", HTTPStatus.BAD_REQUEST)
    worker = AT_WORK.get(mapping)
    if worker is None:
        return _refused(f"There is no mapping {mapping:.40} of a Kinesis stream.", HTTPStatus.NOT_FOUND)
    if is_time:
        worker.rewind("AT_TIMESTAMP", float(position))
    else:
        worker.rewind(str(position))
    return Response.for_json(described(worker, CLOCK.now()))


def _refused(message: str, status: HTTPStatus) -> Response:
    return Response.for_json({"message": message}, status=status)
