from dataclasses import dataclass, field

import boto3
import pytest

from bootstrap.env import lines
from bootstrap.errors import Declined
from bootstrap.settings import PipelineSettings
from bootstrap.switch import agree
from bootstrap.target import Target
from tailrace.pointing import IN_THE_WAY

pytestmark = pytest.mark.unit
SETTINGS = PipelineSettings.from_environment({"STACK": "mine"})


def target(name: str = "aws") -> Target:
    """Return a target that makes no client."""
    if name == "aws":
        return Target("aws", "eu-central-1", "111122223333", None, boto3.Session())
    return Target("localstack", "us-east-1", "000000000000", "http://127.0.0.1:4600", boto3.Session())


@dataclass
class User:
    """Somebody who gives one answer."""

    answer: str
    questions: list[str] = field(default_factory=list)

    def __call__(self, question: str) -> str:
        """Take the question, give the answer."""
        self.questions.append(question)
        return self.answer


@pytest.mark.parametrize("answer", ["y", "Y", "yes "])
def test_yes(answer: str, capsys: pytest.CaptureFixture[str]) -> None:
    """What is to be done is done after a yes, and where and at what price was said before."""
    user = User(answer)
    agree(target(), SETTINGS, "deploy the pipeline", user)
    assert user.questions == ["Deploy the pipeline? [y/N] "]
    said = capsys.readouterr().err
    assert said.startswith("AWS account 111122223333, region eu-central-1, stack mine\n")
    assert "an hour and $" in said


@pytest.mark.parametrize("answer", ["", "n", "what?"])
def test_anything_else_is_a_no(answer: str) -> None:
    """Anything but a yes is a no."""
    with pytest.raises(Declined, match="Nothing was done"):
        agree(target(), SETTINGS, "deploy the pipeline", User(answer))


def test_yes_in_advance() -> None:
    """YES=1 is an answer: nobody is asked."""
    user = User("n")
    agree(target(), PipelineSettings.from_environment({"YES": "1"}), "deploy the pipeline", user)
    assert user.questions == []


def test_an_emulator(capsys: pytest.CaptureFixture[str]) -> None:
    """An emulator costs nothing: nothing is said, and nobody is asked."""
    agree(target("localstack"), SETTINGS, "deploy the pipeline", User("n"))
    assert capsys.readouterr().err == ""


def test_env_for_an_emulator() -> None:
    """The lines point to the endpoint, and away from the user's own profile."""
    assert list(lines(target("localstack"), {"AWS_ENDPOINT_URL_SQS": "http://elsewhere"})) == [
        f"unset {' '.join((*IN_THE_WAY, 'AWS_ENDPOINT_URL_SQS'))}",
        "export AWS_ENDPOINT_URL=http://127.0.0.1:4600",
        "export AWS_ACCESS_KEY_ID=test",
        "export AWS_SECRET_ACCESS_KEY=test",
        "export AWS_REGION=us-east-1",
        "export AWS_DEFAULT_REGION=us-east-1",
    ]


def test_env_with_a_certificate() -> None:
    """The certificate of an emulator is named, where it is known."""
    assert "export TAILRACE_CERTIFICATE=/a/localhost.pem.crt" in lines(
        target("localstack"), {}, "/a/localhost.pem.crt"
    )


def test_env_beside_a_proxy() -> None:
    """Where a proxy is set, it is not asked for the emulator; what was excepted before stays so."""
    proxied = {
        "HTTPS_PROXY": "http://proxy:3128",
        "http_proxy": "http://proxy:3128",
        "NO_PROXY": "example.org",
    }
    made = list(lines(target("localstack"), proxied))
    assert "export NO_PROXY=example.org,127.0.0.1,localhost" in made
    assert "export no_proxy=example.org,127.0.0.1,localhost" in made


def test_env_for_an_account() -> None:
    """The lines take the endpoint away, and touch no credentials."""
    assert list(lines(target(), {})) == [
        "unset AWS_ENDPOINT_URL",
        "export AWS_REGION=eu-central-1",
        "export AWS_DEFAULT_REGION=eu-central-1",
    ]
