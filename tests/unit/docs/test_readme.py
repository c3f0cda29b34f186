import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize("file", [".github/workflows/ci.yml", ".ci/run"])
def test_commands_of_ci(file: str) -> None:
    """Each make target that CI runs is one."""
    asked = re.findall(
        r"^\s*(?:run: )?make ([a-z][a-z-]*)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
    )
    targets = re.findall(r"^([a-z][a-z-]*):.*## ", MAKEFILE, re.MULTILINE)
    assert asked
    assert [name for name in asked if name not in targets] == []


def test_markers_are_documented() -> None:
    """Every marker of the tests stands in docs/tests.md."""
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    markers = re.findall(
        r'^    "([a-z_]+): ', text.partition("markers = [")[2].partition("]")[0], re.MULTILINE
    )
    page = (ROOT / "docs" / "tests.md").read_text(encoding="utf-8")
    assert markers
    assert [name for name in markers if f"`{name}`" not in page] == []


def test_its_length() -> None:
    """The README has at most 100 lines, none longer than 130 characters but those of tables."""
    lines = README.splitlines()
    assert len(lines) <= 100
    assert [line for line in lines if len(line) > 130 and not line.startswith("|")] == []


def test_guarantees_name_their_tests() -> None:
    """Each guarantee names tests of the integration tests that are there."""
    table = README.partition("| guarantee | test |\n|---|---|\n")[2].partition("\n\n")[0].splitlines()
    named = [re.findall(r"`(test_\w+\.py)`", row) for row in table]
    assert len(named) == 5
    assert all(named)
    assert [
        name for names in named for name in names if not (ROOT / "tests" / "integration" / name).exists()
    ] == []


def test_the_example_of_a_test_is_one() -> None:
    """The test that docs/tests.md shows is the file that it names, which runs with the others."""
    shown = (
        (ROOT / "docs" / "tests.md")
        .read_text(encoding="utf-8")
        .partition("```python\n")[2]
        .partition("```")[0]
    )
    assert shown == (ROOT / "tests" / "integration" / "test_example.py").read_text(encoding="utf-8")
