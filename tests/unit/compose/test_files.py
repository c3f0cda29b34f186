import ast
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tailrace.compose import container, image
from tailrace.testing import wrappers

pytestmark = pytest.mark.unit

ROOT = Path(__file__).resolve().parents[3]


class _Loader(yaml.SafeLoader):
    """A loader that knows Compose's `!reset`."""


_Loader.add_constructor("!reset", lambda _loader, _node: None)


def service(name: str) -> dict[str, Any]:
    """Give the emulator's service as a file describes it."""
    text = (ROOT / name).read_text(encoding="utf-8")
    found: dict[str, Any] = yaml.load(text, Loader=_Loader)["services"]["emulator"]  # noqa: S506  a safe one
    return found


def test_rights() -> None:
    """The container has no rights, no socket, a root that cannot be written, bounds for memory and log."""
    emulator = service("docker-compose.yml")
    assert emulator["cap_drop"] == ["ALL"]
    assert emulator["security_opt"] == ["no-new-privileges:true"]
    assert emulator["read_only"]
    assert emulator["init"]
    assert emulator["restart"] == "no"
    assert emulator["mem_limit"] == emulator["memswap_limit"]
    assert set(emulator["logging"]["options"]) == {"max-size", "max-file"}
    assert "volumes" not in emulator
    assert "privileged" not in emulator


def test_published_on_loopback() -> None:
    """The one port is published on 127.0.0.1, with the number that it has inside."""
    port = "${EMULATOR_PORT:-4566}"
    assert service("docker-compose.yml")["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert "ports" not in service("docker-compose.official.yml")


def test_names_that_the_code_looks_for() -> None:
    """The labels and the image are those by which the code finds the containers."""
    ours, theirs = service("docker-compose.yml"), service("docker-compose.official.yml")
    assert ours["labels"] == {
        container.EMULATOR: "${EMULATOR_PORT:-4566}",
        wrappers.RUN: f"${{{wrappers.FOR_RUN}:-}}",
    }
    assert ours["image"] == f"${{{image.OWN}:-{image.NAME}}}"
    assert theirs["image"].startswith(f"${{{container.OFFICIAL}:?")
    assert theirs["environment"]["LAMBDA_DOCKER_FLAGS"].startswith(f"--label {container.FUNCTIONS}=")


def test_dockerfile() -> None:
    """The image runs as somebody without rights, names no processor and no version, and needs no `syntax`."""
    text = (ROOT / image.DOCKERFILE).read_text(encoding="utf-8")
    assert re.findall(r"^USER (\S+)", text, re.MULTILINE) == ["10001:10001"]
    assert "# syntax" not in text
    assert not re.search(r"x86_64|aarch64|--platform", text)
    assert f'{image.LABEL}="${{SOURCES}}"' in text


def imported(module: str) -> set[str]:
    """Return the module and all of ours that it imports when it is loaded, as files below `bench/`."""
    found, todo = set[str](), [module]
    while todo:
        name = todo.pop()
        path = f"{name.replace('.', '/')}.py"
        if path in found or not (ROOT / "bench" / path).is_file():
            continue
        found.add(path)
        for node in ast.parse((ROOT / "bench" / path).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ImportFrom):
                above = name.split(".")[: -node.level] if node.level else []
                base = ".".join([*above, *filter(None, [node.module])])
                todo += [base, *(f"{base}.{alias.name}" for alias in node.names)]
    return found


def test_what_the_image_is_installed_with() -> None:
    """The image's installation is made with all that the installing code imports, and so is made at all."""
    text = (ROOT / image.DOCKERFILE).read_text(encoding="utf-8").replace("\\\n", " ")
    copied = {
        source.removeprefix("bench/")
        for line in re.findall(r"^COPY (bench/tailrace/.*) \S+$", text, re.MULTILINE)
        for source in line.split()
    }
    needed = imported("tailrace.control.installation") | imported("tailrace.control.trimming")
    whole = {folder for folder in copied if not folder.endswith((".py", ".xml", ".txt"))}
    assert [file for file in sorted(needed - copied) if not file.startswith(tuple(whole))] == []
