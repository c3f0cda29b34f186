"""The tables in memory answer as DynamoDB Local does, or leave the request to it."""

import secrets
from collections.abc import Iterator
from random import Random

import pytest

from tests.frame.run import Run
from tests.integration import installing
from tests.integration.beside_local import Both, Local, in_order, started
from tests.integration.invented_expressions import Inventor
from tests.integration.mutated_requests import mutated
from tests.integration.table_histories import (
    INDEXED,
    PLAIN,
    SORTED_BY,
    TABLES,
    History,
    Item,
    Request,
    attribute,
    keys,
)
from tests.integration.written_requests import LEFT, ORDERS, SURE

pytestmark = [pytest.mark.emulator_only, pytest.mark.processes]

SEEDS = range(6)
REQUESTS = 150  # of each invented history
MUTANT_SEEDS = range(3)
EXPRESSION_SEEDS, ITEMS, EXPRESSIONS = 3, 20, 6
PLAIN_TABLE = next(table for table in TABLES if table["TableName"] == PLAIN)


@pytest.fixture(scope="module")
def local(run: Run, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """Give a DynamoDB Local of this module's own."""
    with started(installing.installed(run), tmp_path_factory.mktemp("local")) as found:
        yield found


@pytest.fixture
def both(local: Local) -> Both:
    """Give no tables, here and there."""
    return Both(local, f"t{secrets.token_hex(4)}")


def test_written_requests(both: Both) -> None:
    """What applications ask is answered by the tables, as DynamoDB Local answers it."""
    for operation, request in SURE:
        both.ask(operation, request)
    assert both.unsure == []


def test_what_is_left_to_dynamodb_local(both: Both) -> None:
    """Whatever is not plainly right is not answered, and changes nothing."""
    for operation, request in SURE:
        both.ask(operation, request)
    for operation, request in LEFT:
        assert both.ask(operation, request) is None, f"{operation} {request}"
    both.ask("DescribeTable", {"TableName": ORDERS})


def test_pages_of_a_megabyte(both: Both) -> None:
    """A page ends with the item that makes it 1 MB, if there are more."""
    both.ask("CreateTable", TABLES[1])
    for at in range(7):
        large = {"S": "x" * (262_140 + at)}
        both.ask(
            "PutItem", {"TableName": INDEXED, "Item": {"pk": {"S": "a"}, "sk": {"N": str(at)}, "x": large}}
        )
    values = {":p": {"S": "a"}}
    asked = {"TableName": INDEXED, "KeyConditionExpression": "pk = :p", "ExpressionAttributeValues": values}
    counting = {"Select": "COUNT", "ReturnConsumedCapacity": "TOTAL"}
    first = both.ask("Query", asked, **counting)
    assert (first["Count"], first["LastEvaluatedKey"]["sk"]) == (4, {"N": "3"})
    assert both.ask("Query", asked, **counting, ExclusiveStartKey=first["LastEvaluatedKey"])["Count"] == 3
    assert both.ask("Scan", {"TableName": INDEXED}, **counting)["Count"] == 4


@pytest.mark.parametrize("seed", SEEDS)
def test_invented_histories(both: Both, seed: int) -> None:
    """Whatever is written and read, in whatever order, both answer the same, and have the same in the end."""
    history = History(seed)
    for table in TABLES:
        both.ask("CreateTable", table)
    for _ in range(REQUESTS):
        both.ask(*history.request())
    for _ in range(15):
        both.ask(*history.counted())
    for _ in range(8):
        operation, request = history.paged()
        pages = both.pages(operation, request)
        if pages is None:
            continue  # more is asked for than an index has
        ours, theirs = pages
        assert in_order(ours) == in_order(theirs), request
        if operation == "Query" and (name := SORTED_BY.get(request["IndexName"])):
            assert [item.get(name) for item in ours] == [item.get(name) for item in theirs], request
    for name in (PLAIN, INDEXED):
        both.ask("DescribeTable", {"TableName": name})
    assert len(both.unsure) < REQUESTS / 5, both.unsure


@pytest.mark.parametrize("seed", MUTANT_SEEDS)
def test_mutated_requests(both: Both, seed: int) -> None:
    """A request with something wrong is left to DynamoDB Local, or has no answer but its."""
    random, history = Random(seed), History(seed)  # noqa: S311  invented requests are no secret
    for table in TABLES:
        both.ask("CreateTable", table)
    requests = [history.request() for _ in range(40)] + [history.counted() for _ in range(15)]
    for operation, request in (*SURE, *requests):
        both.ask(operation, request)
    refused = len(both.unsure)
    for operation, request in (*SURE, *requests):
        wrong = mutated(random, request)
        ordered = operation == "Scan" or "IndexName" in wrong  # each in its own way
        if not ordered or (wrong.get("Select") == "COUNT" and "Limit" not in wrong):
            both.ask(operation, wrong)
    assert len(both.unsure) - refused > len(requests)


@pytest.mark.parametrize("seed", range(EXPRESSION_SEEDS))
def test_invented_expressions(both: Both, seed: int) -> None:
    """Whatever condition, update or projection is invented, both answer the same; what is refused is left."""
    inventor = Inventor(seed)
    both.ask("CreateTable", PLAIN_TABLE)
    answered = 0
    for _ in range(ITEMS):
        item = {"pk": {"S": "k"}, **inventor.item()}
        put: Request = "PutItem", {"TableName": PLAIN, "Item": item}
        both.each(*put)
        for operation, request in _expressed(inventor, item):
            if both.ask(operation, request) is None:
                continue
            answered += 1
            if operation == "UpdateItem":
                both.each(*put)
    assert answered > ITEMS * EXPRESSIONS, both.unsure


def _expressed(inventor: Inventor, item: Item) -> Iterator[Request]:
    """Give requests with expressions about one item, some of which are refused."""
    about = {"TableName": PLAIN, "Key": {"pk": {"S": "k"}}}
    for _ in range(EXPRESSIONS):
        condition = inventor.condition().given("ConditionExpression")
        yield "PutItem", {"TableName": PLAIN, "Item": item, **condition}
        yield (
            "UpdateItem",
            {**about, "ReturnValues": "ALL_NEW", **inventor.update().given("UpdateExpression")},
        )
        yield "GetItem", {**about, **inventor.projection().given("ProjectionExpression")}


@pytest.mark.parametrize("kind", ["S", "N", "B"])
def test_invented_key_conditions(both: Both, kind: str) -> None:
    """Whatever a query asks of a sort key, both return the same items in the same order."""
    inventor = Inventor(5)
    table = {
        "TableName": "sorted",
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [attribute("h", "S"), attribute("r", kind)],
        "KeySchema": keys("h", "r"),
    }
    both.ask("CreateTable", table)
    for _ in range(40):
        both.each(
            "PutItem", {"TableName": "sorted", "Item": {"h": inventor.key("S"), "r": inventor.key(kind)}}
        )
    answered = 0
    for _ in range(80):
        asked = inventor.key_condition(("S", kind)).given("KeyConditionExpression")
        answered += both.ask("Query", {"TableName": "sorted", **asked}) is not None
    assert answered > 20, both.unsure
