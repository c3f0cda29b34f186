"""How answers are worded, in DynamoDB's JSON. Pure."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from .answer import Answer
from .capacity import Consumed, worded_units
from .unsure import UnsureError
from .values import Item
from .wire import encoded

OK, BAD_REQUEST = 200, 400
OWN, VALIDATION = "com.amazonaws.dynamodb.v20120810#", "com.amazon.coral.validate#"
CONDITION_FAILED = "ConditionalCheckFailedException"


class RefusedRequestError(Exception):
    """A request that is answered by an error."""

    def __init__(
        self, code: str, message: str, *, failed: tuple[str, ...] = (), more: Mapping[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        space = VALIDATION if code == "ValidationException" else OWN
        said = {"__type": space + code, "Message": message, **(more or {})}
        self.answer = Answer(BAD_REQUEST, encoded(said), error=code, failed=failed)


def no_table() -> RefusedRequestError:
    """Return the error of a table that is not there."""
    return RefusedRequestError("ResourceNotFoundException", "Cannot do operations on a non-existent table")


def condition_failed(table: str, item: Item | None) -> RefusedRequestError:
    """Return the error of a condition that does not hold; with the item where it is returned."""
    more = None if item is None else {"Item": item}
    return RefusedRequestError(CONDITION_FAILED, "The conditional request failed", failed=(table,), more=more)


def answer(said: dict[str, Any], name: str, consumed: Consumed, asked: str) -> Answer:
    """Return what a request of one table is answered."""
    if asked != "NONE":
        said["ConsumedCapacity"] = worded_units(name, consumed, asked)
    return Answer(OK, encoded(said), {name: consumed.total})


def answer_of_many(
    said: dict[str, Any], consumed: list[tuple[str, Consumed]], asked: str, *kinds: str
) -> Answer:
    """Return what a request of several tables is answered; `kinds` as `worded_units` has them."""
    if asked != "NONE":
        said["ConsumedCapacity"] = [worded_units(name, each, asked, *kinds) for name, each in consumed]
    return Answer(OK, encoded(said), {name: each.total for name, each in consumed})


def one_refusal[Part, Result](work: Callable[[Part], Result], parts: Iterable[Part]) -> list[Result]:
    """Return what comes of each part of a request. Raises UnsureError if more than one is refused."""
    results, refusals = [], []
    for part in parts:
        try:
            results.append(work(part))
        except RefusedRequestError as refused:
            refusals.append(refused)
    if len(refusals) > 1:
        raise UnsureError("several things wrong")
    if refusals:
        raise refusals[0]
    return results
