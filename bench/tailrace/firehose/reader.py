"""Reads a Kinesis stream for one Firehose delivery stream, from its newest record on, once a second a shard.

Source: the Firehose developer guide: it reads from LATEST, calls GetRecords once a second for each shard, and
retries a delivery to S3 until it succeeds, for up to 24 hours.
"""

import base64
import logging
import threading
from collections.abc import Callable, Sequence
from typing import Any, Protocol

from botocore.exceptions import BotoCoreError, ClientError

from tailrace.clock import Clock

LOG = logging.getLogger(__name__)

EVERY = 1.0
"""Seconds between two reads of a shard."""
LONGEST_PAUSE = 30.0
GONE = "ResourceNotFoundException"

type Deliver = Callable[[Sequence[dict[str, Any]]], object]


class Kinesis(Protocol):
    """What of Kinesis' client is used."""

    def list_shards(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401  botocore's own
        """List shards."""

    def get_shard_iterator(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401  botocore's own
        """Give a place in a shard."""

    def get_records(self, **request: Any) -> dict[str, Any]:  # noqa: ANN401  botocore's own
        """Read from a place."""


class Reader:
    """One delivery stream's reading. `stop` ends it; it ends by itself when the stream is gone."""

    def __init__(self, kinesis: Kinesis, stream: str, deliver: Deliver, clock: Clock) -> None:
        self._kinesis = kinesis
        self._stream = stream
        self._deliver = deliver
        self._clock = clock
        self._changed = threading.Condition()
        self._stopped = False
        shards = kinesis.list_shards(StreamName=stream)["Shards"]
        open_shards = [
            shard for shard in shards if "EndingSequenceNumber" not in shard["SequenceNumberRange"]
        ]
        # Taken before the delivery stream is said to be there: what is put from then on is delivered.
        self._iterators = {
            shard["ShardId"]: self._iterator(shard["ShardId"], "LATEST") for shard in open_shards
        }
        self._known = {shard["ShardId"] for shard in shards}
        self._last: dict[str, str] = {}

    def start(self) -> None:
        """Read in a thread."""
        threading.Thread(target=self._run, name=f"firehose-{self._stream}", daemon=True).start()

    def stop(self) -> None:
        """End; what is being delivered is delivered."""
        with self._changed:
            self._stopped = True
            self._changed.notify_all()

    def _run(self) -> None:
        while self._rested(EVERY) and self._iterators:
            for shard in list(self._iterators):
                try:
                    self.read(shard)
                except (ClientError, BotoCoreError) as error:
                    if not self._goes_on(shard, error):
                        return

    def read(self, shard: str) -> None:
        """Read a shard once and deliver what came; at its end its children take its place."""
        answer = self._kinesis.get_records(ShardIterator=self._iterators[shard])
        records = answer["Records"]
        if records and not self._delivered(shard, records):
            return
        if records:
            self._last[shard] = records[-1]["SequenceNumber"]
        if following := answer.get("NextShardIterator"):
            self._iterators[shard] = following
            return
        del self._iterators[shard]
        for child in answer.get("ChildShards", ()):
            if child["ShardId"] not in self._known:
                self._known.add(child["ShardId"])
                self._iterators[child["ShardId"]] = self._iterator(child["ShardId"], "TRIM_HORIZON")

    def _delivered(self, shard: str, records: Sequence[dict[str, Any]]) -> bool:
        """Deliver a batch, again and again until it is taken; False if reading is to end."""
        entries = [
            {
                "Data": base64.b64encode(record["Data"]).decode(),
                "partitionKey": record["PartitionKey"],
                "sequenceNumber": record["SequenceNumber"],
                "shardId": shard,
                "approximateArrivalTimestamp": int(record["ApproximateArrivalTimestamp"].timestamp() * 1000),
            }
            for record in records
        ]
        pause = EVERY
        while True:
            try:
                self._deliver([dict(record) for record in entries])
            except Exception as error:  # noqa: BLE001  whatever a destination does, nothing is dropped
                LOG.warning("Records of %s are not delivered yet: %s", self._stream, error)
                if not self._rested(pause):
                    return False
                pause = min(LONGEST_PAUSE, 2 * pause)
            else:
                return True

    def _goes_on(self, shard: str, error: Exception) -> bool:
        code = error.response["Error"]["Code"] if isinstance(error, ClientError) else ""
        if code == GONE:
            return False
        if code == "ExpiredIteratorException":
            kind = "AFTER_SEQUENCE_NUMBER" if shard in self._last else "TRIM_HORIZON"
            self._iterators[shard] = self._iterator(shard, kind)
        else:
            LOG.warning("%s of %s cannot be read now: %s", shard, self._stream, error)
        return True

    def _iterator(self, shard: str, kind: str) -> str:
        after = {"StartingSequenceNumber": self._last[shard]} if kind == "AFTER_SEQUENCE_NUMBER" else {}
        found: str = self._kinesis.get_shard_iterator(
            StreamName=self._stream, ShardId=shard, ShardIteratorType=kind, **after
        )["ShardIterator"]
        return found

    def _rested(self, seconds: float) -> bool:
        """Wait; return whether reading goes on."""
        until = self._clock.now() + seconds
        with self._changed:
            while not self._stopped:
                if not self._clock.wait(self._changed, until):
                    return True
        return False
