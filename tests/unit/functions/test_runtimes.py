"""The table of runtimes: what each shows, starts and installs."""

from pathlib import Path

import pytest

from tailrace.control.errors import EmulatorError
from tailrace.functions import runtimes
from tailrace.functions.runtimes import TABLE
from tailrace.functions.runtimes.base import ProcessConfiguration, RuntimePaths

pytestmark = pytest.mark.unit

PLACE = RuntimePaths("/var/lang", "/var/runtime", "/var/task", "/opt")
NOWHERE = Path("/nowhere")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("python3.14", "python:3.14.v0"),
        ("nodejs24.x", "nodejs:24.v0"),
        ("provided.al2023", "provided:al2023.v0"),
        ("java21", "java:21.v0"),
    ],
)
def test_a_runtime_is_shown_as_lambda_shows_it(name: str, shown: str) -> None:
    """In INIT_START; no version of AWS's own is v0."""
    assert TABLE[name].shown == shown


def test_no_runtime_is_both_here_and_refused() -> None:
    """Each name stands in one list."""
    assert not set(TABLE) & (runtimes.NO_LONGER | runtimes.NOT_DONE)
    assert not runtimes.NO_LONGER & runtimes.NOT_DONE


def test_python_is_started_by_awss_client() -> None:
    """As /var/runtime/bootstrap.py, with the handler."""
    command = TABLE["python3.12"].command(PLACE, ProcessConfiguration("app.handler", 128, {}), PLACE)
    assert command == ["/var/lang/bin/python", "-s", "/var/runtime/bootstrap.py", "app.handler"]


def test_nodes_heap_is_a_share_of_the_memory() -> None:
    """Nine tenths, so that a leak ends as on AWS."""
    command = TABLE["nodejs22.x"].command(PLACE, ProcessConfiguration("index.handler", 1000, {}), PLACE)
    assert command[0] == "/var/lang/bin/node"
    assert "--max-old-space-size=900" in command


def test_a_wrapper_begins_the_runtime() -> None:
    """Its script is given the runtime's command; a path in /opt is one in the layers."""
    asked = ProcessConfiguration("app.handler", 128, {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/trace"})
    python, provided = TABLE["python3.12"], TABLE["provided.al2023"]
    elsewhere = PLACE._replace(layers="/layers/1")
    assert python.wrapped_command(elsewhere, asked, elsewhere)[:2] == [
        "/layers/1/trace",
        "/var/lang/bin/python",
    ]
    assert provided.wrapped_command(PLACE, asked, PLACE) == ["/var/task/bootstrap"]


def test_what_is_asked_for_is_installed_beside_what_is_always_there() -> None:
    """One part for each runtime; those that need nothing have none."""
    parts = runtimes.parts(NOWHERE, ["nodejs24.x", "provided.al2023"])
    assert [part.where for part in parts] == ["runtimes/python3.13", "runtimes/nodejs24.x"]


def test_a_runtime_that_nobody_knows_cannot_be_installed() -> None:
    """The error names those that can."""
    with pytest.raises(
        EmulatorError, match=r"The runtime nodejs99\.x cannot be installed: it is one of python3"
    ):
        runtimes.parts(NOWHERE, ["nodejs99.x"])


def test_versions_of_one_family_have_different_stamps() -> None:
    """A part of one version is not taken for that of another."""
    stamps = {part.stamp() for part in runtimes.parts(NOWHERE, TABLE)}
    assert len(stamps) == 8
