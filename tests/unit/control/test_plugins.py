from importlib import metadata
from pathlib import Path

import pytest

from tailrace.control.plugins import as_text, described, lay, place

pytestmark = pytest.mark.unit


def test_entry_points_can_be_read_back() -> None:
    """What LocalStack reads of the entry points is what was written."""
    groups = {
        "localstack.aws.provider": {"kinesis:tailrace": "package.module:name"},
        "localstack.hooks.on_infra_start": {"one": "package.one:hook", "two": "package.two:hook"},
    }
    read = metadata.EntryPoints._from_text(as_text(groups))  # type: ignore[attr-defined]
    assert {(point.group, point.name, point.value) for point in read} == {
        ("localstack.aws.provider", "kinesis:tailrace", "package.module:name"),
        ("localstack.hooks.on_infra_start", "one", "package.one:hook"),
        ("localstack.hooks.on_infra_start", "two", "package.two:hook"),
    }


def test_our_own_entry_points() -> None:
    """LocalStack is given the sources' own entry points, but not those of the shell and of pytest."""
    _, groups = described()
    assert groups["localstack.lambda.runtime_executor"] == {
        "tailrace": "tailrace.startup.executor:TailraceExecutorPlugin"
    }
    assert [group for group in groups if not group.startswith("localstack.")] == []


def test_other_entry_points_are_read(tmp_path: Path) -> None:
    """LocalStack's own index of entry points stays while they are the same, and goes with a change."""
    folder, index = place(tmp_path), tmp_path / "cache" / "plux" / "index"
    lay(folder)
    index.parent.mkdir(parents=True)
    index.touch()
    lay(folder)
    assert index.exists()
    (listed,) = folder.glob("*/entry_points.txt")
    listed.write_text("of another version")
    lay(folder)
    assert not index.exists()
