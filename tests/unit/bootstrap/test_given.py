import re
from pathlib import Path

import pytest

from bootstrap.given import OTHERS, check, refusal

pytestmark = pytest.mark.unit
MAKEFILE = (Path(__file__).resolve().parents[3] / "Makefile").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("COUNTT", "COUNTT is no setting: did you mean COUNT?"),
        ("count", "count is no setting: did you mean COUNT?"),
        ("SHARD", "SHARD is no setting: did you mean SHARDS?"),
        ("PARTITIONKEY", "PARTITIONKEY is no setting: did you mean PARTITION_KEY?"),
        ("DASHBORD_PORT", "DASHBORD_PORT is no setting: did you mean DASHBOARD_PORT?"),
        ("AWS_REGON", "AWS_REGON is no setting: did you mean AWS_REGION?"),
        ("TEST", "TEST is no setting: did you mean TESTS?"),
        ("ZZZ", "ZZZ is no setting. See docs/settings.md"),
    ],
)
def test_an_unknown_name_is_refused_with_the_nearest(name: str, said: str) -> None:
    """A name on make's command line that is no setting is refused, whichever command it is of."""
    assert check(["produce"], ["COUNT", name]).startswith(said)


@pytest.mark.parametrize(
    "name", ["AWS_PROFILE", "AWS_DEFAULT_REGION", "AWS_CA_BUNDLE", "UV_CACHE_DIR", "PYTHON3"]
)
def test_what_other_programs_read_is_not_refused(name: str) -> None:
    """Variables of AWS's tools, of uv and of the Makefile itself may be set there too."""
    assert check(["up"], [name]) == ""


def test_a_value_that_cannot_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """A setting's value is checked for the commands that read it, and for no other."""
    monkeypatch.setenv("SHARDS", "0")
    assert check(["up"], []).startswith("SHARDS=0 is not valid: expected a whole number from 1 to ")
    monkeypatch.setenv("SHARDS", "2")
    monkeypatch.setenv("RATE", "fast")
    assert check(["up"], []) == ""
    assert check(["produce"], []).startswith("RATE=fast is not valid: ")


def test_every_setting_that_help_names_is_known() -> None:
    """What `make help` tells a user to set is never refused."""
    named = set(re.findall(r"\b([A-Z][A-Z_0-9]+)= ", "".join(re.findall(r"## (.*)", MAKEFILE)) + " "))
    assert named >= {"COUNT", "TESTS"}
    assert [check([], [name]) for name in sorted(named)] == [""] * len(named)


def test_one_distant_name_is_no_guess() -> None:
    """A name that is like none is refused without a guess."""
    assert refusal("QQQ", OTHERS) == "QQQ is no setting. See docs/settings.md."
