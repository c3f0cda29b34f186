"""Which emulator the tests talk to: the one that runs, or one that the run starts, and stops at its end."""

import fcntl
import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from bootstrap.settings import SETTINGS
from tests.frame.run import Run, without_settings

ROOT = Path(__file__).resolve().parent.parent.parent
PATIENCE = 120  # seconds that a start or a stop may take


def healthy(endpoint: str) -> bool:
    """Tell whether an emulator answers at the endpoint, on the first try."""
    parts = urlsplit(endpoint)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port or 80, timeout=3)
    try:
        connection.request("GET", "/_localstack/health")
        return "services" in json.loads(connection.getresponse().read())
    except (OSError, http.client.HTTPException, ValueError):
        return False
    finally:
        connection.close()


def running(run: Run) -> str | None:
    """Return the endpoint of the emulator that the settings name, if it answers."""
    named = run.environ.get("AWS_ENDPOINT_URL")
    endpoint = named or f"http://127.0.0.1:{SETTINGS['EMULATOR_PORT'].read(run.environ)}"
    if healthy(endpoint):
        return endpoint
    if named:
        raise RuntimeError(f"AWS_ENDPOINT_URL={named}, and no emulator answers there: start it, or unset it.")
    return None


def shared(run: Run) -> str:
    """Return the endpoint of the emulator that all tests share; start one if none runs."""
    return running(run) or own(run, "shared")


def own(run: Run, name: str) -> str:
    """Return the endpoint of the run's own emulator of this name, the same in every worker."""
    with _locked(run):
        note = run.folder / f"{name}.emulator"
        if not note.exists():
            port = _free_port()
            note.write_text(str(port))
            _control(run, "start", port)
        return f"http://127.0.0.1:{note.read_text()}"


def started(run: Run) -> list[str]:
    """Return the endpoints of the emulators that the run started."""
    return [f"http://127.0.0.1:{note.read_text()}" for note in sorted(run.folder.glob("*.emulator"))]


def stop_all(run: Run) -> None:
    """Stop every emulator that the run started."""
    for note in sorted(run.folder.glob("*.emulator")):
        _control(run, "stop", int(note.read_text()))
        note.unlink()


@contextmanager
def _locked(run: Run) -> Iterator[None]:
    """Let one worker at a time start emulators; the others find what it started."""
    with (run.folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _control(run: Run, command: str, port: int) -> None:
    """Run a command of the emulator's own; its output is shown if it fails."""
    done = subprocess.run(
        [sys.executable, "-m", "tailrace_emulator", command],
        cwd=ROOT,
        env=_environ(run, port),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"the emulator's {command} on port {port} failed:\n{done.stdout}{done.stderr}")


def _environ(run: Run, port: int) -> Mapping[str, str]:
    home = {name: run.environ[name] for name in ("EMULATOR_HOME",) if name in run.environ}
    return {**without_settings(os.environ), **home, "EMULATOR_PORT": str(port)}
