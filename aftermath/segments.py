"""What X-Ray was told of a batch's invocation: by the function, and by Lambda itself.

The emulator keeps segments, and gives those of a trace. On AWS the trace's id leads to them in the console.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from tailrace.control.own_api import opener

MOST = 40
_PATIENCE = 10.0


def described(endpoint: str | None, trace: str) -> list[str]:
    """Return a line for each segment of a trace header's trace, below the one that it is part of."""
    known = dict(part.split("=", 1) for part in trace.split(";") if "=" in part)
    if endpoint is None or known.get("Sampled") != "1":
        return []
    url = f"{endpoint}/_tailrace/xray/{known['Root']}"
    try:
        with opener(endpoint).open(url, timeout=_PATIENCE) as answer:
            found: list[dict[str, Any]] = json.load(answer)
    except (OSError, ValueError):
        return []  # an emulator that keeps none
    return list(_lines(found))[:MOST]


def _lines(found: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Give the lines, each begun by as many spaces as it is deep.

    >>> function = {"id": "1", "name": "f", "start_time": 1, "end_time": 1.25, "origin": "Lambda"}
    >>> own = {"id": "2", "parent_id": "1", "name": "store", "start_time": 1, "end_time": 1.2, "fault": True}
    >>> list(_lines([own, function]))
    ['250 ms f (Lambda)', '  200 ms store: fault']
    """
    ids = {one["id"] for one in found}
    tops = [one for one in found if one.get("parent_id") not in ids]
    for top in sorted(tops, key=_begin):
        yield from _below(top, found, 0)


def _below(one: Mapping[str, Any], found: Sequence[Mapping[str, Any]], depth: int) -> Iterator[str]:
    took = f"{(one['end_time'] - _begin(one)) * 1000:.0f} ms" if "end_time" in one else "under way"
    origin = f" ({one['origin']})" if "origin" in one else ""
    wrong = [word for word in ("fault", "error", "throttle") if one.get(word)]
    yield f"{'  ' * depth}{took} {one.get('name', '?')}{origin}{': ' if wrong else ''}{', '.join(wrong)}"
    own = [each for each in found if each.get("parent_id") == one["id"] and each is not one]
    for each in sorted([*own, *one.get("subsegments", ())], key=_begin):
        yield from _below(each, found, depth + 1)


def _begin(one: Mapping[str, Any]) -> float:
    return float(one.get("start_time", 0))
