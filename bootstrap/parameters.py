"""The template's parameters as settings: what `FooBar` says in the template, the setting FOO_BAR is.

Default, bounds and meaning stand in the template, once. A description may end with the unit in brackets. What
a deployment itself gives (where the code is) is no setting.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bootstrap.checks import Check, anything, matching, number, one_of, whole
from bootstrap.errors import SettingError
from bootstrap.setting import Setting

TEMPLATE = Path(__file__).with_name("template.yaml")
GIVEN = frozenset({"CodeBucket", "CodeKey", "DetectorCodeKey"})
"""Parameters that a deployment gives."""
# Variables that every shell has: a setting of that name would be set by nobody.
_SHELL_S = frozenset({"HOME", "HOSTNAME", "LANG", "LOGNAME", "PATH", "PWD", "SHELL", "TERM", "TZ", "USER"})
_SECTION = re.compile(r"^Parameters:[^\n]*\n(?:[ #][^\n]*\n|\n)*", re.MULTILINE)
_NAMED = re.compile(r"^ {2}(\w+):\s*$")
_VALUE = re.compile(r"^ {4}(\w+): +(.+?)(?: +#.*)?$")
_UNIT = re.compile(r" \(([^()]+)\)$")

type Parameter = Mapping[str, Any]


def parameters_of(text: str) -> dict[str, Parameter]:
    """Return the parameters of a template by their names, without those that a deployment gives."""
    section = _SECTION.search(text)
    if section is None:
        return {}
    try:
        import yaml  # noqa: PLC0415  while nothing is installed there is none
    except ImportError:
        found = _plain(section[0])
    else:
        found = yaml.safe_load(section[0])["Parameters"] or {}
    return {name: value for name, value in found.items() if name not in GIVEN}


def _plain(section: str) -> dict[str, dict[str, Any]]:
    """Read parameters in YAML's plain form, a line for each value, with the standard library alone."""
    found: dict[str, dict[str, Any]] = {}
    name = ""
    for line in section.splitlines():
        if named := _NAMED.match(line):
            name = named[1]
            found[name] = {}
        elif name and (value := _VALUE.match(line)):
            found[name][value[1]] = _scalar(value[2])
    return found


def _scalar(text: str) -> Any:  # noqa: ANN401  what a line of YAML says
    if text.startswith("["):
        return [_scalar(part.strip()) for part in text[1:-1].split(",")]
    if text.startswith('"'):
        return text[1:-1].replace("\\\\", "\\")
    return int(text) if re.fullmatch(r"-?\d+", text) else text


def settings_of(parameters: Mapping[str, Parameter], taken: frozenset[str]) -> dict[str, Setting]:
    """Return the setting of each parameter by its name; `taken` are names that other settings have.

    Raises `SettingError` for a parameter whose setting would have such a name.
    """
    found = {}
    for name, parameter in parameters.items():
        setting = _setting(name, parameter)
        if setting.name in taken | _SHELL_S:
            raise SettingError(
                f"The template's parameter {name} would be the setting {setting.name}, which is taken: "
                "choose another name."
            )
        found[setting.name] = setting
    return found


def setting_name(parameter: str) -> str:
    """Return the setting's name of a parameter.

    >>> setting_name("BatchSize"), setting_name("VPCId"), setting_name("Level2Name")
    ('BATCH_SIZE', 'VPC_ID', 'LEVEL2_NAME')
    """
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", parameter).upper()


def _setting(name: str, parameter: Parameter) -> Setting:
    said = str(parameter.get("Description", ""))
    unit = _UNIT.search(said)
    meaning = _UNIT.sub("", said)
    if meaning[1:2].islower():
        meaning = meaning[:1].lower() + meaning[1:]
    default = parameter.get("Default", "")
    return Setting(setting_name(name), str(default), unit[1] if unit else "", meaning, _check(parameter))


def _check(parameter: Parameter) -> Check:
    """Return the check that CloudFormation itself would make."""
    if "AllowedValues" in parameter:
        return one_of(*map(str, parameter["AllowedValues"]))
    if "AllowedPattern" in parameter:
        pattern = str(parameter["AllowedPattern"])
        return matching(
            pattern, f"expected {parameter.get('ConstraintDescription') or f'text that matches {pattern}'}"
        )
    if parameter.get("Type") != "Number":
        return anything
    low, high = parameter.get("MinValue"), parameter.get("MaxValue")
    bounds = [bound for bound in (low, high, parameter.get("Default")) if bound is not None]
    if isinstance(low, int) and isinstance(high, int) and all(isinstance(bound, int) for bound in bounds):
        return whole(low, high)
    return number(low, high)
