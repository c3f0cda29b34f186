"""The simulation of the leg's rules: a bounded part of `make simulate`."""

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.simulation import __main__ as command
from tests.simulation import kept as keeping
from tests.simulation.changes import MUTANTS
from tests.simulation.kept import keep, kept
from tests.simulation.mutants import ROOT
from tests.simulation.running import RULES, Failure, Kind, Report, Share, lived, run, shorter
from tests.simulation.stage import Stage
from tests.simulation.tape import Tape

pytestmark = pytest.mark.unit
SEED = 1_000_000
KINDS: tuple[Kind, ...] = ("lane", "world", "edge")


def test_histories() -> None:
    """Some lanes, whole worlds and histories of the edge break no promise, and meet what they are about."""
    reports = [run(Share("world", 60, SEED)), run(Share("lane", 600, SEED)), run(Share("edge", 20, SEED))]
    assert [report.failure for report in reports] == [None, None, None]
    assert [report.uncertain for report in reports] == [[], [], []]
    met = sum((Counter(report.met) for report in reports), Counter[str]())
    assert set(RULES) - set(met) <= {"a window ends early"}, "a rare thing may be missed by so few"
    assert set(met) <= set(RULES)


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_tape_is_the_same_history(kind: Kind) -> None:
    """A history's hash is decided by its tape alone."""
    tape = Tape(seed=SEED)
    first = lived(tape, kind)[1]
    assert first == lived(Tape(tape.used), kind)[1]
    assert first != lived(Tape(seed=SEED + 1), kind)[1]


def test_what_is_not_decided_by_the_tape_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A history that is another one when it is lived again is reported by its seed."""
    lives = iter(range(1000))
    usual = Stage.put
    monkeypatch.setattr(Stage, "put", lambda self, now: (self.note(next(lives)), usual(self, now)))
    assert run(Share("lane", 1, 0)).uncertain == [0]


def test_a_failing_tape_is_made_short_and_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A tape that fails is shrunk to what is needed for it, fails in the same way, and is kept as a file."""
    monkeypatch.setattr(Stage, "reshard", lambda *_: 1 / 0)
    monkeypatch.setattr(keeping, "FOLDER", tmp_path)
    broken = ((seed, Tape(seed=seed)) for seed in range(50))
    found = ((seed, tape, lived(tape, "world")[0]) for seed, tape in broken)
    seed, tape, promise = next(one for one in found if one[2] and len(one[1].used) > 200)
    assert promise
    failure = shorter(Failure(seed, "world", promise, tape.used))
    assert failure.promise.startswith("ZeroDivisionError")
    assert len(failure.tape) < len(tape.used) / 4
    assert keep(failure) == tmp_path / f"world-{seed}.json"
    assert list(kept()) == [(f"world-{seed}", failure)]


@pytest.mark.parametrize(("name", "failure"), kept())
def test_what_failed_once(name: str, failure: Failure) -> None:
    """A tape that broke a promise once breaks none any more."""
    assert lived(Tape(failure.tape), failure.kind)[0] is None, name


def test_what_was_never_met_is_unknown(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A run in which a rule was never met ends with 2, and names the rule; one that met all ends with 0."""
    monkeypatch.delenv("ONLY", raising=False)
    report = Report(met=defaultdict(int, dict.fromkeys(RULES, 1)))
    monkeypatch.setattr(command, "run_side_by_side", lambda *_: report)
    assert command.main() == 0
    report.met["a child begins"] = 0
    assert command.main() == 2
    assert "Unknown: never met ['a child begins']" in capsys.readouterr().out


def test_a_broken_promise_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """A run that broke a promise ends with 1, and prints the command that shows it again."""
    monkeypatch.setattr(keeping, "FOLDER", tmp_path)
    monkeypatch.setattr(Stage, "put", lambda *_: 1 / 0)
    monkeypatch.setattr(command, "run_side_by_side", lambda _, seed: run(Share("lane", 10, seed)))
    monkeypatch.setenv("SEED", "7")
    assert command.main() == 1
    said = capsys.readouterr().out
    assert "Broken in a lane, seed 7: ZeroDivisionError" in said
    assert "Again: make simulate ONLY=lane HISTORIES=1 SEED=7    (at commit " in said
    assert (tmp_path / "lane-7.json").exists()


def test_every_mutant_can_be_applied() -> None:
    """A mutant's text stands in its file, so that a change of the rules does not silently drop it."""
    assert len(MUTANTS) >= 30
    for mutant in MUTANTS:
        source = (ROOT / mutant.file).read_text()
        assert mutant.old in source, mutant
        compile(source.replace(mutant.old, mutant.new, 1), mutant.file, "exec")
        assert mutant.old != mutant.new
