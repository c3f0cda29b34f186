import ast
import sys
from pathlib import Path

import pytest

from bootstrap import environment

pytestmark = pytest.mark.unit


def test_an_older_python_reads_it() -> None:
    """Python 3.9, which stock macOS and RHEL 9 have, reads the file and has what it imports."""
    text = Path(environment.__file__).read_text(encoding="utf-8")
    ast.parse(text, feature_version=environment.OLDEST)
    assert "from __future__ import annotations" in text


def test_the_probe_tells_another_place(tmp_path: Path) -> None:
    """The environment runs where it was made, and nowhere else."""
    package = environment.ROOT / "bench" / "tailrace" / "__init__.py"
    assert environment.answers(sys.executable, "-c", environment.PROBE, package) is not None
    assert environment.answers(sys.executable, "-c", environment.PROBE, tmp_path / "__init__.py") is None
    assert environment.answers(tmp_path / "bin" / "python", "--version") is None
