"""`make dashboard` as a command: how it begins and ends, and what it does while the emulator is gone."""

import re
import signal
import socket
import subprocess
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect

from bootstrap.commands import command
from tailrace.control import processes
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration.dashboard.serving import (
    environment,
    figure,
    in_a_browser,
    live,
    running,
    started,
)
from tests.integration.relay import Relay, relayed

pytestmark = in_a_browser


class Shown(NamedTuple):
    """A dashboard of this file's own; `relay` is between it and the emulator."""

    process: subprocess.Popen[str]
    address: str
    relay: Relay


@pytest.fixture(scope="module")
def shown(run: Run, watched: Pipeline) -> Iterator[Shown]:
    """Give a dashboard that can be cut off, and ended."""
    behind = urlsplit(watched.target.endpoint or "")
    with relayed(behind.hostname or "", behind.port or 0) as relay:
        through = environment(run, watched, AWS_ENDPOINT_URL=f"http://127.0.0.1:{relay.port}")
        with running(through) as (process, address):
            yield Shown(process, address, relay)


@pytest.mark.emulator_only
def test_emulator_gone_and_back(shown: Shown, chromium: BrowserContext) -> None:
    """When the emulator is gone the page says so and keeps its figures; then it goes on by itself."""
    with live(chromium, shown.address) as page:
        events = figure(page, "events")
        shown.relay.shut()
        expect(page.locator("#state")).to_have_text("Nobody answers", timeout=30_000)
        expect(page.get_by_role("alert")).to_contain_text("make up")
        assert figure(page, "events") == events
        shown.relay.open()
        expect(page.locator("#state")).to_have_text("Live", timeout=30_000)
        expect(page.locator(".banner")).to_be_hidden()


@pytest.mark.emulator_only
def test_ended_by_ctrl_c(shown: Shown, chromium: BrowserContext) -> None:
    """Ctrl-C ends it at once without complaint, though a page is open and its figures do not come."""
    process = shown.process
    with live(chromium, shown.address):
        shown.relay.hold()
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=10)
    assert process.returncode == 0, said
    assert re.fullmatch(r"The dashboard of .*\(Ctrl-C ends it\)\n", said)


@pytest.mark.anywhere
def test_taken_port(run: Run, watched: Pipeline) -> None:
    """A port that somebody else has is a sentence that names the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = started(environment(run, watched, DASHBOARD_PORT=port))
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be had" in done.stderr
    assert "choose another port with DASHBOARD_PORT=." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.anywhere
def test_missing_stack(run: Run, watched: Pipeline) -> None:
    """A stack that is not deployed is a sentence that names the command."""
    name = run.stack_name("nothing")
    another = environment(run, watched, STACK=name)
    done = started(another)
    deploys = command("up", another)
    assert (done.returncode, done.stderr) == (1, f"There is no stack {name}: `{deploys}` deploys it.\n")


@pytest.mark.emulator_only
def test_missing_emulator(run: Run, watched: Pipeline) -> None:
    """Where nobody answers, it is a sentence that names the command."""
    done = started(environment(run, watched, AWS_ENDPOINT_URL=f"http://127.0.0.1:{processes.free_port()}"))
    assert done.returncode == 1
    assert done.stderr.startswith("Nobody answers: ")
    assert "Traceback" not in done.stderr
