import marshal
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tailrace.startup.patterns import KeptPatterns

pytestmark = pytest.mark.unit

BENCH = Path(__file__).resolve().parents[3] / "bench"
COMPILED = """
import re, sys
from pathlib import Path
from tailrace.startup.patterns import KeptPatterns

kept = KeptPatterns(Path(sys.argv[1]))
usual = re._compiler.compile
asked = []
re._compiler.compile = lambda p, flags=0: (asked.append(p), usual(p, flags))[1]
re.purge()
kept.begin()
found = re.compile(r"(?P<year>\\d{4})-(?P<month>\\d\\d)", re.IGNORECASE).match("2026-11")
for wrong in "(", b"[":
    try:
        re.compile(wrong)
    except re.error:
        pass
kept.end()
print(found["month"], re.compile(b"(a)|b").groups, len(asked) > 0)
print(r"(?P<year>\\d{4})-(?P<month>\\d\\d)" in asked)
"""


def started(file: Path) -> list[str]:
    """Return what a process says that compiles an expression, with what is kept in a file."""
    said = subprocess.run(
        [sys.executable, "-P", "-c", COMPILED, file],
        env={**os.environ, "PYTHONPATH": str(BENCH)},
        capture_output=True,
        text=True,
        check=True,
    )
    return said.stdout.splitlines()


def test_compiled_once(tmp_path: Path) -> None:
    """An expression that a start has compiled is not compiled by the next, and finds the same."""
    file = tmp_path / "cache" / "patterns"
    assert started(file) == ["11 1 True", "True"]
    assert started(file) == ["11 1 True", "False"]


@pytest.mark.parametrize("content", [b"", b"no marshal", marshal.dumps([1]), marshal.dumps({("a", 0): (1,)})])
def test_a_file_that_is_not_whole_is_made_anew(tmp_path: Path, content: bytes) -> None:
    """What cannot be read is as if nothing had been kept."""
    file = tmp_path / "patterns"
    file.write_bytes(content)
    assert started(file) == ["11 1 True", "True"]
    assert started(file) == ["11 1 True", "False"]


def test_what_the_engine_does_not_take(tmp_path: Path) -> None:
    """Code that is not the engine's is compiled by Python instead."""
    file = tmp_path / "patterns"
    file.write_bytes(marshal.dumps({("ab+", 32): ("ab+", 32, [99, 99], 0, {}, (None,))}))
    kept = KeptPatterns(file)
    kept.begin()
    try:
        assert kept.compiled("ab+", re.UNICODE.value).fullmatch("abb")
    finally:
        kept.end()


def test_a_folder_that_nobody_may_write(tmp_path: Path) -> None:
    """Where nothing can be kept a start goes on."""
    (tmp_path / "cache").write_text("a file")
    assert started(tmp_path / "cache" / "patterns") == ["11 1 True", "True"]
