import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

BENCH = Path(__file__).resolve().parents[3] / "bench"
LOCALSTACK = """
import gc
from tailrace.startup import process

IMPORTED_WITH = gc.isenabled()

def main():
    print(IMPORTED_WITH, gc.isenabled())
    process.wake_collector()
    print(gc.isenabled(), gc.get_freeze_count() > 1000, gc.get_threshold()[0])
"""
ROUTES = """
class Rule:
    def _compile_builder(self, append_unknown=True): ...
"""


def test_the_collector_rests_until_it_is_woken(tmp_path: Path) -> None:
    """LocalStack is imported and starts without collections, and what there is then is never gone through."""
    folder = tmp_path / "localstack" / "runtime"
    folder.mkdir(parents=True)
    (folder / "main.py").write_text(LOCALSTACK)
    routing = tmp_path / "werkzeug" / "routing"
    routing.mkdir(parents=True)
    (routing / "rules.py").write_text(ROUTES)
    said = subprocess.run(
        [sys.executable, "-P", "-m", "tailrace.startup.process"],
        env={**os.environ, "PYTHONPATH": f"{tmp_path}{os.pathsep}{BENCH}", "TAILRACE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.splitlines() == ["False False", "True True 20000"]
