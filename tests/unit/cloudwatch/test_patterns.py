import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tailrace.cloudwatch.conditions import PatternError
from tailrace.cloudwatch.patterns import compiled

pytestmark = pytest.mark.unit

LINE = "[ERROR] 401 Unauthorized request"
ACCESS = '127.0.0.1 - frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534'
EVENT: dict[str, Any] = {
    "eventType": "UpdateTrail",
    "sourceIPAddress": "111.111.111.111",
    "arrayKey": ["value", "another"],
    "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
    "SomeObject": None,
    "ThisFlag": True,
    "latency": 153.2,
    "big": "1e3",
    "a.b": {"c d": 7},
}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("", True),
        ("ERROR", True),
        ("error", False),
        ("ERROR Unauthorized", True),
        ("ERROR Forbidden", False),
        ("ERROR -Unauthorized", False),
        ("ERROR -Forbidden", True),
        ("?Forbidden ?ERROR", True),
        ("?Forbidden ?WARN", False),
        ('"401 Unauthorized"', True),
        ('"Unauthorized 401"', False),
        ('"[ERROR]"', True),
        ("%4[0-9]{2}%", True),
        ("%5[0-9]{2}%", False),
        ("-WARN", True),
    ],
)
def test_terms(pattern: str, *, matches: bool) -> None:
    """Terms are all needed, any of those with a question mark, and none of those with a minus."""
    assert (compiled(pattern)(LINE) is not None) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ $.eventType = "UpdateTrail" }', True),
        ('{ $.eventType = "Update*" }', True),
        ("{ $.eventType = *Trail }", True),
        ('{ $.eventType != "Update*" }', False),
        ('{ $.nothing != "x" }', False),
        ("{ $.sourceIPAddress = 111.111.* }", True),
        ("{ $.sourceIPAddress != 123.123.* }", True),
        ('{ $.arrayKey[0] = "value" }', True),
        ('{ $.arrayKey[1] = "value" }', False),
        ('{ $.arrayKey[*] = "another" }', True),
        ("{ $.objectList[1].id = 2 }", True),
        ("{ $.objectList[5].id = 2 }", False),
        ("{ $.SomeObject IS NULL }", True),
        ("{ $.SomeOtherObject NOT EXISTS }", True),
        ("{ $.SomeObject NOT EXISTS }", False),
        ("{ $.ThisFlag IS TRUE }", True),
        ("{ $.ThisFlag IS FALSE }", False),
        ("{ $.latency > 153 }", True),
        ("{ $.latency <= 1.532e2 }", True),
        ("{ $.latency = 153.2 }", True),
        ("{ $.big >= 1000 }", True),
        ("{ $.eventType = %^Up.*l$% }", True),
        ("{ ($.latency > 1) && ($.latency < 10 || $.ThisFlag IS TRUE) }", True),
        ("{ $.latency > 1 && $.latency < 10 || $.ThisFlag IS FALSE }", False),
        ("{ $['a.b']['c d'] = 7 }", True),
    ],
)
def test_json(pattern: str, *, matches: bool) -> None:
    """Conditions on members of a JSON event, joined by && and ||."""
    assert (compiled(pattern)(json.dumps(EVENT)) is not None) is matches


@pytest.mark.parametrize("message", ["no json", "7", '"text"', "[" * 50_000])
def test_json_pattern_on_other_lines(message: str) -> None:
    """A JSON pattern matches no line that is not a JSON object."""
    assert compiled("{ $.a NOT EXISTS }")(message) is None


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("[ip, id, user, timestamp, request, status_code, size]", True),
        ("[ip, id, user, timestamp, request, status_code]", False),
        ("[ip, id, user, timestamp, request, status_code = 4*, size]", True),
        ("[ip, id, user, timestamp, request, status_code = 5*, size]", False),
        ("[..., status_code = 404, size > 1000]", True),
        ("[..., status_code = 404, size > 2000]", False),
        ("[ip = 127.0.0.1, ...]", True),
        ("[ip, id, user = frank || user = mary, ...]", True),
        ("[ip, id, user != frank, ...]", False),
        ("[ip, id, user, timestamp, request = *html*, status_code, size]", True),
        ("[ip, id, user, timestamp, request, status_code = %4[0-9]4%, size]", True),
    ],
)
def test_fields(pattern: str, *, matches: bool) -> None:
    """Fields between spaces, with brackets and quotes as one; `...` stands for any number of them."""
    assert (compiled(pattern)(ACCESS) is not None) is matches


def test_values() -> None:
    """A match tells what a selector finds: a member of the JSON, or a field."""
    found = compiled("{ $.latency > 1 }")(json.dumps(EVENT))
    assert found is not None
    assert (found.value("$.latency"), found.value("$.objectList[0].id"), found.value("$.nope")) == (
        153.2,
        1,
        None,
    )
    fields = compiled("[..., size]")(ACCESS)
    assert fields is not None
    assert (fields.value("$size"), fields.value("$ip")) == ("1534", None)


NO_PATTERNS = [
    "{ $.a = }",
    "{ $.a }",
    "{ a = 1 }",
    "{ $.a = 1",
    "{ ($.a = 1 }",
    "{ $.a > x }",
    "[a, b",
    "[a, ..., ...]",
    "%[%",
    "x" * 1025,
]


@pytest.mark.parametrize("pattern", NO_PATTERNS)
def test_what_is_no_pattern(pattern: str) -> None:
    """What AWS refuses as a pattern is refused."""
    with pytest.raises(PatternError, match="Invalid filter pattern"):
        compiled(pattern)


@given(st.text(alphabet='{}[]()$.=<>!&|%"*-? abc1,', max_size=30), st.text(max_size=20))
def test_no_pattern_is_an_error_of_ours(pattern: str, message: str) -> None:
    """Whatever is given as a pattern is refused or matches or does not."""
    with suppress(PatternError):
        compiled(pattern)(message)
