import pytest

from bootstrap.costs import hourly, lines, per_million, total
from bootstrap.settings import PipelineSettings

pytestmark = pytest.mark.unit


def settings(**named: str) -> PipelineSettings:
    """Return settings, the rest as by default."""
    return PipelineSettings.from_environment(named)


def test_an_hour() -> None:
    """Two shards cost 3 cents an hour; the rest of what stands and looks costs two more."""
    found = {item.name: item.dollars for item in hourly(settings())}
    assert found == {
        "2 shards": pytest.approx(0.03),
        "9 alarms": pytest.approx(0.9 / 730),
        "27 metrics, while events come": pytest.approx(8.1 / 730),
        "Detector: time": pytest.approx(7.5 * 0.0000166667),
        "Detector: reads": pytest.approx(0.0027),
        "Detector: metrics": pytest.approx(0.0006),
        "Dashboard": pytest.approx(3 / 730),
    }


def test_without_the_detector() -> None:
    """A detector that is not invoked costs nothing."""
    found = {item.name: item.dollars for item in hourly(settings(DETECTOR="0"))}
    assert {found[name] for name in found if name.startswith("Detector")} == {0}


def test_more_shards() -> None:
    """Each shard more costs 1.5 cents an hour more."""
    named = {"DETECTOR": "0"}
    more = total(hourly(settings(SHARDS="10", **named))) - total(hourly(settings(SHARDS="2", **named)))
    assert more == pytest.approx(8 * 0.015)


def test_a_million_events() -> None:
    """A million events cost 1.36 dollars, most of it for storing them exactly once."""
    found = {item.name: item.dollars for item in per_million(settings())}
    assert found == {
        "Kinesis: put": pytest.approx(0.014),
        "Lambda: requests": pytest.approx(0.0004082),
        "Lambda: time": pytest.approx(0.01083, rel=1e-3),
        "DynamoDB: writes in transactions": pytest.approx(1.288269),
        "DynamoDB: totals of each minute": pytest.approx(0.025513, rel=1e-3),
        "CloudWatch: metrics": pytest.approx(0.02041),
        "CloudWatch: logs": pytest.approx(0.000918, rel=1e-3),
    }


def test_tracing() -> None:
    """Traced, each batch and each look of the detector cost a trace more, at most."""
    plain, traced = settings(), settings(TRACING="1")
    assert total(per_million(traced)) - total(per_million(plain)) == pytest.approx(2_041 * 0.000005)
    assert total(hourly(traced)) - total(hourly(plain)) == pytest.approx(60 * 0.000005)
    assert not [item for item in [*per_million(plain), *hourly(plain)] if "traces" in item.name]


def test_small_batches() -> None:
    """Events that come one by one cost more: a request, metrics and a receipt for each."""
    assert total(per_million(settings(BATCH_SIZE="1"))) > 8 * total(per_million(settings()))


def test_how_sure_is_said() -> None:
    """Each line says how sure its price is, and the whole of which day it is."""
    said = lines(settings())
    assert "September 2026" in said[-2]
    assert {line.rsplit(maxsplit=1)[-1] for line in said[1:-2]} == {"doc", "field", "unv"}
