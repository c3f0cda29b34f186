"""What all functions know of a scan; it is in a layer."""

import base64
import json
import re
from typing import Any, NamedTuple

# It backtracks without end where a long label ends wrong: the tests show what becomes of such a scan.
LABEL = re.compile(r"(?:[A-Z]+-?)+\d")


class Scan(NamedTuple):
    """A parcel was seen in a depot."""

    name: str
    parcel: str
    depot: str


def scan(record: dict[str, Any]) -> Scan:
    """Return the scan in a Kinesis record; ValueError if it has none."""
    read = json.loads(base64.b64decode(record["data"]))
    if not LABEL.fullmatch(read["label"]):
        raise ValueError(f"{read['label']} is no label of a parcel")
    return Scan(read["id"], read["label"], read["depot"])
