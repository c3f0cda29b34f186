"""The documentation's code, deployed and run as it stands."""

import contextlib
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tailrace.testing.sending import Put
from tests.integration.conftest import MakePipeline
from tests.unit.docs.examples import of

pytestmark = pytest.mark.anywhere

COUNT = 80


def test_the_handler_in_the_docs_is_deployed(make_pipeline: MakePipeline, tmp_path: Path) -> None:
    """The two files of docs/handler.md are a handler, whose totals the reader of docs/watch.md reads."""
    analytics, text = of("docs/handler.md", "python")
    (tmp_path / "analytics.py").write_text(analytics, encoding="utf-8")
    samples: dict[str, Any] = {}
    exec(compile(text, "docs/handler.md", "exec"), samples)  # noqa: S102  the project's own documentation
    pipeline = make_pipeline("docs", SHARDS="1", HANDLER=str(tmp_path))
    orders = [samples["event"](n) for n in range(COUNT)]
    pipeline.put(Put(json.dumps(order).encode(), key, order["eventId"]) for key, order in orders)
    pipeline.put(Put(json.dumps(order).encode(), "bad") for order, _ in samples["rejected"]())
    pipeline.settle().check()
    assert len(pipeline.items()) == COUNT
    assert [one.message["reason"] for one in pipeline.quarantined()] == ["bad-value"]
    assert pipeline.metric("EventsProcessed", Shop="north").total == COUNT / 4
    assert pipeline.metric("OrderTotal").samples == COUNT
    printed = _read_as_documented(pipeline.dynamodb, pipeline["LedgerTableName"]).splitlines()
    assert sum(int(line.split()[2]) for line in printed) == COUNT


def _read_as_documented(dynamodb: Any, table: str) -> str:  # noqa: ANN401  a client
    """Run the reader of docs/watch.md over the last hour, on a table of the test's; return what it prints."""
    (text,) = of("docs/watch.md", "python")
    assert '"tailrace-ledger"' in text
    now = datetime.now(UTC)
    names = {"dynamodb": dynamodb, "begin": now - timedelta(hours=1), "end": now + timedelta(minutes=1)}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(text.replace("tailrace-ledger", table), "docs/watch.md", "exec"), names)  # noqa: S102
    return printed.getvalue()
