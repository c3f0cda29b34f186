"""Query and Scan, of tables and indexes: what they ask. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from typing import Any, NamedTuple

from tailrace.dynamodb.tables.answer import Answer
from tailrace.dynamodb.tables.expressions import ItemCondition, KeyCondition, Projection
from tailrace.dynamodb.tables.indexes import Index
from tailrace.dynamodb.tables.keys import Entry, segment_of
from tailrace.dynamodb.tables.requests import (
    ASKED,
    CAPACITY,
    EXPRESSED,
    Expressions,
    Request,
    choice,
    table_name,
)
from tailrace.dynamodb.tables.schema import Schema
from tailrace.dynamodb.tables.space import Space, TableCall
from tailrace.dynamodb.tables.unsure import UnsureError
from tailrace.dynamodb.tables.values import Item, checked

from .pages import ReadPlan, ReadSource, page_answer, read_page

MOST, MOST_SEGMENTS = 2**31 - 1, 1_000_000
READ = {
    "TableName": str, "IndexName": str, "Select": str, "Limit": int, "ConsistentRead": bool,
    "ExclusiveStartKey": dict, "FilterExpression": str, "ProjectionExpression": str, **EXPRESSED, **ASKED,
}  # fmt: skip
QUERY = {"KeyConditionExpression": str, "ScanIndexForward": bool, **READ}
SCAN = {"Segment": int, "TotalSegments": int, **READ}
type Side = Callable[..., int] | None
SIDES: dict[str, tuple[Side, Side]] = {
    "=": (bisect_left, bisect_right),
    "<": (None, bisect_left),
    "<=": (None, bisect_right),
    ">": (bisect_right, None),
    ">=": (bisect_left, None),
    "BETWEEN": (bisect_left, bisect_right),
}
"""Where the range keys begin and end that a comparison holds for; None: with the first, with the last."""


class RangeBounds(NamedTuple):
    """Where the entries of a query begin and end, and the lowest and highest range key that is asked for."""

    first: int
    last: int
    ends: tuple[Any, Any] = (None, None)


def query(call: TableCall) -> Answer:
    """Read items of one hash key, in order."""
    request = call.request(QUERY, "TableName", "KeyConditionExpression")
    source, expressions = _source(call.space, request), Expressions.of(request)
    names = source.schema.hash.name, source.schema.range.name if source.schema.range else None
    condition = expressions.key_condition(request["KeyConditionExpression"], *names)
    reading = _reading(request, source, expressions, of_keys=source.schema.names)
    wanted = source.schema.hash.of({names[0]: condition.hash})
    entries = source.keys.of(wanted)
    first, last, ends = _bounds(entries, source, condition)
    forward = request.get("ScanIndexForward", True)
    start = request.get("ExclusiveStartKey")
    if start is not None:
        position = source.position(start := checked(start))
        if position.hash != wanted or not _matches(source.schema, condition, start):
            raise UnsureError("a starting key that the query does not match")
        if forward:
            first = max(first, bisect_right(entries, position.entry))
        else:
            last = min(last, bisect_left(entries, position.entry))
    places = range(first, last) if forward else range(last - 1, first - 1, -1)
    return page_answer(reading, read_page(reading, (entries[at] for at in places), ends[forward]))


def scan(call: TableCall) -> Answer:
    """Read all items, or those of a segment."""
    request = call.request(SCAN, "TableName")
    source = _source(call.space, request)
    reading = _reading(request, source, Expressions.of(request), of_keys=())
    segment, segments = request.get("Segment", 0), request.get("TotalSegments", 1)
    if ("Segment" in request) != ("TotalSegments" in request) or not 0 <= segment < segments <= MOST_SEGMENTS:
        raise UnsureError("a segment that is not there")
    after = source.position(checked(request["ExclusiveStartKey"])) if "ExclusiveStartKey" in request else None
    if after is not None and segment_of(after.hash, segments) != segment:
        raise UnsureError("a starting key of another segment")
    return page_answer(reading, read_page(reading, source.keys.scan(after, segment, segments)))


def _source(space: Space, request: Request) -> ReadSource:
    """Return what is read, if what is asked of it has a valid form by itself."""
    for name in ("TableName", "IndexName"):
        if name in request:
            table_name(request[name])
    expressions = Expressions.of(request)
    expressions.condition(request.get("FilterExpression"))
    expressions.projection(request.get("ProjectionExpression"))
    checked(request.get("ExclusiveStartKey", {}))
    table = space.table(request["TableName"])
    return ReadSource(table, table.index(request["IndexName"]) if "IndexName" in request else None)


def _reading(
    request: Request, source: ReadSource, expressions: Expressions, of_keys: tuple[str, ...]
) -> ReadPlan:
    condition = expressions.condition(request.get("FilterExpression"))
    projection = expressions.projection(request.get("ProjectionExpression"))
    expressions.close()
    if condition is not None and condition.attributes.intersection(of_keys):
        raise UnsureError("a filter of a key")
    index, consistent = source.secondary, request.get("ConsistentRead", False)
    if index is not None and index.world and consistent:
        raise UnsureError("a consistent read of a global index")
    fetches = _fetches(_select(request, index), index, condition, projection)
    limit = request.get("Limit")
    if limit is not None and not 1 <= limit <= MOST:
        raise UnsureError("a limit out of range")
    return ReadPlan(
        source,
        limit,
        condition,
        projection,
        consistent,
        request.get("Select") == "COUNT",
        fetches,
        "KeyConditionExpression" not in request,
        choice(request, "ReturnConsumedCapacity", *CAPACITY),
    )


def _select(request: Request, index: Index | None) -> str:
    projects = "ProjectionExpression" in request
    words = ("SPECIFIC_ATTRIBUTES",) if projects else ("COUNT", "ALL_ATTRIBUTES", "ALL_PROJECTED_ATTRIBUTES")
    if "Select" not in request:
        return words[0] if projects else "ALL_ATTRIBUTES" if index is None else "ALL_PROJECTED_ATTRIBUTES"
    word = choice(request, "Select", *words)
    if index is None and word == "ALL_PROJECTED_ATTRIBUTES":
        raise UnsureError("what is projected, of a table")
    return word


def _fetches(
    select: str, index: Index | None, condition: ItemCondition | None, projection: Projection | None
) -> bool:
    """Tell whether an index has less of an item than is asked for, and a local one, so that it is fetched."""
    if index is None or index.projected is None:
        return False
    if condition is not None and not condition.attributes <= index.projected:
        raise UnsureError("a filter of what an index does not have")
    less = select == "ALL_ATTRIBUTES" or (
        projection is not None and not projection.attributes <= index.projected
    )
    if less and (index.world or condition is not None):
        raise UnsureError("more than an index has")
    return less


def _bounds(entries: list[Entry], source: ReadSource, condition: KeyCondition) -> RangeBounds:
    """Return where the entries begin and end that the condition on the range key holds for."""
    attribute = source.schema.range
    if condition.range is None or attribute is None:
        return RangeBounds(0, len(entries))
    operator, bounds = condition.range
    low, *_, high = (
        attribute.sortable(attribute.of({attribute.name: bound})) for bound in (*bounds, bounds[-1])
    )
    if operator == "begins_with":
        if attribute.kind == "N":
            raise UnsureError("the beginning of a number")
        first = bisect_left(entries, low, key=_sorted_by)
        return RangeBounds(
            first, bisect_left(entries, True, first, key=lambda entry: entry[0][: len(low)] != low)
        )
    start, stop = SIDES[operator]
    return RangeBounds(
        start(entries, low, key=_sorted_by) if start else 0,
        stop(entries, high, key=_sorted_by) if stop else len(entries),
        (low if operator in (">=", "BETWEEN") else None, high if operator in ("<=", "BETWEEN") else None),
    )


def _sorted_by(entry: Entry) -> Any:  # noqa: ANN401  one of three types
    return entry[0]


def _matches(schema: Schema, condition: KeyCondition, start: Item) -> bool:
    return condition.range is None or schema.range is None or condition.matches(start[schema.range.name])
