import os
import socket
from pathlib import Path

import pytest

from tailrace.compose import choice, image
from tailrace.compose.container import Container
from tailrace.compose.engine import DockerEngine
from tailrace.compose.errors import EngineError, ImageError
from tailrace.control import Emulator, Installation, pidfile, processes

pytestmark = pytest.mark.emulator_only

# A `docker` program that answers as told: engine, place of the engine, Compose, then whatever else is asked.
DOCKER = """#!/bin/sh
case "$1 $2" in
    "version "*) {engine} ;;
    "context inspect") echo {place} ;;
    "compose version") {compose} ;;
    "build "*) echo "the base image is not there" >&2; exit 1 ;;
    "image inspect") exit 1 ;;
    *) exit 0 ;;
esac
"""
GOOD = {"engine": "echo 28.1.0", "place": "unix:///var/run/docker.sock", "compose": "echo 2.40.0"}


@pytest.fixture
def embedded(tmp_path: Path) -> Emulator:
    """Give an embedded emulator that is not installed and does not run."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return Emulator(Installation(tmp_path / "home", parts=()), probe.getsockname()[1])


def docker(folder: Path, **answers: str) -> dict[str, str]:
    """Put a `docker` program into a folder; give an environment in which it is the one that is found."""
    program = folder / "bin" / "docker"
    program.parent.mkdir()
    program.write_text(DOCKER.format(**{**GOOD, **answers}))
    program.chmod(0o755)
    return {"PATH": f"{program.parent}:/usr/bin:/bin"}


def test_docker_answers(embedded: Emulator, tmp_path: Path) -> None:
    """Auto takes Docker where an engine with Compose answers, and says so."""
    chosen = choice.choose("auto", embedded, tmp_path, docker(tmp_path))
    assert isinstance(chosen.emulator, Container)
    assert chosen.emulator.port == embedded.port
    assert str(chosen) == "Emulator: in Docker (Docker 28.1.0 answers)"


def test_no_program(embedded: Emulator, tmp_path: Path) -> None:
    """Without a docker program it is the embedded one."""
    chosen = choice.choose("auto", embedded, tmp_path, {"PATH": str(tmp_path)})
    assert chosen.emulator is embedded
    assert str(chosen) == "Emulator: embedded (there is no docker program here)"


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ({"engine": "echo Cannot connect to the Docker daemon >&2; exit 1"}, "no Docker engine answers"),
        ({"place": "ssh://me@build-box"}, "the Docker engine is on another machine"),
        ({"compose": "exit 1"}, "it has no Compose"),
        ({"compose": "echo 2.20.3"}, "it has Compose 2.20.3, and 2.24 or newer is needed"),
    ],
)
def test_not_usable(embedded: Emulator, tmp_path: Path, answers: dict[str, str], why: str) -> None:
    """An engine that cannot be used from here means embedded, with the reason; refused if asked for."""
    environ = docker(tmp_path, **answers)
    chosen = choice.choose("auto", embedded, tmp_path, environ)
    assert chosen.emulator is embedded
    assert why in str(chosen)
    with pytest.raises(EngineError, match="EMULATOR=embedded"):
        choice.choose("docker", embedded, tmp_path, environ)


def test_what_runs_is_used(embedded: Emulator, tmp_path: Path) -> None:
    """Auto takes the embedded emulator that runs, though an engine answers; and does not ask it."""
    ourselves = processes.process(os.getpid())
    assert ourselves
    embedded.folder.mkdir(parents=True)
    pidfile.write(embedded.folder, ourselves)
    chosen = choice.choose("auto", embedded, tmp_path, docker(tmp_path, engine="exit 1"))
    assert chosen.emulator is embedded
    assert str(chosen) == "Emulator: embedded (it runs already)"


def test_image_that_cannot_be_built(
    embedded: Emulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where auto took Docker and its image cannot be built, the embedded one is taken, and both are said."""
    for name in ("requirements.txt", "docker-compose.yml", "bench/Dockerfile", "bench/healthy"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).touch()
    (tmp_path / "bench/pyproject.toml").write_text('[project]\nversion = "1"\n')
    monkeypatch.setenv("PATH", docker(tmp_path)["PATH"])
    said: list[str] = []
    chosen = choice.prepare("auto", embedded, tmp_path, said.append)
    assert chosen.emulator is embedded
    assert any("the base image is not there" in line for line in said)
    assert said[-1] == "Emulator: embedded (the image could not be built)"
    with pytest.raises(ImageError, match="the base image is not there"):
        choice.prepare("docker", embedded, tmp_path, said.append)


def test_sources_decide(tmp_path: Path) -> None:
    """Any change of what goes into the image is another image; of other packages it is not."""
    package = tmp_path / "bench" / "tailrace"
    package.mkdir(parents=True)
    for name in ("requirements.txt", "bench/Dockerfile", "bench/healthy", "bench/pyproject.toml"):
        (tmp_path / name).touch()
    seen = [image.sources(tmp_path)]
    for name in ("bench/tailrace/new.py", "bench/Dockerfile", "requirements.txt"):
        (tmp_path / name).write_text("uv==1.0 \\\n    --hash=sha256:0\n")
        seen.append(image.sources(tmp_path))
    assert len(set(seen)) == len(seen)
    with (tmp_path / "requirements.txt").open("a") as lock:
        lock.write("wheel==1.0\n")
    (package / "__pycache__").mkdir()
    (package / "__pycache__" / "new.pyc").touch()
    assert image.sources(tmp_path) == seen[-1]


def test_somebody_elses_image(tmp_path: Path) -> None:
    """An image that EMULATOR_IMAGE names is taken as it is: nothing is built."""
    environ = {**docker(tmp_path), image.OWN: "registry.example/emulator:1"}
    assert image.ensure(DockerEngine("28.1.0", "2.40.0", environ), tmp_path, lambda _: None) is False
