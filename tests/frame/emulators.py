"""Which emulator the tests talk to: the one that runs, or one that the run starts, and stops at its end.

What a run starts is embedded or a container, as EMULATOR says: by Docker Compose
(`tailrace/compose/choice.py`), or by testcontainers (`containers.py`). It ends with the run, however
that ends (`tailrace/testing/watchdog.py`).
"""

import os
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bootstrap.settings import SETTINGS
from tailrace.compose import choice
from tailrace.compose.container import Container
from tailrace.control import Emulator, Installation
from tailrace.control.health import healthy
from tailrace.endpoint import URL, EndpointError, meant
from tailrace.testing.limits import switch_limits
from tests.frame import containers
from tests.frame.run import Run

ROOT = Path(__file__).resolve().parent.parent.parent


def running(run: Run) -> str | None:
    """Return the endpoint of the emulator that the settings name, if it answers."""
    try:
        named = meant(run.environ, ROOT)
    except EndpointError as undecided:
        raise pytest.UsageError(str(undecided)) from None
    if healthy(named.url):
        return named.url
    if named.own_port is None:
        raise pytest.UsageError(
            f"{URL}={named.url}, and no emulator answers there: start it, or unset {URL}."
        )
    return None


def shared(run: Run) -> str:
    """Return the endpoint of the emulator that all tests share; start one if none runs."""
    if containers.wanted(run) and not run.environ.get("AWS_ENDPOINT_URL"):
        return own(run, "shared")
    endpoint = running(run)
    return _unlimited(endpoint) if endpoint else own(run, "shared")


def own(run: Run, name: str) -> str:
    """Return the endpoint of the run's own emulator of this name, the same in every worker."""
    return _unlimited(run.emulators.started(_wrapper(run), name))


def log(run: Run, name: str) -> str:
    """Return what the run's own emulator of this name has logged: a line for each request, among others."""
    if containers.wanted(run):
        return containers.log(run, name)
    one = _emulator(run, urlsplit(own(run, name)).port or 80)
    return one.log() if isinstance(one, Container) else one.log.read_text(errors="replace")


@cache
def _unlimited(endpoint: str) -> str:
    """Lift Kinesis' limits, which many tests side by side exceed; tests of the limits bring their own."""
    switch_limits(endpoint, "off")
    return endpoint


def put_back(run: Run) -> None:
    """Bring the limits back on an emulator that goes on after the run."""
    if not run.on_aws and (endpoint := running(run)):
        switch_limits(endpoint, "aws")


def stop(run: Run, name: str) -> None:
    """Stop the run's own emulator of this name."""
    run.emulators.stop(name)


def open_to_view(run: Run) -> bool:
    """Tell whether the emulator that the tests share is embedded: its processes and files can be seen."""
    if named := run.environ.get("AWS_ENDPOINT_URL"):
        return _embedded(run, urlsplit(named).port or 80).process() is not None
    return not containers.wanted(run) and isinstance(_chosen(run), Emulator)


def _emulator(run: Run, port: int) -> Emulator | Container:
    """Return the run's own emulator on a port, wrapped as the one that the settings name is."""
    chosen = _chosen(run)
    if isinstance(chosen, Container):
        return Container(chosen.engine, port, ROOT)
    return _embedded(run, port)


def _wrapper(run: Run) -> str:
    if containers.wanted(run):
        return choice.TESTS_ONLY
    return "docker" if isinstance(_chosen(run), Container) else "embedded"


def _chosen(run: Run) -> Emulator | Container:
    want = choice.wanted(run.environ.get("EMULATOR", ""))
    usual = _embedded(run, int(SETTINGS["EMULATOR_PORT"].read(run.environ)))
    return choice.choose(want, usual, ROOT, {**os.environ, **run.environ}).emulator


def _embedded(run: Run, port: int) -> Emulator:
    return Emulator(Installation(run.environ.get("EMULATOR_HOME") or ROOT / ".emulator"), port)
