import re
from pathlib import Path
from typing import Any

import pytest
import yaml

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
TARGETS = re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


@pytest.fixture(scope="module")
def job() -> dict[str, Any]:
    """Give the one job of the public workflow."""
    text = (ROOT / ".github/workflows/ci.yml").read_text(encoding="utf-8")
    (found,) = yaml.safe_load(text)["jobs"].values()
    return dict(found)


def test_everywhere(job: dict[str, Any]) -> None:
    """It runs embedded and in Docker, on both kinds of processor, and one failure stops no other."""
    matrix = job["strategy"]["matrix"]
    assert matrix["emulator"] == ["embedded", "docker"]
    assert [runner.endswith("-arm") for runner in matrix["runner"]] == [False, True]
    assert job["strategy"]["fail-fast"] is False


def test_says_how_it_went(job: dict[str, Any]) -> None:
    """The verdict goes to the summary whatever happens; logs and diagnosis are kept after a failure."""
    steps = {step.get("name"): step for step in job["steps"]}
    assert "GITHUB_STEP_SUMMARY" in steps["Say how it went"]["run"]
    assert steps["Say how it went"]["if"] == "always()"
    assert steps["Keep logs and diagnosis"]["if"] == "failure()"


@pytest.mark.parametrize("file", [".github/workflows/ci.yml", ".ci/run"])
def test_commands_are_there(file: str) -> None:
    """Each make target that CI runs is one."""
    asked = re.findall(
        r"^\s*(?:run: )?make ([a-z][a-z-]*)", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE
    )
    assert asked
    assert [name for name in asked if name not in TARGETS] == []
