import re
from pathlib import Path

import pytest

from handler.once.items import OWN
from handler.once.records import Reason
from tests.unit.handler.test_settings import WHOLE

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]
PAGE = (ROOT / "docs" / "handler.md").read_text(encoding="utf-8")


def test_every_reason_is_explained() -> None:
    """The page lists the reasons of quarantine, all of them and no others."""
    listed = re.findall(r"^\| `([a-z-]+)` \|", PAGE, re.MULTILINE)
    assert listed == [reason.value for reason in Reason]


def test_every_setting_is_listed() -> None:
    """The page lists the environment variables of the function, all of them and no others."""
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)) == WHOLE.keys()


def test_every_file_has_its_place() -> None:
    """The page and each package's own docstring say what each file is."""
    own = {"analytics.py", "samples.py", "entry.py"}
    layer = {path.name for path in (ROOT / "handler" / "once").glob("*.py")} - {"__init__.py"}
    for folder, files in ((ROOT / "handler", own), (ROOT / "handler" / "once", layer)):
        package = (folder / "__init__.py").read_text(encoding="utf-8")
        assert {name for name in files if f"`{name}`" not in PAGE} == set()
        assert {name for name in files if f"    {name} " not in package} == set()


def test_the_names_that_are_not_analytics_own() -> None:
    """The page names each attribute that analytics may not give."""
    assert {name for name in OWN if f"`{name}`" not in PAGE} == set()
