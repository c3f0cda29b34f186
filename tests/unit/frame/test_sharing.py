"""Files of tests that share an emulator are run by one worker."""

import re

import pytest

from tests.frame.run import ROOT
from tests.frame.sharing import FOLDERS, GROUPS

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("fixture", GROUPS)
def test_who_asks_for_an_emulator_is_in_its_group(fixture: str) -> None:
    """A group names each file of tests that asks for its emulator, and no other."""
    asking = {
        file.stem.removeprefix("test_")
        for file in (ROOT / FOLDERS).rglob("test_*.py")
        if re.search(rf"\b{fixture}: Target", file.read_text())
    }
    assert asking == set(GROUPS[fixture])
