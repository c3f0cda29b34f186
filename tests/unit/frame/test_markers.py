from pathlib import PurePath

import pytest

from tests.frame.markers import complaint

pytestmark = pytest.mark.unit

INTEGRATION = PurePath("integration/test_a.py")
UNIT = PurePath("unit/area/test_a.py")


@pytest.mark.parametrize(
    ("path", "markers"),
    [
        (INTEGRATION, ["anywhere"]),
        (INTEGRATION, ["emulator_only", "parametrize", "xdist_group"]),
        (UNIT, ["unit"]),
        (UNIT, ["unit", "parametrize"]),
    ],
)
def test_one_marker_is_right(path: PurePath, markers: list[str]) -> None:
    """A test with exactly the marker of its folder is collected."""
    assert complaint(path, "test_b", markers) is None


@pytest.mark.parametrize(
    ("path", "markers", "said"),
    [
        (INTEGRATION, [], "carries neither anywhere nor emulator_only"),
        (INTEGRATION, ["parametrize"], "carries neither"),
        (INTEGRATION, ["anywhere", "emulator_only"], "carries both"),
        (INTEGRATION, ["unit"], "carries the marker unit"),
        (INTEGRATION, ["unit", "anywhere"], "carries the marker unit"),
        (UNIT, [], "does not carry the marker unit"),
        (UNIT, ["anywhere"], "does not carry the marker unit"),
        (UNIT, ["unit", "emulator_only"], "carries emulator_only"),
        (PurePath("other/test_a.py"), ["unit"], "neither below tests/unit nor below tests/integration"),
    ],
)
def test_anything_else_is_refused_by_name(path: PurePath, markers: list[str], said: str) -> None:
    """A test without exactly its marker is refused, and the message names it."""
    found = complaint(path, "test_b", markers)
    assert found is not None
    assert found.startswith(f"{path}::test_b ")
    assert said in found
