"""The command over TLS, in another project than the emulator's: by the certificate that `env` names."""

import base64
import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from bootstrap.target import Target
from tailrace.cli import main
from tailrace.control import Installation
from tests.frame.run import Run
from tests.integration.mapping_rig import Rig

pytestmark = pytest.mark.emulator_only


@pytest.fixture
def stream(target: Target, run: Run) -> Iterator[str]:
    """Give a stream of this test's own."""
    with Rig(target, run.prefix) as made:
        made.make_stream()
        yield made.name


@pytest.fixture
def secure(target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Stand in another project's folder, where the emulator's address begins with https; give it."""
    url = f"https://127.0.0.1:{urlsplit(target.endpoint or '').port}"
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", url)
    monkeypatch.setenv("AWS_REGION", target.region)
    monkeypatch.setenv("AWS_CA_BUNDLE", "/nowhere/of-a-company.crt")
    for name in ("EMULATOR_PORT", "EMULATOR_HOME", "TAILRACE_CERTIFICATE"):
        monkeypatch.delenv(name, raising=False)
    return url


@pytest.mark.usefixtures("secure")
def test_trusted(
    stream: str,
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """What is put over TLS is recorded over TLS; the emulator's own ways answer too, and `doctor` sees it."""
    monkeypatch.setenv("TAILRACE_CERTIFICATE", str(installation.certificate))
    Path("one.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    assert main(["put", stream, "one.jsonl", "--key", "id"]) == 0
    assert main(["record", stream, "kept.jsonl"]) == 0
    assert main(["fault", "list"]) == 0
    assert main(["whose"]) == 3
    main(["doctor"])
    (kept,) = map(json.loads, Path("kept.jsonl").read_text(encoding="utf-8").splitlines())
    assert base64.b64decode(kept["data"]) == b'{"id": 1}'
    assert "an emulator answers there, and is used" in capsys.readouterr().out


def test_not_trusted(
    stream: str, secure: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without the certificate a command says what to set."""
    monkeypatch.delenv("AWS_CA_BUNDLE")
    Path("one.jsonl").write_text('{"id": 1}\n', encoding="utf-8")
    assert main(["put", stream, "one.jsonl"]) == 1
    assert main(["fault", "list"]) == 1
    said = capsys.readouterr().err.splitlines()
    assert [line.partition(" to the file")[0] for line in said] == [
        f"The certificate of {secure}{path} is not trusted: set TAILRACE_CERTIFICATE" for path in ("/", "")
    ]
