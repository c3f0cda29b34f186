"""Bugs, planted one at a time: each an edit of the project, and what has to find it."""

from typing import NamedTuple


class Bug(NamedTuple):
    """Edits of the function and of the template, as pairs of texts; the test that fails, what it says."""

    test: str
    says: str
    code: tuple[tuple[str, str], ...] = ()
    template: tuple[tuple[str, str], ...] = ()


NEWLINE = "\n"
PUT = """        table.put_item(
            Item={**reading, "times": 1, "at": time.time_ns()}, ConditionExpression="attribute_not_exists(id)"
        )
"""
ADD = """        table.update_item(
            Key={"id": reading["id"]},
            UpdateExpression="SET celsius = :c, #at = :at ADD times :one",
            ExpressionAttributeNames={"#at": "at"},
            ExpressionAttributeValues={":c": reading["celsius"], ":at": time.time_ns(), ":one": 1},
        )
"""
LOOP = '    for record in event["Records"]:\n'
LEFT = """            return {"batchItemFailures": [{"itemIdentifier": record["kinesis"]["sequenceNumber"]}]}
"""

FOLLOWING = """            return {"batchItemFailures": [{"itemIdentifier": following(event, record)}]}
"""
HANDLER = "def handler(event"
NEXT = """def following(event, record):
    numbers = [one["kinesis"]["sequenceNumber"] for one in event["Records"]]
    return [*numbers, numbers[-1]][numbers.index(record["kinesis"]["sequenceNumber"]) + 1]


"""
WRITE = "def write(reading"
AGAIN = f"""def again(reading):
    for _ in range(3):
        try:
            {ADD.strip().replace(NEWLINE, NEWLINE + "    ")}
            return
        except Exception:
            continue


"""
POOL = """    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, map(parsed, event["Records"])))
"""
LETTERS = """            DestinationConfig: { OnFailure: { Type: SQS, Destination: !GetAtt GivenUp.Arn } }
"""

BUGS = {
    "LATEST": Bug(
        "test_nothing_is_lost",
        "put before the mapping began to read",
        template=(("StartingPosition: TRIM_HORIZON", "StartingPosition: LATEST"),),
    ),
    "swallowed exception": Bug(
        "test_failures_that_may_pass",
        "is lost: neither stored, nor set aside, nor in a dead letter",
        code=((LEFT, ""),),
    ),
    "float": Bug(
        "test_nothing_is_lost",
        "is not stored, though nothing is wrong with it",
        code=((", parse_float=Decimal)", ")"),),
    ),
    "unconditional +1": Bug("test_once", "is stored 2 times", code=((PUT, ADD),)),
    "wrong itemIdentifier": Bug(
        "test_failures_that_may_pass",
        "names a record that was not in the batch",
        code=((LEFT, LEFT.replace('record["kinesis"]["sequenceNumber"]', 'record["eventID"]')),),
    ),
    "itemIdentifier of the next record": Bug(
        "test_failures_that_may_pass", "is lost", code=((LEFT, FOLLOWING), (HANDLER, NEXT + HANDLER))
    ),
    "answer before the write": Bug(
        "test_killed",
        "is lost",
        code=(
            ("            write(reading)\n", "            threading.Timer(0.2, write, [reading]).start()\n"),
            ("import time\n", "import threading\nimport time\n"),
        ),
    ),
    "a retry that doubles": Bug(
        "test_failures_that_may_pass",
        "is stored 2 times",
        code=((PUT, "        again(reading)\n"), (WRITE, AGAIN + WRITE)),
    ),
    "batch cut at the limit": Bug(
        "test_nothing_is_lost",
        "is lost: neither stored, nor set aside, nor in a dead letter",
        code=((LOOP, '    for record in event["Records"][:25]:\n'),),
    ),
    "order lost by threads": Bug(
        "test_order",
        "and applied before it",
        code=(
            (LOOP, POOL + LOOP),
            ("import time\n", "import time\nfrom concurrent.futures import ThreadPoolExecutor\n"),
        ),
    ),
    "dead letters without a queue": Bug(
        "test_poison",
        "is in no dead letter: the mapping has no on-failure destination",
        template=((LETTERS, ""),),
    ),
}
"""By name: what somebody writes who has not thought of it."""
