"""Every setting of the pipeline: the commands' own, and those that the template's parameters are.

A setting comes from the environment, which is where `make NAME=value` puts it too; an empty value counts as
unset. The producer's own settings stand in `producer/settings.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from bootstrap.checks import anything, matching, one_of, url, whole
from bootstrap.errors import SettingError
from bootstrap.parameters import TEMPLATE, parameters_of, setting_name, settings_of
from bootstrap.setting import Setting

# The stack's name is part of a bucket's name: at most 63 characters, with the account and the region in it.
_STACK = "expected at most 35 lower-case letters, digits and single hyphens, of which the first is a letter"

_OWN = {
    setting.name: setting
    for setting in (
        Setting(
            "TARGET",
            "localstack",
            "",
            "where the pipeline runs: localstack, or aws",
            one_of("localstack", "aws"),
        ),
        Setting(
            "AWS_ENDPOINT_URL",
            "",
            "",
            "a running emulator to attach to, instead of starting one; must be unset with TARGET=aws",
            url,
        ),
        Setting(
            "EMULATOR",
            "auto",
            "",
            "where the emulator runs: docker, embedded, or auto (what runs already, else docker where an "
            "engine answers); for the tests also testcontainers",
            one_of("auto", "docker", "embedded", "testcontainers"),
        ),
        Setting(
            "EMULATOR_PORT",
            "4566",
            "",
            "the port on 127.0.0.1 of the emulator that is started",
            whole(1, 65535),
        ),
        Setting("EMULATOR_HOME", ".emulator", "", "the folder that the emulator is installed into", anything),
        Setting(
            "RUNTIMES",
            "",
            "",
            "Lambda runtimes to install beside python3.13: nodejs24.x,python3.12",
            anything,
        ),
        Setting(
            "STACK",
            "tailrace",
            "",
            "the stack's name; tailrace has the recipe's names, any other makes every name its own",
            matching(r"(?=.{1,35}$)[a-z][a-z0-9]*(-[a-z0-9]+)*", _STACK),
        ),
        Setting(
            "HANDLER",
            "handler",
            "",
            "the folder of your handler: analytics.py, and requirements.txt if it needs packages",
            anything,
        ),
        Setting(
            "AWS_ACCOUNT_ID",
            "",
            "",
            "the account meant with TARGET=aws; must be the one that the credentials belong to",
            matching(r"\d{12}", "expected twelve digits"),
        ),
        Setting(
            "AWS_REGION",
            "us-east-1",
            "",
            "the region; AWS_DEFAULT_REGION is read too; TARGET=aws has no default",
            matching(r"[a-z]{2,3}(-[a-z]+)+-\d", "expected a region's name such as eu-central-1"),
        ),
        Setting(
            "EMULATOR_IMAGE",
            "",
            "",
            "an image to take as it is, instead of building one",
            anything,
        ),
        Setting(
            "EMULATOR_BASE",
            "",
            "",
            "an image to build ours upon, instead of python:3.13-slim-trixie",
            anything,
        ),
        Setting(
            "EMULATOR_OFFLINE",
            "",
            "",
            "1: a container without a way to anything beyond this machine",
            one_of("0", "1"),
        ),
        Setting(
            "LOCALSTACK_IMAGE",
            "",
            "",
            "an image of LocalStack's own to run instead, such as localstack/localstack:4.14.0",
            anything,
        ),
        Setting(
            "WATCH",
            "",
            "",
            "1: make up deploys again whenever a file of the handler is saved",
            one_of("0", "1"),
        ),
        Setting("YES", "", "", "1: do not ask before anything is done on AWS", one_of("0", "1")),
    )
}


PARAMETERS = parameters_of(TEMPLATE.read_text(encoding="utf-8"))
_NAMES = {setting_name(parameter): parameter for parameter in PARAMETERS}
SETTINGS = _OWN | settings_of(PARAMETERS, frozenset(_OWN))


@dataclass(frozen=True)
class PipelineSettings:
    """The settings of one command, read and checked; units as in `SETTINGS`."""

    target: Literal["localstack", "aws"]
    stack: str
    handler: str
    watch: bool
    yes: bool
    values: Mapping[str, str]
    """Of each parameter of the template, by the setting's name."""
    given: frozenset[str]
    """Those of them that somebody set."""

    @classmethod
    def from_environment(cls, environ: Mapping[str, str]) -> "PipelineSettings":
        """Read every setting; the first that cannot be is a `SettingError` that says what it can be."""
        values = {name: setting.read(environ) for name, setting in SETTINGS.items()}
        return cls(
            target="aws" if values["TARGET"] == "aws" else "localstack",
            stack=values["STACK"],
            handler=values["HANDLER"],
            watch=values["WATCH"] == "1",
            yes=values["YES"] == "1",
            values={name: values[name] for name in _NAMES},
            given=frozenset(name for name in _NAMES if environ.get(name, "").strip()),
        )

    def number(self, name: str, otherwise: int) -> int:
        """Return a parameter's value by its setting's name; `otherwise` if it is no number."""
        value = self.values.get(name, "")
        return int(value) if value.isdecimal() else otherwise

    def parameters(self) -> dict[str, str]:
        """Return the template's parameters that these settings give (all but the code's place).

        Raises `SettingError` for one that has no default and that nobody set.
        """
        for name, value in self.values.items():
            if not value and "Default" not in PARAMETERS[_NAMES[name]]:
                raise SettingError(f"{name} must be set: {SETTINGS[name].meaning}.")
        return {_NAMES[name]: value for name, value in self.values.items()}

    def keeping(self, standing: Mapping[str, str]) -> "PipelineSettings":
        """Return these settings with what nobody set taken from a stack's parameters, as it stands.

        What the template's bounds do not allow any more is not taken.
        """
        kept = {}
        for name, parameter in _NAMES.items():
            value = standing.get(parameter, "")
            if name not in self.given and value and SETTINGS[name].check(value) is None:
                kept[name] = value
        return replace(self, values={**self.values, **kept})

    def unusual(self) -> dict[str, str]:
        """Return the parameters' values that nobody set now and that are not the defaults."""
        return {
            name: value
            for name, value in self.values.items()
            if name not in self.given and value != SETTINGS[name].default
        }
