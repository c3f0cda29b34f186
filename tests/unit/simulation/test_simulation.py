"""The simulation of the leg's rules: a bounded part of `make simulate`."""

import pytest

from tests.simulation.mutants import MUTANTS, ROOT
from tests.simulation.running import RULES, Failure, lived, run, shorter
from tests.simulation.tape import Tape
from tests.simulation.world import World

pytestmark = pytest.mark.unit
SEED = 1_000_000


def test_whole_worlds_and_lanes() -> None:
    """Some histories of whole worlds and of single lanes break no promise, and meet what they are about."""
    report = run(worlds=60, lanes=400, seed=SEED)
    assert report.failure is None
    assert report.uncertain == []
    assert set(report.unmet) <= {"a window ends early"}, "a rare thing may be missed by so few"
    assert set(report.exercised) <= set(RULES)


def test_the_same_tape_is_the_same_history() -> None:
    """A history's hash is decided by its tape alone."""
    tape = Tape(seed=SEED)
    first = lived(tape, small=False)[2]
    assert first == lived(Tape(tape.used), small=False)[2]
    assert first != lived(Tape(seed=SEED + 1), small=False)[2]


def test_a_failing_tape_is_made_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tape that fails is shrunk to what is needed for it, and fails in the same way."""
    monkeypatch.setattr(World, "_reshard", lambda _: 1 / 0)
    seed = next(seed for seed in range(50) if lived(Tape(seed=seed), small=False)[1])
    tape = Tape(seed=seed)
    promise = lived(tape, small=False)[1]
    assert promise
    failure = shorter(Failure(seed, small=False, promise=promise, tape=tape.used))
    assert failure.promise.startswith("ZeroDivisionError")
    assert len(failure.tape) < len(tape.used) / 4


def test_every_mutant_can_be_applied() -> None:
    """A mutant's text stands in its file, so that a change of the rules does not silently drop it."""
    assert len(MUTANTS) >= 30
    for mutant in MUTANTS:
        assert mutant.old in (ROOT / mutant.file).read_text(), mutant
        assert mutant.old != mutant.new
