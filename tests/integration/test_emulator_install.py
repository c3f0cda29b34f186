import base64
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bootstrap.environment import size
from tailrace.control.claim import _locked
from tailrace.control.errors import DamagedError, DiskFullError, FetchError, UvMissingError
from tailrace.control.installation import Installation
from tailrace.control.parts import PythonEnvironment
from tailrace.control.simulator import SHA512, check_integrity
from tailrace.control.uv import find_uv
from tailrace.testing.eventually import eventually
from tests.frame.run import Run
from tests.integration import installing
from tests.unit.docs.shown import sizes

pytestmark = pytest.mark.emulator_only

PROGRAM = Path(installing.__file__)
ROOT = PROGRAM.parents[2]
REFUSED = "http://127.0.0.1:9"  # the discard port: nobody listens there


def runtime(room: int = 0) -> PythonEnvironment:
    """Give the smallest real part."""
    return PythonEnvironment("runtime", "runtime-python.txt", "the runtime", download=17, room=room)


def begin(home: Path) -> subprocess.Popen[str]:
    """Start the installation of `installing.py`."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.integration.installing", home],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def until_waiting(home: Path) -> None:
    """Wait until the slow part is half made."""
    eventually((home / "waiting").exists, within=60, what="the slow part is half made")
    (home / "waiting").unlink()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Give a disk of 4 MB."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["/bin/mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", disk],
        capture_output=True,
        text=True,
        check=False,
    )
    if mounted.returncode:
        pytest.skip(f"a small disk can be mounted only by root: {mounted.stderr.strip()}")
    yield disk
    subprocess.run(["/bin/umount", disk], check=True)


def test_killed_in_the_middle(tmp_path: Path) -> None:
    """An installation killed in the middle leaves nothing half-made in use; the next one goes on there."""
    with begin(tmp_path) as first:
        until_waiting(tmp_path)
        first.kill()
    assert [part.where for part in installing.installation(tmp_path).missing()] == ["slow"]
    assert not (tmp_path / "slow").exists()

    with begin(tmp_path) as second:
        assert second.stdout is not None
        printed = second.stdout.readline()  # the first one's program still runs, and has the lock
        (tmp_path / "go").touch()
        second.communicate(timeout=30)

    assert printed == f"Waiting for another installation into this folder (process {first.pid})\n"
    assert second.returncode == 0
    assert installing.installation(tmp_path).missing() == []
    assert (tmp_path / "slow" / "file").read_text() == "whole"
    assert (tmp_path / "made").read_text().splitlines() == ["quick"]
    assert list(tmp_path.glob(".making-*")) == []


def test_two_at_once(tmp_path: Path) -> None:
    """Of two installations into one folder the second waits, and makes nothing again."""
    with begin(tmp_path) as first:
        until_waiting(tmp_path)
        with begin(tmp_path) as second:
            assert second.stdout is not None
            printed = second.stdout.readline()
            (tmp_path / "go").touch()
            for one in (first, second):
                one.communicate(timeout=30)

    assert printed == f"Waiting for another installation into this folder (process {first.pid})\n"
    assert (first.returncode, second.returncode) == (0, 0)
    assert (tmp_path / "made").read_text().splitlines() == ["quick"]


def test_lock_of_the_past(tmp_path: Path) -> None:
    """A lock file that its last holder removed is no lock: somebody else may have made a new one."""
    lock = tmp_path / "lock"
    with lock.open("w") as old:
        lock.unlink()
        lock.touch()
        assert not _locked(old.fileno(), lock)
    with lock.open() as new:
        assert _locked(new.fileno(), lock)


def test_changed_lock(tmp_path: Path) -> None:
    """A part made from another lock is made anew; one made from this lock is left alone."""
    (tmp_path / "go").touch()
    installation = installing.installation(tmp_path)
    assert installation.install(lambda _: None)
    assert not installation.install(lambda _: None)

    (tmp_path / "slow" / ".tailrace-part").write_text("another lock's")
    (tmp_path / "slow" / "old").touch()
    assert [part.where for part in installation.missing()] == ["slow"]
    assert installation.install(lambda _: None)

    assert not (tmp_path / "slow" / "old").exists()
    assert (tmp_path / "made").read_text().splitlines() == ["quick"]


def test_no_room(tmp_path: Path) -> None:
    """An installation that cannot fit is refused before anything is fetched."""
    installation = Installation(tmp_path, (runtime(room=10**9),))
    with pytest.raises(DiskFullError, match="1000000000 MB are needed"):
        installation.install(lambda _: None)
    assert not (tmp_path / "runtime").exists()


def test_full_disk(small_disk: Path) -> None:
    """A disk that fills up is named in a sentence; nothing half-made stays, and with room it goes on."""
    installation = Installation(small_disk, (runtime(),))
    with pytest.raises(DiskFullError, match="is full"):
        installation.install(lambda _: None)
    assert list(small_disk.iterdir()) == []

    subprocess.run(["/bin/mount", "-o", "remount,size=200m", small_disk], check=True)
    assert installation.install(lambda _: None)
    assert installation.missing() == []


def test_no_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without network the installation says so, and leaves nothing half-made."""
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "https_proxy", "http_proxy"):
        monkeypatch.setenv(name, REFUSED)
    monkeypatch.setenv("NO_PROXY", "")
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    home = tmp_path / "home"
    with pytest.raises(FetchError, match="Is the network there"):
        Installation(home, (runtime(),)).install(lambda _: None)
    assert list(home.iterdir()) == []


def test_other_content(tmp_path: Path) -> None:
    """A tarball with other content than expected is refused."""
    tarball = tmp_path / "tarball"
    tarball.write_bytes(b"content")
    check_integrity(tarball, base64.b64encode(hashlib.sha512(b"content").digest()).decode())
    with pytest.raises(DamagedError, match="other content than expected"):
        check_integrity(tarball, SHA512)


def test_uv_that_cannot_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A uv that stands on the PATH but cannot run, as a version manager's shim may, is passed over."""
    for folder, script in (("shim", "exit 127"), ("real", "exit 0")):
        program = tmp_path / folder / "uv"
        program.parent.mkdir()
        program.write_text(f"#!/bin/sh\n{script}\n")
        program.chmod(0o755)
    monkeypatch.setattr(sys, "prefix", str(tmp_path))
    monkeypatch.setitem(sys.modules, "uv", None)
    monkeypatch.setenv("PATH", f"{tmp_path / 'shim'}:{tmp_path / 'real'}")
    assert find_uv() == str(tmp_path / "real" / "uv")

    monkeypatch.setenv("PATH", str(tmp_path / "shim"))
    with pytest.raises(UvMissingError, match="pip install uv"):
        find_uv()


def test_in_place(run: Run) -> None:
    """What is in place is found to be so in less than a second."""
    command = [sys.executable, "-m", "tailrace", "install"]
    environment = {**os.environ, "EMULATOR_HOME": str(installing.installed(run).home)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=5, check=True)
    assert done.stdout + done.stderr == ""


def test_parts_are_no_larger_than_the_page_says(run: Run) -> None:
    """On the disk each part of the installation takes what docs/emulator.md says of it, within a tenth."""
    home = installing.installed(run).home
    said = {row.where.removeprefix(".emulator/"): row.on_disk for row in sizes() if "/" in row.where}
    found = {where: size(home / where) for where in said}
    assert {where: megabytes for where, megabytes in found.items() if megabytes > said[where] * 1.1} == {}
    assert min(found.values()) > 1, "each is there"
