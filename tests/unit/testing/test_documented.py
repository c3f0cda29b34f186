import re
from pathlib import Path

import pytest

from tailrace.testing import container, plugin

pytestmark = pytest.mark.unit

PAGE = (Path(__file__).resolve().parents[3] / "docs" / "your-project.md").read_text(encoding="utf-8")


def rows(heading: str) -> set[str]:
    """Return the names in the first column of the table with this heading."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0]
    return set(re.findall(r"^\| `(\w+)` \|", table, re.MULTILINE))


def test_fixtures_are_documented() -> None:
    """The page lists each fixture of the plugin, and no other."""
    defined = {
        name for name, one in vars(plugin).items() if type(one).__name__ == "FixtureFunctionDefinition"
    }
    assert rows("fixture") == defined


def test_the_service_is_the_container() -> None:
    """The page's service has the restrictions that testcontainers starts the image with."""
    service = PAGE.partition("```yaml")[2].partition("```")[0]
    for folder, options in container.WRITABLE.items():
        assert f"- {folder}:{options}\n" in service
    assert "cap_drop: [ALL]" in service
    assert f'security_opt: ["{container.RESTRICTED["security_opt"][0]}"]' in service
    assert "read_only: true" in service
