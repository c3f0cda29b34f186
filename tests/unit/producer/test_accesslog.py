import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from producer.accesslog import CombinedLog, CommonLog
from producer.logline import parse_line
from producer.visitors import Pseudonyms
from tailrace.stream.event import Event, Unreadable

pytestmark = pytest.mark.unit

SAMPLE = (Path(__file__).parents[2] / "data" / "access.log").read_bytes().splitlines()
"""Made for these tests: 30 requests of nine addresses, the 17th line cut off."""


def events(key: bytes = b"a key of the tests") -> list[Event | Unreadable]:
    """Return what stands on each line of the sample."""
    log = CombinedLog(Pseudonyms(key))
    return [log.read_line(number, line) for number, line in enumerate(SAMPLE, start=1)]


def bodies() -> dict[int, dict[str, Any]]:
    """Return the sample's events by line."""
    return {event.line: json.loads(event.data) for event in events() if isinstance(event, Event)}


def line(**parts: str) -> str:
    """Write a line of a log, with some parts of it other than usual."""
    usual = {
        "who": "192.0.2.1 - -",
        "time": "02/Mar/2026:09:00:00 +0100",
        "request": "GET /a?b=c HTTP/1.1",
        "numbers": "200 17",
        "referrer": "-",
        "agent": "curl/8",
    }
    said = usual | parts
    return '{who} [{time}] "{request}" {numbers} "{referrer}" "{agent}"'.format(**said)


def test_every_line_is_accounted_for() -> None:
    """29 lines are events, and the one that is cut off is reported with its number and why."""
    read = events()
    assert [one for one in read if isinstance(one, Unreadable)] == [
        Unreadable(17, "not in the combined log format: it ends inside a quoted field (cut off?)")
    ]
    assert sum(body["bytes"] for body in bodies().values()) == 1_511_157


def test_a_request_as_an_event() -> None:
    """Each field of the third line, as it is sent."""
    body = bodies()[3]
    drawn = {name: body.pop(name) for name in ("eventId", "userId", "sessionId")}
    assert body == {
        "timestamp": "2026-03-02T09:00:12+01:00",
        "eventType": "page_view",
        "deviceType": "desktop",
        "pageUrl": "/wheel?size=large",
        "path": "/wheel",
        "method": "GET",
        "status": 200,
        "bytes": 7301,
        "referrer": "https://mill.example/",
        "sessionLength": 12,
        "pagesViewed": 3,
    }
    assert [value.partition("_")[0] for value in drawn.values()][1:] == ["visitor", "session"]


def test_no_address_is_sent() -> None:
    """Neither an address nor the name of a user stands in any event, wherever the log has it."""
    sent = b"\n".join(event.data for event in events() if isinstance(event, Event))
    for secret in (b"192.0.2.", b"198.51.100.", b"203.0.113.", b"miller"):
        assert secret in b"\n".join(SAMPLE)
        assert secret not in sent


def test_a_visitor_is_an_address() -> None:
    """Requests of an address have one pseudonym and one partition key."""
    read = [event for event in events() if isinstance(event, Event)]
    addresses = {SAMPLE[event.line - 1].split()[0]: event.key for event in read}
    assert len(addresses) == len(set(addresses.values())) == 9
    assert all(addresses[SAMPLE[event.line - 1].split()[0]] == event.key for event in read)


def test_the_same_file_gives_the_same_events() -> None:
    """Byte for byte, with the same key; and no id twice, though two of its lines are the same."""
    assert events() == events()
    assert SAMPLE[28] == SAMPLE[29]
    ids = {event.event_id for event in events() if isinstance(event, Event)}
    assert len(ids) == 29


def test_another_key_gives_other_pseudonyms_and_ids() -> None:
    """Without the key nobody can tell from an id or a pseudonym which address made the request."""
    both = zip(events(), events(b"another key of the tests"), strict=True)
    for one, other in both:
        if isinstance(one, Event) and isinstance(other, Event):
            assert one.key != other.key
            assert one.event_id != other.event_id


def test_sessions_are_cut_at_thirty_idle_minutes() -> None:
    """29:59 idle is one session, 30:00 begins another one, with its own id, length and pages."""
    seen = bodies()
    first = [seen[number] for number in (1, 2, 3, 6, 21)]
    assert len({body["sessionId"] for body in first}) == 1
    assert [(body["sessionLength"], body["pagesViewed"]) for body in first] == [
        (0, 1),
        (1, 2),
        (12, 3),
        (300, 4),
        (2099, 5),
    ]
    second = [seen[number] for number in (22, 23)]
    assert len({body["sessionId"] for body in [*first, *second]}) == 2
    assert [(body["sessionLength"], body["pagesViewed"]) for body in second] == [(0, 1), (30, 2)]


def test_a_request_written_late_belongs_to_the_session() -> None:
    """A line whose time lies before the one above it counts, and makes the session no shorter."""
    late = bodies()[8]
    assert (late["timestamp"], late["sessionLength"], late["pagesViewed"]) == (
        "2026-03-02T09:05:09+01:00",
        280,
        3,
    )


def test_no_bytes_are_zero() -> None:
    """A `-` in place of the size, as of a 304, is 0."""
    assert (bodies()[7]["status"], bodies()[7]["bytes"]) == (304, 0)


def test_what_is_no_http_is_an_event_too() -> None:
    """A request that is no HTTP has no method, and its bytes as the server wrote them."""
    assert (bodies()[20]["method"], bodies()[20]["pageUrl"]) == ("", "\\x16\\x03\\x01\\x02")


def test_quotes_in_fields() -> None:
    """Quotes that the server escaped belong to their field, and stay as they are written."""
    assert bodies()[12]["pageUrl"] == r"/search?q=\"tail race\""
    assert bodies()[12]["referrer"] == r"https://mill.example/\""


@pytest.mark.parametrize(
    ("zone", "stamp"),
    [
        ("+0000", "2026-03-02T09:00:00+00:00"),
        ("-0330", "2026-03-02T09:00:00-03:30"),
        ("+0545", "2026-03-02T09:00:00+05:45"),
    ],
)
def test_the_zone_is_the_logs(zone: str, stamp: str) -> None:
    """The time is the log's, with the log's own zone."""
    assert parse_line(line(time=f"02/Mar/2026:09:00:00 {zone}")).moment == datetime.fromisoformat(stamp)


@pytest.mark.parametrize(
    "bad",
    [
        "",
        "hello",
        line(time="2026-03-02T09:00:00Z"),
        line(numbers="200"),
        line(numbers="OK 17"),
        line()[:-1],
        line() + "x",
        '192.0.2.1 - - [02/Mar/2026:09:00:00 +0100] "GET / HTTP/1.1" 200 17',
    ],
)
def test_other_lines_are_not_taken(bad: str) -> None:
    """What is not the whole format is no event: cut off, too short, or something else."""
    with pytest.raises(ValueError, match="combined log format"):
        parse_line(bad)


@pytest.mark.parametrize(
    ("who", "address"),
    [
        ("192.0.2.1 - -", "192.0.2.1"),
        ("192.0.2.1 - john doe", "192.0.2.1"),
        ("2001:db8::1 - -", "2001:db8::1"),
        ("client.example.net - -", "client.example.net"),
        ("client.example.net - john doe", "client.example.net"),
        ("www.example.org:80 192.0.2.1 - -", "192.0.2.1"),
        ("www.example.org:443 192.0.2.1 - john doe", "192.0.2.1"),
        ("www.example.org:443 2001:db8::1 - -", "2001:db8::1"),
        ("[2001:db8::2]:443 192.0.2.1 - -", "192.0.2.1"),
        ("www.example.org:443 client.example.net - -", "client.example.net"),
        ("www.example.org 192.0.2.1 - -", "192.0.2.1"),
        ("www.example.org 192.0.2.1 -", "192.0.2.1"),
        ("www.example.org client.example.net - -", "client.example.net"),
        ("192.0.2.1 www.example.org -", "192.0.2.1"),
        ("192.0.2.1, 198.51.100.7 - -", "192.0.2.1"),
        ("unix: - -", "unix:"),
    ],
)
def test_the_visitor_is_found_beside_what_servers_put_in_front(who: str, address: str) -> None:
    """A virtual host in front (Debian's other_vhosts_access.log), several addresses, a user with a space."""
    assert parse_line(line(who=who)).address == address


@pytest.mark.parametrize(
    ("who", "reason"),
    [
        ("192.0.2.1 198.51.100.7 - -", "two addresses in front of the time"),
        ("Nov 27 10:00:00 host nginx: 192.0.2.1 - -", "something else than an address"),
        ("2026-11-27T10:00:00Z stdout F 192.0.2.1 - -", "something else than an address"),
        ("web-1 | 192.0.2.1 - -", "something else than an address"),
        ("", "something else than an address"),
    ],
)
def test_a_visitor_that_is_not_sure_is_not_guessed(who: str, reason: str) -> None:
    """Where it is open who made the request, the line is reported: all visitors would become one."""
    with pytest.raises(ValueError, match=reason):
        parse_line(line(who=who))


def test_a_request_that_was_forwarded() -> None:
    """Behind a proxy of one's own, the visitor is the first address in what nginx's `main` adds."""
    forwarded = ' "203.0.113.1, 198.51.100.7"'
    assert parse_line(line(who="10.1.2.3 - -") + forwarded).address == "203.0.113.1"
    assert parse_line(line(who="10.1.2.3 - -") + ' "-"').address == "10.1.2.3"
    assert parse_line(line() + forwarded).address == "192.0.2.1"


def test_a_time_to_serve_between_size_and_referrer() -> None:
    """Fields without quotes in front of the referrer change nothing."""
    assert parse_line(line(numbers="200 17 0.004 1234")) == parse_line(line())


COMMON = '192.0.2.1 - - [02/Mar/2026:09:00:00 +0100] "GET / HTTP/1.1" 200 17'


def test_the_common_format() -> None:
    """It is read, without referrer and user agent; also with more fields that have no quotes."""
    log = CommonLog(Pseudonyms(b"key"))
    for text in (COMMON, COMMON + " 0.004"):
        assert log.fits(text.encode())
        event = log.read_line(1, text.encode())
        assert isinstance(event, Event)
        body = json.loads(event.data)
        assert (body["bytes"], body["referrer"], body["deviceType"]) == (17, "", "other")


def test_a_line_of_the_other_format_is_reported() -> None:
    """In a combined log a line that ends behind the size was cut off, and is no event; and the other way."""
    combined, common = CombinedLog(Pseudonyms(b"key")), CommonLog(Pseudonyms(b"key"))
    assert not combined.fits(COMMON.encode())
    assert not common.fits(line().encode())
    read = combined.read_line(4, COMMON.encode())
    assert read == Unreadable(4, "not in the combined log format: no referrer and user agent (cut off?)")
    one_field = combined.read_line(5, (COMMON + ' "-"').encode())
    assert isinstance(one_field, Unreadable)


def test_what_is_wrong_with_a_line_that_is_almost_one() -> None:
    """A line with an access log's time says why it is none; any other says nothing."""
    log = CombinedLog(Pseudonyms(b"key"))
    assert log.complaint(line(who="192.0.2.1 198.51.100.7 - -").encode()).startswith("two addresses")
    assert not log.complaint(b"2026-11-27 hello")


@pytest.mark.parametrize(
    "time", ["31/Feb/2026:09:00:00 +0100", "01/Foo/2026:09:00:00 +0100", "01/Mar/2026:24:00:00 +0100"]
)
def test_a_time_that_cannot_be_is_not_taken(time: str) -> None:
    """A line in the right form with a time that no clock shows is no event."""
    with pytest.raises(ValueError, match="no such time"):
        parse_line(line(time=time))


def test_more_at_the_end_is_passed_over() -> None:
    """Fields that a server adds at the end change nothing."""
    for more in (" 0.004", ' "www.example.org" 0.004', ' "-"', ' 17 "', ' a"b'):
        assert parse_line(line() + more) == parse_line(line())


def test_bytes_that_are_no_text() -> None:
    """A line with bytes that are not UTF-8 is an event, with those bytes escaped."""
    event = CombinedLog(Pseudonyms(b"key")).read_line(
        1, line(request="GET /caf@ HTTP/1.1").encode().replace(b"@", b"\xe9")
    )
    assert isinstance(event, Event)
    assert json.loads(event.data)["pageUrl"] == r"/caf\xe9"
