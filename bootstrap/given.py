"""Check what a make command was given, before anything is installed or started.

    python3 -m bootstrap.given "TARGETS" "NAMES"    the targets, and the names set on make's command line

A name that is no setting is refused, with the nearest one that is; so is a value that a setting cannot have.
Variables of the environment are never refused for their names. Ends with 2 for a refusal, else with 0.

Run by whatever Python there is while nothing is installed: one that is too old to read the settings (older
than 3.12) refuses nothing, and it is asked again as soon as the project's environment is there.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module

# Variables of the Makefile and of the tests, which are no settings of a command.
OTHERS = {
    "ACCESS_LOG",
    "BY",
    "CHROMIUM",
    "HISTORIES",
    "NAB_DATA",
    "NO_COLOR",
    "ONLY",
    "PEER",
    "PYTEST_OPTIONS",
    "PYTHON",
    "PYTHON3",
    "REQUESTS",
    "SHELL",
    "TESTS",
}
# What other programs read, which may be set on make's command line as well.
FOREIGN = ("AWS_", "BOTO_", "DOCKER_", "HTTP_", "HTTPS_", "MAKE", "PIP_", "PYTHON", "TAILRACE_", "UV_")
PIPELINE = ("bootstrap.settings", "PipelineSettings")
READ = {
    "produce": ("producer.settings", "ProducerSettings"),
    "logs": ("bootstrap.log_settings", "LogSettings"),
    "dashboard": ("dashboard.settings", "DashboardSettings"),
    **dict.fromkeys(("quarantine", "replay", "record", "trace"), ("aftermath.settings", "AftermathSettings")),
}
"""What settings a target reads beside the pipeline's. Each is imported only where it is asked for."""
NEAR = 0.6
VERY_NEAR = 0.9
"""How like a setting's name one of another program is that is taken for a mistake."""


def refusal(name: str, known: set[str]) -> str:
    """Return why a name is refused; nothing if it is not.

    >>> refusal("COUNTT", {"COUNT", "RATE"})
    'COUNTT is no setting: did you mean COUNT? See docs/settings.md.'
    >>> refusal("AWS_PROFILE", {"AWS_REGION"})
    ''
    """
    from difflib import get_close_matches  # noqa: PLC0415  most commands are given no name

    foreign = name.startswith(FOREIGN)
    near = get_close_matches(name.upper(), sorted(known), n=1, cutoff=VERY_NEAR if foreign else NEAR)
    if name in known or (foreign and not near):
        return ""
    return f"{name} is no setting{f': did you mean {near[0]}?' if near else '.'} See docs/settings.md."


def check(targets: list[str], names: list[str]) -> str:
    """Return what is wrong with a make command: a name, or a setting's value; nothing if all is well."""
    from bootstrap.errors import SettingError  # noqa: PLC0415  an old Python cannot read it

    if names:
        known = OTHERS.union(*(import_module(module).SETTINGS for module, _ in {PIPELINE, *READ.values()}))
        for name in names:
            if refused := refusal(name, known):
                return refused
    try:
        for module, name in (PIPELINE, *(READ[target] for target in targets if target in READ)):
            getattr(import_module(module), name).from_environment(os.environ)
    except SettingError as error:
        return str(error)
    return ""


def main(targets: str, names: str) -> int:
    """Say what is wrong; return the exit code."""
    try:
        wrong = check(targets.split(), names.split())
    except (SyntaxError, ImportError):
        return 0
    if wrong:
        sys.stderr.write(wrong + "\n")
    return 2 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
