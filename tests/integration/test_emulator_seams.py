"""A LocalStack that is not the one that the bench knows does not start, and says why; pages stay outside."""

import http.client
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bootstrap.target import Target
from tailrace.control import Emulator, plugins, processes
from tailrace.control.errors import UnhealthyError
from tailrace.control.plugins import PACKAGE
from tailrace.control.settings import OURS
from tailrace.seams import seams
from tests.frame.run import ROOT, Run
from tests.integration.installing import installed
from tests.unit.conventions.test_examples import with_examples

pytestmark = pytest.mark.emulator_only
ENTITIES = "localstack.services.cloudformation.v2.entities"
LIST_TABLES = {
    "X-Amz-Target": "DynamoDB_20120810.ListTables",
    "Content-Type": "application/x-amz-json-1.0",
    "Authorization": "AWS4-HMAC-SHA256 Credential=test/20260102/us-east-1/dynamodb/aws4_request, "
    "SignedHeaders=host, Signature=0",
}
EXAMPLES = """
import doctest, importlib, sys
for name in sys.argv[1:]:
    flags = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS
    found = doctest.testmod(importlib.import_module(name), optionflags=flags)
    print(name, found.failed, found.attempted > 0)
"""


@pytest.fixture(scope="module")
def emulator(run: Run) -> Iterator[Emulator]:
    """Give an emulator of the test's own, not started; it is stopped in the end."""
    one = Emulator(installed(run), processes.free_port())
    yield one
    one.stop()
    shutil.rmtree(one.folder, ignore_errors=True)


def changed(emulator: Emulator, file: str, old: str, new: str, folder: Path) -> dict[str, str]:
    """Return settings that load a copy of LocalStack's services (of links) in which one file is changed."""
    home = emulator.installation.python.parent.parent
    source = next(home.glob("lib/python3*/site-packages/localstack"))
    shutil.copytree(source / "services", folder / "localstack" / "services", copy_function=os.symlink)
    text = (source / "services" / file).read_text(encoding="utf-8")
    assert old in text
    copy = folder / "localstack" / "services" / file
    copy.unlink()
    copy.write_text(text.replace(old, new), encoding="utf-8")
    return {"PYTHONPATH": f"{folder}:{plugins.place(emulator.installation.home)}"}


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "def set_stack_status(",
            "def put_stack_status(",
            "has no Stack.set_stack_status, which the bench replaces.",
        ),
        (
            "def set_stack_status(self,",
            "def set_stack_status(self, at,",
            (
                "has Stack.set_stack_status as (self, at, status, reason), where the bench knows "
                "(self, status, reason)."
            ),
        ),
    ],
    ids=["renamed", "another signature"],
)
def test_changed_localstack(emulator: Emulator, tmp_path: Path, old: str, new: str, said: str) -> None:
    """A LocalStack with a name renamed, or its parameters changed, ends its start with one sentence."""
    settings = changed(emulator, "cloudformation/v2/entities.py", old, new, tmp_path)
    with pytest.raises(UnhealthyError) as refused:
        emulator.start(settings)
    assert str(refused.value) == (
        f"LocalStack could not be started. {ENTITIES} {said} This is another version than the bench was "
        "made for: run `tailrace install`, which installs the versions that fit together."
    )
    assert emulator.process() is None


def test_part_that_cannot_be_loaded(emulator: Emulator, tmp_path: Path) -> None:
    """A part of ours for which LocalStack lacks something ends the start, instead of being left out."""
    old, new = "RuntimeExecutorPlugin", "ExecutorPlugin"
    settings = changed(emulator, "lambda_/invocation/plugins.py", old, new, tmp_path)
    with pytest.raises(UnhealthyError, match=r"startup\.executor.* cannot be loaded: cannot import"):
        emulator.start(settings)


def test_hooks_that_are_not_run(emulator: Emulator, tmp_path: Path) -> None:
    """A LocalStack that starts without the bench's hooks is not taken for one that has them."""
    (tmp_path / PACKAGE.name).symlink_to(PACKAGE)
    with pytest.raises(UnhealthyError, match="LocalStack started without the bench"):
        emulator.start({"PYTHONPATH": str(tmp_path), **dict.fromkeys(OURS, "")})
    assert emulator.process() is None


def test_names_are_listed(emulator: Emulator) -> None:
    """While the emulator runs, its folder has the names that were replaced in it."""
    emulator.start()
    listed = (emulator.folder / "seams").read_text(encoding="utf-8").splitlines()
    emulator.stop()
    assert listed == [str(seam) for seam in seams()]
    assert not (emulator.folder / "seams").exists()


def test_pages_stay_outside(target: Target) -> None:
    """A foreign Host and a foreign page's origin are refused, on LocalStack's way and on the short ways."""
    port = urlsplit(target.endpoint or "").port or 0
    foreign = {"Host": f"evil.example:{port}"}, {"Origin": "https://app.localstack.cloud"}
    own = {"Origin": f"http://localhost:{port}"}
    for headers in foreign:
        assert ask(port, "GET", "/_localstack/health", headers).startswith("403 Refused: ")
        assert ask(port, "POST", "/", {**LIST_TABLES, **headers}).startswith("403 Refused: ")
        assert ask(port, "GET", "/some-bucket/key", headers).startswith("403 Refused: ")
    assert ask(port, "OPTIONS", "/", foreign[1]).startswith("403 Refused: ")
    assert ask(port, "POST", "/", LIST_TABLES).startswith("200 ")
    assert ask(port, "POST", "/", {**LIST_TABLES, **own}).startswith("200 ")


def ask(port: int, method: str, path: str, headers: dict[str, str]) -> str:
    """Return status and body of an answer."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, path, b"{}" if method == "POST" else None, headers)
    answer = connection.getresponse()
    text = f"{answer.status} {answer.read().decode()}"
    connection.close()
    return text


def test_examples_of_what_runs_in_localstack(emulator: Emulator) -> None:
    """Each example in a docstring of a module that needs LocalStack answers what stands below it."""
    modules = [name for name, needs in with_examples() if needs == "localstack"]
    command = [str(emulator.installation.python), "-c", EXAMPLES, *modules]
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "bench")}
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.stdout.splitlines() == [f"{name} 0 True" for name in modules]
    assert modules
