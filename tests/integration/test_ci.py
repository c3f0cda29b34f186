"""What CI makes of tests that fail: run with a `make` that only says how its tests went."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.frame.run import ROOT

pytestmark = pytest.mark.emulator_only

# `make test`: its first run fails with these tests if there are any, its second one as $SECOND says.
# What else it is asked for, it notes.
MAKE = """#!/bin/sh
echo "$@" >>asked
[ "$1" = test ] || exit 0
case "$*" in *--last-failed*) exit $SECOND ;; esac
[ -n "$FIRST" ] || exit 0
mkdir -p .pytest_cache/v/cache && echo "$FIRST" >.pytest_cache/v/cache/lastfailed
exit 1
"""


def ci(place: Path, failed: list[str], *, second: int = 0) -> subprocess.CompletedProcess[str]:
    """Run CI, on a machine without Docker, where these tests fail; `second` is how their second run ends."""
    (place / ".ci").mkdir()
    shutil.copy(ROOT / ".ci" / "run", place / ".ci" / "run")
    (place / "tests").symlink_to(ROOT / "tests")
    programs = place / "bin"
    programs.mkdir()
    for name, text in {"make": MAKE, "docker": "#!/bin/sh\nexit 1\n", "chromium": "#!/bin/sh\n"}.items():
        (programs / name).write_text(text)
        (programs / name).chmod(0o755)
    first = json.dumps(dict.fromkeys(failed, True)) if failed else ""
    environ = {
        **os.environ,
        "PATH": f"{programs}:{os.environ['PATH']}",
        "FIRST": first,
        "SECOND": str(second),
    }
    run = [place / ".ci" / "run"]
    return subprocess.run(run, env=environ, capture_output=True, text=True, check=False, timeout=60)


def test_all_pass(tmp_path: Path) -> None:
    """Where all tests pass, CI does."""
    done = ci(tmp_path, [])
    assert (done.returncode, "UNSTABLE" in done.stderr) == (0, False), done.stderr


def test_another_handler(tmp_path: Path) -> None:
    """All of the unit, promise, pipeline and dashboard tests run once more with another handler."""
    ci(tmp_path, [])
    (again,) = [
        line for line in (tmp_path / "asked").read_text().splitlines() if "HANDLER=tests/handlers/" in line
    ]
    found = {
        f"tests/integration/{path.name}"
        for path in (ROOT / "tests" / "integration").glob("test_*.py")
        if path.name.split("_")[1].removesuffix(".py") in {"promises", "pipeline"}
    }
    assert len(found) > 10
    assert set(again.partition("TESTS=")[2].split()) == {"tests/unit", "tests/integration/dashboard", *found}


def test_one_passes_only_the_second_time(tmp_path: Path) -> None:
    """One test that passes only the second time is named, and CI still passes."""
    done = ci(tmp_path, ["tests/a.py::test_a"])
    assert done.returncode == 0, done.stderr
    assert "UNSTABLE: 1 passed only the second time:\n  tests/a.py::test_a\n" in done.stderr


def test_two_pass_only_the_second_time(tmp_path: Path) -> None:
    """Two tests that pass only the second time are named, and CI fails."""
    done = ci(tmp_path, ["tests/a.py::test_a", "tests/b.py::test_b"])
    assert done.returncode == 1
    assert (
        "UNSTABLE: 2 passed only the second time:\n  tests/a.py::test_a\n  tests/b.py::test_b\n"
        in done.stderr
    )


def test_it_fails_again(tmp_path: Path) -> None:
    """A test that fails twice fails CI."""
    assert ci(tmp_path, ["tests/a.py::test_a"], second=2).returncode == 1
