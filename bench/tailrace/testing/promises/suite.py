"""The promises of a pipeline, one test each: derive a class from `Promises`, and pytest runs them."""

from collections.abc import Callable, Iterable, Iterator

import pytest

from .adapter import Adapter
from .rows import BROKEN, KEPT, NOT_PROMISED, NOT_SHOWN, PROPERTY, Row, table
from .trials import Trials

NAMES = {
    "nothing lost": "Nothing is lost",
    "once": "Each event once, however often it is delivered",
    "neighbours": "A bad record does not affect other records",
    "transient": "A transient failure loses nothing",
    "killed": "A function that is killed loses nothing",
    "timeout": "A function that times out loses nothing",
    "order": "Events of a key are applied in the order in which they were put",
    "poison": "A poison record ends in the dead letters, and blocks no longer than promised",
    "reshard": "A reshard under traffic loses nothing",
}
"""The promises, by the names of `not_promised`."""


class Promises(Adapter):
    """The promise suite. A class that is derived from it says what `Adapter` asks for."""

    def test_nothing_is_lost(self, tailrace_trials: Trials, request: pytest.FixtureRequest) -> None:
        """Every event is stored, those too that were put before the mapping began to read."""

        def tried(promise: str) -> Iterator[Row]:
            yield tailrace_trials.usual(promise)
            yield tailrace_trials.waiting(promise)

        _conclude(tailrace_trials, request, "nothing lost", tried)

    def test_once(self, tailrace_trials: Trials, request: pytest.FixtureRequest) -> None:
        """All records are delivered again, three times, and nothing is stored twice."""
        _conclude(tailrace_trials, request, "once", tailrace_trials.redelivered)

    def test_neighbours(self, tailrace_trials: Trials, request: pytest.FixtureRequest) -> None:
        """A record that can never be stored is set aside or dead-lettered, and no other is affected."""
        if tailrace_trials.adapter.malformed(0) is None:
            pytest.skip("any record can be stored: malformed() gives none")
        _conclude(tailrace_trials, request, "neighbours", tailrace_trials.neighbours)

    def test_failures_that_may_pass(self, tailrace_trials: Trials, request: pytest.FixtureRequest) -> None:
        """Each call of the function is throttled, answered late, and lost after its work."""
        _conclude(tailrace_trials, request, "transient", tailrace_trials.failing)

    def test_killed(self, tailrace_trials: Trials, request: pytest.FixtureRequest) -> None:
        """The function is killed before and after each of its calls, and around its answer."""
        _conclude(tailrace_trials, request, "killed", tailrace_trials.killed)

    def test_timeout(self, tailrace_trials: Trials, request: pytest.FixtureRequest) -> None:
        """The function's time is over before it has begun, in the middle, and as it answers."""
        _conclude(tailrace_trials, request, "timeout", tailrace_trials.timed_out)

    def test_order(self, tailrace_trials: Trials, request: pytest.FixtureRequest) -> None:
        """Events of one key are applied in order, also while calls are slow and batches come again."""
        _conclude(tailrace_trials, request, "order", tailrace_trials.ordered)

    def test_poison(self, tailrace_trials: Trials, request: pytest.FixtureRequest) -> None:
        """A record on which the function dies ends in the dead letters, in time."""
        _conclude(tailrace_trials, request, "poison", tailrace_trials.poison)

    def test_reshard(self, tailrace_trials: Trials, request: pytest.FixtureRequest) -> None:
        """Shards are split and merged under traffic."""
        _conclude(tailrace_trials, request, "reshard", tailrace_trials.resharded)


def _conclude(
    trials: Trials, request: pytest.FixtureRequest, name: str, tried: Callable[[str], Iterable[Row]]
) -> None:
    """Try a promise; note its rows, and fail if one shows it broken, or nothing at all."""
    promise = NAMES[name]
    said = (
        request.node.user_properties
    )  # pytest's `record_property` warns of every schema of JUnit but the oldest
    if not trials.promises(name):
        why = trials.adapter.not_promised[name]
        said.append((PROPERTY, Row(trials.name, promise, "", NOT_PROMISED, why=why).text))
        pytest.skip(f"not promised: {why}")
    rows = []
    hopeless = Row(trials.name, promise, "", NOT_SHOWN, why=f"not tried: {trials.hopeless}")
    for row in [hopeless] if trials.hopeless else tried(promise):
        rows.append(row)
        said.append((PROPERTY, row.text))
        if trials.stop and row.verdict == BROKEN:
            break
    bad = [row for row in rows if row.verdict in {BROKEN, NOT_SHOWN}]
    if bad or not rows:
        stories = [one for row in bad for one in row.stories[:1]]
        sentence = "\n".join([f"{promise}: not so.", *table([*bad] or [*rows]), "", *stories])
        pytest.fail(sentence, pytrace=False)
    assert all(row.verdict == KEPT for row in rows)  # noqa: S101  pytest's
