from datetime import UTC, datetime, timedelta
from decimal import Decimal
from random import Random

import pytest

from detector.findings import Anomaly, Gap, find, parts, sizes_of
from detector.message import body, how_sure, subject
from detector.model import Sensitivity
from handler.once.totals import Minute

pytestmark = pytest.mark.unit

START = datetime(2026, 1, 2, 3, tzinfo=UTC)
SENSITIVITY = Sensitivity(minimum=15)


def minute(place: int, events: int, *, rejected: int = 0, payments: tuple[int, ...] = ()) -> Minute:
    """Return a minute's totals."""
    sums = {
        "events": Decimal(events),
        "rejected": Decimal(rejected),
        "revenue": Decimal(sum(payments)),
        "revenue^2": Decimal(sum(amount**2 for amount in payments)),
    }
    return Minute(START + place * timedelta(minutes=1), sums, {})


def steady(counts: list[int]) -> list[Minute]:
    """Return minutes with these counts of events, each with ordinary payments."""
    chance = Random(7)  # noqa: S311  invented traffic
    return [
        minute(place, count, payments=tuple(chance.randint(11, 300) for _ in range(min(count, 40))))
        for place, count in enumerate(counts)
    ]


def busy(length: int) -> list[int]:
    """Return counts about 1,000 a minute."""
    chance = Random(5)  # noqa: S311  invented traffic
    return [int(chance.gauss(1000, 32)) for _ in range(length)]


def found(minutes: list[Minute]) -> list[tuple[str, datetime]]:
    """Return kind and beginning of what is found."""
    return [(anomaly.kind, anomaly.begin) for anomaly in find(minutes, SENSITIVITY)]


def test_ordinary_traffic_has_no_anomalies() -> None:
    """In two hours of ordinary traffic nothing is found."""
    assert found(steady(busy(120))) == []


@pytest.mark.parametrize(("count", "kind"), [(5000, "spike"), (100, "drop"), (0, "silence")])
def test_spike_drop_and_silence(count: int, kind: str) -> None:
    """One minute with five times, a tenth or none of the events is a spike, a drop, silence."""
    counts = busy(40)
    counts[30] = count
    assert found(steady(counts)) == [(kind, START + timedelta(minutes=30))]


def test_little_traffic_may_pause() -> None:
    """Where two events a minute come, two empty minutes are no silence; eight are."""
    counts = [2] * 40
    assert found(steady([*counts, 0, 0, *counts])) == []
    assert found(steady([*counts, *[0] * 8])) == [("silence", START + timedelta(minutes=44))]


def test_huge_payment_is_an_outlier() -> None:
    """One payment of 20,000 among forty ordinary ones is found, though the number of events is as ever."""
    minutes = steady(busy(40))
    ordinary = [50] * 39
    minutes[33] = minute(33, minutes[33].events, payments=(*ordinary, 20_000))
    assert found(minutes) == [("outlier", START + timedelta(minutes=33))]


def test_jump_in_rejected_records() -> None:
    """Thirty rejected records where there were hardly any are found."""
    counts = busy(40)
    minutes = [
        minute(place, count, rejected=30 if place == 35 else place % 2) for place, count in enumerate(counts)
    ]
    assert found(minutes) == [("rejected", START + timedelta(minutes=35))]


def test_minutes_before_the_first_event_are_no_history() -> None:
    """Traffic that begins is no spike, however long nothing was there."""
    assert found(steady([0] * 60 + busy(30))) == []


def test_unusual_minutes_in_a_row_are_one_anomaly() -> None:
    """A spike of six minutes with a pause of one is one anomaly with the strongest minute's figures."""
    counts = busy(60)
    counts[30:37] = [4000, 5000, 4000, 1000, 4000, 4000, 4000]
    (anomaly,) = find(steady(counts), SENSITIVITY)
    assert (anomaly.kind, anomaly.seen) == ("spike", 5000)
    assert anomaly.begin == START + timedelta(minutes=30)
    assert anomaly.end == START + timedelta(minutes=41)  # until it is no longer half of the last 12 minutes


def test_an_outage_is_one_anomaly() -> None:
    """Silence that begins and ends within a minute is one anomaly with the drops before and after it."""
    counts = busy(40)
    counts[30:34] = [400, 0, 0, 700]
    (anomaly,) = find(steady(counts), SENSITIVITY)
    assert (anomaly.kind, anomaly.seen) == ("drop", 0)
    assert anomaly.name == "2026-01-02T03:30#drop"
    assert anomaly.end == START + timedelta(minutes=33)


def test_a_spike_after_a_drop_is_another_anomaly() -> None:
    """What goes the other way is something else."""
    counts = busy(40)
    counts[30:32] = [100, 5000]
    assert [kind for kind, _ in found(steady(counts))] == ["drop", "spike"]


def test_traffic_that_ended_as_planned_is_no_silence() -> None:
    """Between gaps each part has its own history: no silence after the end, no spike when it begins."""
    half = timedelta(minutes=1) / 2
    minutes = steady([*busy(20), 300, *[0] * 30, 200, *[5 * count for count in busy(20)]])
    assert [kind for kind, _ in found(minutes)] == ["drop", "spike"]
    gaps = [
        Gap(minutes[20].at, minutes[21].at),
        Gap(minutes[51].at, minutes[52].at),
        Gap(minutes[-1].at + half, minutes[-1].at + 3 * half),
    ]
    pieces = parts(minutes, gaps)
    assert [len(piece) for piece in pieces] == [20, 30, 20, 0]
    assert [anomaly for piece in pieces for anomaly in find(piece, SENSITIVITY)] == []


def test_name_stays_as_history_slides() -> None:
    """The same anomaly has the same name whether more or less history is looked at."""
    counts = busy(90)
    counts[80] = 6000
    minutes = steady(counts)
    assert {anomaly.name for begin in range(0, 50, 7) for anomaly in find(minutes[begin:], SENSITIVITY)} == {
        "2026-01-02T04:20#spike"
    }


def test_size_of_values() -> None:
    """It is the mean weighted by itself; a minute without values has none."""
    minutes = [minute(0, 3, payments=(10, 10, 40)), minute(1, 3)]
    assert sizes_of(minutes, "revenue") == [(START, 30)]


def reading(place: int, celsius: tuple[int, ...], *, events: int = 100, excursions: int = 0) -> Minute:
    """Return the totals of a minute of cold stores."""
    sums = {
        "events": events,
        "celsius": sum(celsius),
        "celsius^0": len(celsius),
        "celsius^2": sum(value**2 for value in celsius),
        "excursions": excursions,
    }
    return Minute(
        START + place * timedelta(minutes=1), {name: Decimal(value) for name, value in sums.items()}, {}
    )


def test_what_another_handler_counts() -> None:
    """Its own totals are watched: values that may be negative by their size, counts beside the events."""
    usual = [reading(place, (4, -20, 5, -19), excursions=place % 3) for place in range(40)]
    assert find(usual, SENSITIVITY) == []
    hot = [*usual[:30], reading(30, (4, 90, 5, -19)), *usual[31:]]
    (anomaly,) = find(hot, SENSITIVITY)
    assert (anomaly.series, anomaly.name) == ("celsius", "2026-01-02T03:30#outlier#celsius")
    doors = [*usual[:30], reading(30, (4, -20, 5, -19), excursions=40), *usual[31:]]
    assert [anomaly.name for anomaly in find(doors, SENSITIVITY)] == ["2026-01-02T03:30#jump#excursions"]


def test_a_spike_is_not_told_twice() -> None:
    """What a total counts grows with the events, and that alone is no jump of its own."""
    usual = [reading(place, (4, -20), events=1000, excursions=50 + place % 3) for place in range(40)]
    more = [*usual[:30], reading(30, (4, -20), events=5000, excursions=255), *usual[31:]]
    assert [anomaly.kind for anomaly in find(more, SENSITIVITY)] == ["spike"]


def test_a_total_s_message() -> None:
    """It names the total, as the handler does."""
    hot = Anomaly("outlier", "celsius", START, START, 14.2, 47, 2.5)
    assert subject(hot, "Real") == "Real: outlier at 03:00 UTC, 47 (celsius, mean weighted by size)"
    doors = Anomaly("jump", "excursions", START, START, 1, 40, 2.5)
    said = body(doors, "Real", "arn:aws:sns:us-east-1:000000000000:mine-alarms").splitlines()
    assert said[0] == "excursions counts more for each event than expected in Real."
    assert said[3] == "Expected:  about 1 excursions a minute, at the usual number of events"


def test_message_is_understood() -> None:
    """The message says what, when, expected, seen, how sure, and where to look."""
    anomaly = Anomaly("spike", "events", START, START, 1001.2, 60213, 9.35)
    assert subject(anomaly, "Real") == "Real: spike at 03:00 UTC, 60,213 events a minute"
    assert body(anomaly, "Real/mine", "arn:aws:sns:us-east-1:000000000000:mine-alarms") == (
        "Many more events than expected in Real/mine.\n\n"
        "When:      2026-01-02 03:00 UTC\n"
        "Expected:  about 1,001 events a minute\n"
        "Seen:      60,213\n"
        "How sure:  almost certain (9.3 times what it takes to be unusual)\n"
        "Look at:   make status STACK=mine (lag, dead letters), and the dashboard for which type, country or "
        "page it is.\n"
    )


@pytest.mark.parametrize(
    ("strength", "words"), [(1.01, "likely"), (2.5, "very likely"), (4.0, "almost certain")]
)
def test_how_sure(strength: float, words: str) -> None:
    """Sureness follows how far it stands out."""
    assert how_sure(Anomaly("drop", "events", START, START, 1, 0, strength)) == words
