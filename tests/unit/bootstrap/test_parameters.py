from typing import Any

import pytest
import yaml

from bootstrap.errors import SettingError
from bootstrap.parameters import _SECTION, TEMPLATE, _plain, parameters_of, settings_of

pytestmark = pytest.mark.unit


def refused(parameter: dict[str, Any], value: str) -> str | None:
    """Return what a setting of this parameter wants instead of a value; None if it takes it."""
    return settings_of({"Own": parameter}, frozenset())["OWN"].check(value)


@pytest.mark.parametrize(
    ("parameter", "taken", "not_taken", "wanted"),
    [
        ({"Type": "Number", "MinValue": 1, "MaxValue": 9}, "9", "10", "expected a whole number from 1 to 9"),
        ({"Type": "Number", "MinValue": 0.5}, "0.5", "0.4", "expected a number from 0.5"),
        ({"Type": "Number"}, "-1e3", "nan", "expected a number"),
        ({"Type": "String", "AllowedValues": ["a", 1]}, "1", "b", "expected one of a, 1"),
        ({"Type": "String", "AllowedPattern": "a+"}, "aa", "b", "expected text that matches a+"),
        (
            {"Type": "String", "AllowedPattern": "a+", "ConstraintDescription": "some a"},
            "a",
            "",
            "expected some a",
        ),
    ],
)
def test_bounds(parameter: dict[str, Any], taken: str, not_taken: str, wanted: str) -> None:
    """A setting takes what CloudFormation would take for its parameter, and says what it wants."""
    assert refused(parameter, taken) is None
    assert refused(parameter, not_taken) == wanted


def test_a_user_s_parameter() -> None:
    """A parameter that somebody adds is a setting, with its default, its meaning and its unit."""
    text = """
Parameters:
  CodeKey: {Type: String}
  QueueDelay: {Type: Number, Default: 3, Description: How long a message waits (seconds)}

Resources: {}
"""
    (setting,) = settings_of(parameters_of(text), frozenset()).values()
    assert (setting.name, setting.default, setting.unit) == ("QUEUE_DELAY", "3", "seconds")
    assert setting.meaning == "how long a message waits"


@pytest.mark.parametrize("name", ["Stack", "Path"])
def test_a_name_that_is_taken(name: str) -> None:
    """A parameter whose setting would mean something else already is refused by its name."""
    with pytest.raises(SettingError, match=f"parameter {name} would be the setting {name.upper()}, which is"):
        settings_of({name: {"Type": "String"}}, frozenset({"STACK"}))


def test_without_any_package() -> None:
    """While nothing is installed the template's parameters are read as YAML reads them."""
    section = _SECTION.search(TEMPLATE.read_text(encoding="utf-8"))
    assert section is not None
    assert _plain(section[0]) == yaml.safe_load(section[0])["Parameters"]


def test_a_template_without_parameters() -> None:
    """A template needs no parameters."""
    assert parameters_of("Resources: {}\n") == {}
