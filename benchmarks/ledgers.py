"""Measures the verdict of `tailrace load` over a ledger that is made up.

    .venv/bin/python -m benchmarks.ledgers 10000000

Prints its CPU seconds and the most memory that this process had. The ledger takes 180 bytes for each event
on the disk, and the verdict another 50.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path

from tailrace.load.ledgers import SUFFIX, event_id
from tailrace.load.verdict import judge

ACKNOWLEDGED = (
    '{"eventId":"%s","sequenceNumber":"49680627534673536959314438347072203465023879280144154642",'
    '"shardId":"shardId-000000000001","partitionKey":"k-7"}\n'
)


def main(events: int) -> None:
    """Write a ledger of so many events, all acknowledged, and judge it with all of them found."""
    with tempfile.TemporaryDirectory(dir=".", prefix="ledgers-") as place:
        with (Path(place) / f"w1{SUFFIX}").open("w", encoding="utf-8") as ledger:
            ledger.write(f'{{"worker":"w1","begun":[0,{events}]}}\n')
            ledger.writelines(ACKNOWLEDGED % event_id("w1", number) for number in range(events))
            ledger.write(f'{{"worker":"w1","ended":{events}}}\n')
        began = time.process_time()
        verdict = judge(Path(place), (event_id("w1", number) for number in range(events)))
        seconds = time.process_time() - began
    if (verdict.passed, verdict.acknowledged, verdict.lost) != (True, events, 0):
        raise SystemExit(f"The verdict is not right: {verdict}")
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    sys.stdout.write(f"{events:,} events: {seconds:.0f} CPU seconds, {most:.0f} MB at most\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
