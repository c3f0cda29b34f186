"""A hundred mappings over idle streams: they cost nothing that grows."""

from collections.abc import Iterator
from contextlib import ExitStack
from time import monotonic
from typing import NamedTuple
from urllib.parse import urlsplit

import psutil
import pytest

from bootstrap.target import Target
from tailrace.control import Emulator, Installation
from tailrace.testing.eventually import WallClock, eventually
from tests.frame import stacks
from tests.frame.run import Run
from tests.integration.mapping_rig import PATIENCE, Rig
from tests.integration.test_promises_faults import switch

pytestmark = [pytest.mark.emulator_only, pytest.mark.processes]
COUNT = 100
WATCHED = 5.0
"""Seconds for which the emulator is watched while nothing happens."""


@pytest.fixture(scope="module")
def target(run: Run) -> Iterator[Target]:
    """Give an emulator of its own: nobody else makes it work."""
    with stacks.own_emulator(run, "many") as target:
        yield target


class Cost(NamedTuple):
    """What LocalStack takes while nothing happens."""

    threads: int
    seconds: float  # of CPU


def idle_cost(process: psutil.Process) -> Cost:
    """Watch the process for some seconds, after the threads that had something to do have ended."""
    clock = WallClock()
    clock.pause(6)  # longer than a thread of the crew waits for another task
    began, before = monotonic(), process.cpu_times()
    clock.pause(WATCHED)
    after = process.cpu_times()
    assert monotonic() - began < 2 * WATCHED
    used = after.user + after.system - before.user - before.system
    return Cost(process.num_threads(), used)


def test_a_hundred_mappings_over_idle_streams(target: Target, run: Run, installation: Installation) -> None:
    """They take no thread and no processor time; a record in one of them is delivered all the same."""
    emulator = Emulator(installation, urlsplit(target.endpoint or "").port or 0)
    found = emulator.process()
    assert found
    process = psutil.Process(found.pid)
    switch(target, "KINESIS_SHARD_LIMIT", 10 * COUNT)
    with Rig(target, run.prefix) as rig, ExitStack() as left:
        rig.make_mapping(rig.make_stream())
        rig.put({"name": "first"})
        rig.await_names(["first"])
        single = idle_cost(process)
        names = [f"{rig.name}-{number}" for number in range(COUNT)]
        for name in names:
            rig.kinesis.create_stream(StreamName=name, ShardCount=1)
            left.callback(rig.kinesis.delete_stream, StreamName=name)
        for name in names:
            rig.kinesis.get_waiter("stream_exists").wait(StreamName=name, WaiterConfig={"Delay": 1})
            arn = f"arn:aws:kinesis:{target.region}:{target.account}:stream/{name}"
            made = rig.functions.create_event_source_mapping(
                EventSourceArn=arn, FunctionName=rig.name, StartingPosition="TRIM_HORIZON"
            )
            left.callback(rig.functions.delete_event_source_mapping, UUID=made["UUID"])
        many = idle_cost(process)
        assert many.threads <= single.threads + 2
        assert many.seconds <= single.seconds + 0.25, f"{single} with one mapping, {many} with {COUNT + 1}"
        rig.kinesis.put_record(StreamName=names[-1], Data=b'{"name": "last"}', PartitionKey="k")
        rig.await_names(["first", "last"])
    eventually(
        lambda: not target.client("lambda").list_event_source_mappings()["EventSourceMappings"],
        within=PATIENCE,
        what="all mappings to be gone",
    )
