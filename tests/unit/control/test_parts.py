import re

import pytest

from tailrace.control.installation import PARTS
from tailrace.control.parts import LOCKS, PythonEnvironment
from tailrace.control.simulator import runs_here

pytestmark = pytest.mark.unit

LIBRARIES = (
    "DynamoDBLocal_lib/libsqlite4java-linux-amd64.so",
    "DynamoDBLocal_lib/libsqlite4java-linux-aarch64.so",
    "DynamoDBLocal_lib/libsqlite4java-linux-i386.so",
    "DynamoDBLocal_lib/libsqlite4java-osx-x86_64.dylib",
    "DynamoDBLocal_lib/libsqlite4java-osx-aarch64.dylib",
    "DynamoDBLocal_lib/libsqlite4java-osx.dylib",
    "DynamoDBLocal_lib/sqlite4java-win32-x64.dll",
)


@pytest.mark.parametrize(
    ("platform", "machine", "expected"),
    [
        ("linux", "x86_64", [LIBRARIES[0]]),
        ("linux", "aarch64", [LIBRARIES[1]]),
        ("darwin", "x86_64", [LIBRARIES[3], LIBRARIES[5]]),
        ("darwin", "arm64", [LIBRARIES[4]]),
    ],
)
def test_native_libraries(platform: str, machine: str, expected: list[str]) -> None:
    """Of the native libraries only this platform's are unpacked."""
    assert [name for name in LIBRARIES if runs_here(name, platform, machine)] == expected


def test_the_rest_is_for_all() -> None:
    """What is no native library is unpacked everywhere."""
    assert runs_here("DynamoDBLocal.jar", "linux", "x86_64")
    assert runs_here("LICENSE.txt", "darwin", "arm64")


@pytest.mark.parametrize("lock", sorted(LOCKS.glob("*.txt")), ids=lambda lock: lock.name)
def test_locks(lock: object) -> None:
    """Every package of a lock has one version and a hash, and no lock names where it comes from."""
    text = (LOCKS / str(lock)).read_text(encoding="utf-8")
    entries = re.split(r"\n(?=\S)", text.strip())
    assert entries
    for entry in entries:
        assert re.match(r"[\w.\[\],-]+==[\w.!+]+ ", entry), entry
        assert "--hash=sha256:" in entry, entry
    assert "://" not in text


def test_lambda_runtime() -> None:
    """In the Lambda runtime there is the runtime's client and boto3, and nothing beside what these need."""
    asked = (LOCKS / "runtime-python.in").read_text(encoding="utf-8").split()
    assert asked == ["awslambdaric", "boto3"]


def test_a_lock_is_part_of_the_stamp() -> None:
    """Two environments from different locks have different stamps; the same lock gives the same."""
    stamps = {
        PythonEnvironment("x", lock, "x", download=0, room=0).stamp()
        for lock in ("localstack.txt", "node-24.txt", "node-24.txt")
    }
    assert len(stamps) == 2


def test_parts_do_not_share_a_folder() -> None:
    """Each part has a folder of its own."""
    assert len({part.where for part in PARTS}) == len(PARTS)
