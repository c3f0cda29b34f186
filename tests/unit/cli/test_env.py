import json
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from tailrace.cli import main
from tailrace.pointing import FORMATS, Emulated

pytestmark = pytest.mark.unit

TO = Emulated("http://127.0.0.1:4600", "eu-west-1", 4600)


def text(form: str, **environ: str) -> str:
    """Return what is printed in one format."""
    return "\n".join(FORMATS[form](TO, environ)) + "\n"


@pytest.mark.parametrize("form", ["shell", "sam", "cdk"])
def test_a_shell_is_pointed(form: str) -> None:
    """A shell that has eaten the lines has the endpoint and its port, and nothing that leads elsewhere."""
    shell = shutil.which("sh") or "sh"
    before = {"AWS_PROFILE": "mine", "AWS_ENDPOINT_URL_SQS": "http://elsewhere", "EMULATOR_PORT": "1"}
    done = subprocess.run(
        [shell, "-ec", f"{text(form, **before)}\n/usr/bin/env"],
        env=before,
        capture_output=True,
        text=True,
        check=True,
    )
    after = dict(line.split("=", 1) for line in done.stdout.splitlines())
    assert after["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4600"
    assert (after["AWS_ACCESS_KEY_ID"], after["AWS_SECRET_ACCESS_KEY"]) == ("test", "test")
    assert (after["AWS_REGION"], after["AWS_DEFAULT_REGION"]) == ("eu-west-1", "eu-west-1")
    assert after["EMULATOR_PORT"] == "4600"
    assert after.keys() & {"AWS_PROFILE", "AWS_ENDPOINT_URL_SQS"} == set()


def test_the_certificate_is_named() -> None:
    """Where the emulator's certificate is known, every format with variables names its file."""
    to = TO._replace(certificate="/home/x/localhost.pem.crt")
    for form in ("shell", "dotenv", "json"):
        assert "/home/x/localhost.pem.crt" in "\n".join(FORMATS[form](to, {}))
        assert "TAILRACE_CERTIFICATE" not in text(form)


def test_dotenv() -> None:
    """A file of variables has one on each line, and no quotes that a reader might keep."""
    assert text("dotenv").splitlines()[:5] == [
        "AWS_ENDPOINT_URL=http://127.0.0.1:4600",
        "AWS_ACCESS_KEY_ID=test",
        "AWS_SECRET_ACCESS_KEY=test",
        "AWS_REGION=eu-west-1",
        "AWS_DEFAULT_REGION=eu-west-1",
    ]


def test_serverless() -> None:
    """What is printed for Serverless is a part of its YAML, which names host and port."""
    part = yaml.safe_load(text("serverless"))
    assert part["custom"]["localstack"] == {
        "host": "http://127.0.0.1",
        "edgePort": 4600,
        "autostart": False,
    }


def test_terraform() -> None:
    """What is printed for Terraform goes over the provider: every service, and nothing asked of AWS."""
    printed = text("terraform")
    assert printed.count('= "http://127.0.0.1:4600"') == 14
    for line in ("skip_requesting_account_id  = true", "s3_use_path_style           = true"):
        assert line in printed


def test_json() -> None:
    """A program reads what to set and what to unset."""
    read = json.loads(text("json", AWS_ENDPOINT_URL_S3="http://elsewhere"))
    assert (read["endpoint"], read["region"], read["own"]) == ("http://127.0.0.1:4600", "eu-west-1", True)
    assert read["set"]["AWS_ENDPOINT_URL"] == "http://127.0.0.1:4600"
    assert "AWS_ENDPOINT_URL_S3" in read["unset"]


def test_a_port_goes_before_what_was_eaten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """In a shell that has eaten the lines of one emulator, a new port is answered with its own lines."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:4599")
    monkeypatch.setenv("EMULATOR_PORT", "4600")
    assert main(["env", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["endpoint"] == "http://127.0.0.1:4600"
