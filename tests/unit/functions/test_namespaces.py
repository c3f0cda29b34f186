"""The file system that a function sees, as it is described to the launcher."""

from pathlib import Path

import pytest

from tailrace.functions.namespaces import file_system
from tailrace.functions.runtimes.base import RuntimePaths

pytestmark = pytest.mark.unit

THERE = RuntimePaths("/usr", "/usr/lib", "/usr/share", "/usr/bin")


def test_what_a_function_has_is_where_aws_has_it() -> None:
    """Its code, its layers, the runtime and the language; the scratch space has its size."""
    found = file_system(Path("/at"), THERE, [], 512)
    binds = {target: source for source, target in found["binds"]}
    assert binds["/var/task"] == "/usr/share"
    assert binds["/var/runtime"] == "/usr/lib"
    assert binds["/var/lang"] == "/usr"
    assert binds["/opt"] == "/usr/bin"
    assert (found["at"], found["scratch"]) == ("/at", 512)


def test_nobodys_home_is_to_be_seen() -> None:
    """Of the machine there are programs, libraries and devices; its users are Lambda's."""
    found = file_system(Path("/at"), THERE, [], 512)
    targets = [target for _, target in found["binds"]]
    assert not [one for one in targets if one.startswith(("/home", "/root", "/etc/passwd", "/tmp"))]  # noqa: S108  no file is made
    assert "sbx_user1051:x:993:990::/home/sbx_user1051:" in found["files"]["/etc/passwd"]


def test_an_interpreter_below_opt_stands_beside_the_layers() -> None:
    """Then the layers' folders are shown one by one."""
    found = file_system(Path("/at"), THERE._replace(layers="/proc/self"), [Path("/opt")], 512)
    targets = [target for _, target in found["binds"]]
    assert "/opt/fd" in targets
    assert targets.count("/opt") == 1
