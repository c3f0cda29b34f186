"""Where tables are, and how they move: no write is lost or doubled, and a move that fails costs nothing."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tailrace.dynamodb.outside import AllThere, Asked, Moved
from tests.unit.dynamodb.home_rig import ODD, SIGNED, SPACE, AtLocal, Rig, refusing

pytestmark = pytest.mark.unit
PATIENCE = 20


@pytest.fixture
def rig() -> Rig:
    """Give a home with one table, in memory, in which one item was counted up once."""
    made = Rig()
    assert made.ask("CreateTable")[0] == 200
    assert made.add() == (200, {"n": 1})
    return made


def test_what_is_sure_stays(rig: Rig) -> None:
    """What the tables in memory are sure of is answered there, and DynamoDB Local does not start."""
    assert rig.ask("ListTables")[1] == {"TableNames": ["t"]}
    assert rig.ask("GetItem", "nowhere", id="a")[0] == 400
    assert (rig.places("t"), rig.local.begun, rig.home.moved()) == (["memory"], 0, [])


def test_a_table_moves(rig: Rig) -> None:
    """A request of which they are not sure moves its table, with its items and its age; it stays there."""
    rig.ask("CreateTable", "other")
    assert rig.add(**ODD) == (200, {"n": 2})
    assert rig.add() == (200, {"n": 3})
    assert (rig.places("t"), rig.places("other")) == (["local"], ["memory"])
    assert rig.ask("DescribeTable")[1]["Table"] == {"TableName": "t", "CreationDateTime": 1.0, "ItemCount": 1}
    assert rig.home.moved() == [Moved("t", "odd")]


def test_many_items_move(rig: Rig) -> None:
    """All items of a table move, however many batches they take."""
    for n in range(120):
        rig.add(item=f"i-{n}")
    rig.ask("GetItem", id="a", **ODD)
    assert rig.local.place.tables["t"] == {"a": 1, **{f"i-{n}": 1 for n in range(120)}}


def test_all_tables_move(rig: Rig) -> None:
    """If it cannot be told which tables a request names, all of its account and region move."""
    rig.ask("CreateTable", "other")
    rig.ask("ListTables", Any=True, **ODD)
    assert (rig.places("t"), rig.places("other")) == (["local"], ["local"])


@pytest.mark.parametrize(
    ("operation", "request_"),
    [
        ("ExecuteStatement", {"Statement": 'SELECT * FROM "t"."index" WHERE id = ?'}),
        ("BatchExecuteStatement", {"Statements": [{"Statement": "update t set n = 1 where id = 'a'"}]}),
        ("ExecuteTransaction", {"TransactStatements": [{"Statement": "INSERT INTO t VALUE {'id': 'a'}"}]}),
    ],
)
def test_statements(rig: Rig, operation: str, request_: dict[str, Any]) -> None:
    """The tables that statements of PartiQL name move, and no others."""
    rig.ask("CreateTable", "other")
    rig.ask(operation, id="a", **request_, **ODD)
    assert (rig.places("t"), rig.places("other")) == (["local"], ["memory"])


def test_an_error_of_our_own(rig: Rig) -> None:
    """Where our own code fails, the request goes to DynamoDB Local, and it is told why."""
    assert rig.add(Broken=True) == (200, {"n": 2})
    assert rig.home.moved() == [Moved("t", "an error of the bench's own, KeyError")]


def test_no_operation(rig: Rig) -> None:
    """What DynamoDB Local cannot do either is refused in its words, and moves nothing."""
    status, said = rig.ask("CreateBackup", BackupName="b", **ODD)
    assert (status, said["__type"].rpartition("#")[2]) == (400, "UnknownOperationException")
    assert said["Message"] == "An unknown operation was requested."
    assert rig.places("t") == ["memory"]


def test_no_json(rig: Rig) -> None:
    """What is no JSON is refused here: nothing moves for it."""
    answer = rig.home.ask(Asked(SPACE, "PutItem", b"{", SIGNED))
    assert (answer.status, b"SerializationException" in answer.body) == (400, True)
    assert rig.places("t") == ["memory"]


def test_made_and_deleted_there(rig: Rig) -> None:
    """A table that is made at DynamoDB Local is there until it is deleted; then its name is free."""
    assert rig.ask("CreateTable", "u", **ODD)[0] == 200
    assert rig.ask("CreateTable", "u")[0] == 400
    assert rig.places("u") == ["local"]
    assert rig.ask("DeleteTable", "u")[0] == 200
    assert rig.ask("CreateTable", "u")[0] == 200
    assert rig.places("u") == ["memory"]


def test_refused_there(rig: Rig) -> None:
    """A table that DynamoDB Local does not make is nowhere, and one that it lost can be made anew here."""
    rig.local.place.tables["u"] = {}
    assert rig.ask("CreateTable", "u", **ODD)[0] == 400
    assert rig.home.moved() == []
    rig.add(**ODD)
    rig.local.place.tables.clear()
    assert rig.ask("DeleteTable")[0] == 400
    assert rig.ask("CreateTable")[0] == 200
    assert rig.places("t") == ["memory"]


@pytest.mark.parametrize("step", ["begin", "CreateTable", "BatchWriteItem", "DescribeTable"])
def test_a_move_that_fails(rig: Rig, step: str) -> None:
    """Whatever step of a move fails, the tables stay whole, and the client is told; the next try may do."""
    rig.ask("CreateTable", "other")
    rig.local.meanwhile = refusing(step)
    status, said = rig.add(Any=True, **ODD)
    assert (status, said["__type"].rpartition("#")[2]) == (500, "InternalServerError")
    assert said["message"].startswith("UpdateItem needs DynamoDB Local (odd).")
    assert (rig.places("t"), rig.places("other")) == (["memory"], ["memory"])
    assert rig.add() == (200, {"n": 2})
    rig.local.meanwhile = lambda _: None
    assert rig.add(**ODD) == (200, {"n": 3})


def test_what_a_failed_move_left(rig: Rig) -> None:
    """What a move left at DynamoDB Local, because that did not even delete it again, is not in the way."""
    rig.local.place.tables["t"] = {"a": 7, "b": 7}
    assert rig.add(**ODD) == (200, {"n": 2})
    assert rig.local.place.tables["t"] == {"a": 2}


@pytest.mark.parametrize("step", ["begin", "CreateTable", "BatchWriteItem", "DescribeTable"])
def test_who_comes_while_a_table_moves(rig: Rig, step: str) -> None:
    """A request for a table that moves waits, and finds what was written before; others do not wait."""
    rig.ask("CreateTable", "other")
    done: list[tuple[int, dict[str, Any]]] = []
    late = threading.Thread(target=lambda: done.append(rig.add()))

    def meanwhile(asked: str) -> None:
        if asked == step:
            rig.local.meanwhile = lambda _: None
            late.start()
            late.join(0.05)
            assert done == []
            assert rig.add("other") == (200, {"n": 1})

    rig.local.meanwhile = meanwhile
    assert rig.ask("GetItem", id="a", **ODD) == (200, {"n": 1})
    late.join(PATIENCE)
    assert done == [(200, {"n": 2})]
    assert rig.places("t") == ["local"]


def test_one_name_at_one_place(rig: Rig) -> None:
    """While a table is made or deleted at DynamoDB Local, no other of its name is made here."""
    made: list[int] = []
    late = threading.Thread(target=lambda: made.append(rig.ask("CreateTable", "u")[0]))

    def meanwhile(asked: str) -> None:
        if asked == "CreateTable":
            rig.local.meanwhile = lambda _: None
            late.start()
            late.join(0.05)
            assert made == []

    rig.local.meanwhile = meanwhile
    assert rig.ask("CreateTable", "u", **ODD)[0] == 200
    late.join(PATIENCE)
    assert made == [400]
    assert rig.places("u") == ["local"]


def test_forgotten(rig: Rig) -> None:
    """A reset forgets the tables of both places, and ends DynamoDB Local."""
    rig.ask("CreateTable", "u", **ODD)
    rig.home.forget()
    assert (rig.places("t"), rig.places("u"), rig.local.begun) == ([], [], 0)
    assert rig.ask("CreateTable", "u")[0] == 200
    assert rig.places("u") == ["memory"]


def test_rest(rig: Rig) -> None:
    """DynamoDB Local is stopped when no table is there any more, and not before."""
    rig.add(**ODD)
    rig.home.rest()
    assert rig.local.begun == 1
    rig.ask("DeleteTable")
    rig.home.rest()
    assert rig.local.begun == 0


def test_all_there() -> None:
    """Without tables in memory DynamoDB Local answers, or the client is told that it does not start."""
    local = AtLocal()
    home = AllThere(local)
    asked = Asked(SPACE, "ListTables", b"{}", SIGNED)
    local.meanwhile = refusing("begin")
    refused = home.ask(asked)
    assert (refused.status, b"DynamoDB Local does not start" in refused.body) == (500, True)
    local.meanwhile = refusing("ListTables")
    assert home.ask(asked).status == 500
    local.meanwhile = lambda _: None
    assert home.ask(asked).body == b'{"TableNames": []}'


def client(rig: Rig, seed: int) -> list[tuple[str, str]]:
    """Count items up, now and then by an odd request; return which were counted, as the answers say."""
    mine, counted = random.Random(seed), []  # noqa: S311  a history, no secret
    for n in range(60):
        table, item = mine.choice("abc"), mine.choice(["x", "y", f"{seed}-{n}"])
        if rig.add(table, item, **(ODD if mine.random() < 0.05 else {}))[0] == 200:
            counted.append((table, item))
    return counted


def maker(rig: Rig, seed: int) -> None:
    """Make, delete and describe one table, here and there."""
    mine = random.Random(seed)  # noqa: S311  a history, no secret
    for _ in range(60):
        operation = mine.choice(["CreateTable", "DeleteTable", "DescribeTable"])
        rig.ask(operation, "passing", **(ODD if mine.random() < 0.3 else {}))


def unlucky(seed: int) -> Callable[[str], None]:
    """Return what lets every seventh step at DynamoDB Local fail, but no write that a client asked for."""
    trouble, lock = random.Random(seed), threading.Lock()  # noqa: S311  a history, no secret

    def meanwhile(asked: str) -> None:
        with lock:
            bad = trouble.random() < 0.15
        if bad and asked != "UpdateItem":
            refusing(asked)(asked)

    return meanwhile


@pytest.mark.parametrize("seed", range(40))
def test_invented_histories(seed: int) -> None:
    """Under threads that write, make, delete and move tables, while steps fail, each write counts once."""
    rig = Rig()
    for table in "abc":
        rig.ask("CreateTable", table)
    rig.local.meanwhile = unlucky(seed)
    with ThreadPoolExecutor(6) as pool:
        clients = [pool.submit(client, rig, 10 * seed + n) for n in range(4)]
        makers = [pool.submit(maker, rig, 10 * seed + n) for n in range(2)]
        counted = [each for done in clients for each in done.result(PATIENCE)]
        for done in makers:
            done.result(PATIENCE)
    rig.local.meanwhile = lambda _: None
    assert {each: rig.ask("GetItem", each[0], id=each[1])[1]["n"] for each in counted} == Counter(counted)
