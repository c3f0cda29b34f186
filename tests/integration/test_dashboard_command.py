"""`make dashboard` as a command: how it begins and ends, and what it does while the emulator is gone."""

import re
import signal
import socket
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from bootstrap.commands import command
from tailrace.control import processes
from tests.frame import browser
from tests.frame.pipeline import Pipeline
from tests.frame.run import Run
from tests.integration.dashboards import (
    environment,
    figure,
    in_a_browser,
    live,
    running,
    served,
    started,
)
from tests.integration.relay import relayed

pytestmark = in_a_browser


@pytest.mark.emulator_only
def test_emulator_gone_and_back(run: Run, pipeline: Pipeline) -> None:
    """When the emulator is gone the page says so and keeps its figures; then it goes on by itself."""
    behind = urlsplit(pipeline.target.endpoint or "")
    with relayed(behind.hostname or "", behind.port or 0) as relay:
        through = environment(run, pipeline, AWS_ENDPOINT_URL=f"http://127.0.0.1:{relay.port}")
        with served(through) as address, browser.opened() as chromium, live(chromium, address) as page:
            events = figure(page, "events")
            relay.shut()
            expect(page.locator("#state")).to_have_text("Nobody answers", timeout=30_000)
            expect(page.get_by_role("alert")).to_contain_text("make up")
            assert figure(page, "events") == events
            relay.open()
            expect(page.locator("#state")).to_have_text("Live", timeout=30_000)
            expect(page.locator(".banner")).to_be_hidden()


@pytest.mark.anywhere
def test_ended_by_ctrl_c(run: Run, pipeline: Pipeline) -> None:
    """Ctrl-C ends it without complaint."""
    with running(environment(run, pipeline)) as (process, _):
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate(timeout=30)
    assert process.returncode == 0, said
    assert re.fullmatch(r"The dashboard of .*\(Ctrl-C ends it\)\n", said)


@pytest.mark.anywhere
def test_taken_port(run: Run, pipeline: Pipeline) -> None:
    """A port that somebody else has is a sentence that names the setting."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        done = started(environment(run, pipeline, DASHBOARD_PORT=port))
    assert done.returncode == 1
    assert f"Port {port} of 127.0.0.1 cannot be had" in done.stderr
    assert "choose another port with DASHBOARD_PORT=." in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.anywhere
def test_missing_stack(run: Run, pipeline: Pipeline) -> None:
    """A stack that is not deployed is a sentence that names the command."""
    name = run.stack_name("nothing")
    another = environment(run, pipeline, STACK=name)
    done = started(another)
    deploys = command("up", another)
    assert (done.returncode, done.stderr) == (1, f"There is no stack {name}: `{deploys}` deploys it.\n")


@pytest.mark.emulator_only
def test_missing_emulator(run: Run, pipeline: Pipeline) -> None:
    """Where nobody answers, it is a sentence that names the command."""
    done = started(environment(run, pipeline, AWS_ENDPOINT_URL=f"http://127.0.0.1:{processes.free_port()}"))
    assert done.returncode == 1
    assert done.stderr.startswith("Nobody answers: ")
    assert "Traceback" not in done.stderr
