import re
from pathlib import Path

import pytest

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
README = (ROOT / "README.md").read_text(encoding="utf-8")
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
ALL_DOCS = README + "".join(page.read_text(encoding="utf-8") for page in (ROOT / "docs").glob("*.md"))


def test_targets_are_documented() -> None:
    """Every target of the Makefile stands in the README or in docs/."""
    targets = re.findall(
        r"^([a-z][a-z-]*):.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert targets
    assert [name for name in targets if not re.search(rf"make (?:[A-Z_]+=\S+ )*{name}\b", ALL_DOCS)] == []


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


def test_linked_files_exist() -> None:
    """Each file that the README names is there."""
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    named = re.findall(r"`((?:tests|handler|bootstrap|docs|benchmarks)/[\w./]+\.\w+)`", README)
    tests = [f"tests/integration/{name}" for name in re.findall(r"`(test_\w+\.py)`", README)]
    paths = {*linked, *named, *tests}
    assert [path for path in sorted(paths) if not (ROOT / path).exists()] == []


def test_the_example_of_a_test_is_one() -> None:
    """The test that docs/tests.md shows is the file that it names, which runs with the others."""
    shown = (
        (ROOT / "docs" / "tests.md")
        .read_text(encoding="utf-8")
        .partition("```python\n")[2]
        .partition("```")[0]
    )
    assert shown == (ROOT / "tests" / "integration" / "test_example.py").read_text(encoding="utf-8")
