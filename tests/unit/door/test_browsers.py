"""Whether a request may come in, by what a browser says of the page that makes it."""

import pytest

from tailrace.door.browsers import Allowed, RequestingPage, refusal

pytestmark = pytest.mark.unit

HERE = Allowed.by(listens=["127.0.0.1", "::1"], origins="")
CONTAINER = Allowed.by(listens=["0.0.0.0"], origins="")  # noqa: S104  nothing is bound
OPENED = Allowed.by(listens=["127.0.0.1"], origins="https://app.example, http://other.example:8080/")


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1:4566", "localhost:4566", "LOCALHOST", "[::1]:4566", "127.0.0.2",
        "bucket.s3.localhost:4566",
        "bucket.s3.us-east-1.localhost.localstack.cloud:4566", "localhost.localstack.cloud.", "",
    ],
)  # fmt: skip
def test_loopback_names(host: str) -> None:
    """A program asks by a name of loopback, or by none."""
    assert refusal(host, RequestingPage(), HERE) is None


@pytest.mark.parametrize(
    "host",
    [
        "evil.example:4566", "localhost.evil.example", "127.0.0.1.evil.example", "evillocalhost",
        "evil-localhost.localstack.cloud", "10.0.0.1:4566", "emulator:4566", "[::ffff:1.2.3.4]:1", "a b:c",
    ],
)  # fmt: skip
def test_foreign_names(host: str) -> None:
    """A name of somebody else's that leads to 127.0.0.1 is refused, with a sentence."""
    assert refusal(host, RequestingPage(), HERE) == (
        f"Refused: the Host {host} is not a name of this machine's loopback. "
        "Use http://localhost or http://127.0.0.1 with the emulator's port."
    )


def test_container() -> None:
    """In a container other containers' names and addresses are let in, and still no public name."""
    for host in ("emulator:4566", "172.17.0.2:4566", "host.docker.internal:4566", "localhost:4566"):
        assert refusal(host, RequestingPage(), CONTAINER) is None
    assert refusal("evil.example:4566", RequestingPage(), CONTAINER) is not None


@pytest.mark.parametrize(
    "page",
    [
        RequestingPage(origin="https://app.localstack.cloud", site="cross-site"),
        RequestingPage(origin="http://evil.example"),
        RequestingPage(origin="null", site="cross-site"),
        RequestingPage(origin="file://"),
        RequestingPage(referer="https://evil.example/page?localhost"),
        RequestingPage(site="cross-site"),
        RequestingPage(origin="http://localhost.evil.example:4566"),
        RequestingPage(origin="http://localhost@evil.example"),
    ],
)
def test_foreign_pages(page: RequestingPage) -> None:
    """A page of another site is refused, LocalStack's own web app and a sandboxed or local file too."""
    sentence = refusal("127.0.0.1:4566", page, HERE)
    assert sentence is not None
    assert (
        "may not use this emulator. To allow it, start the emulator with EXTRA_CORS_ALLOWED_ORIGINS="
        in sentence
    )


@pytest.mark.parametrize(
    "page",
    [
        RequestingPage(origin="http://localhost:3000", site="same-site"),
        RequestingPage(origin="http://127.0.0.1:8080", site="cross-site"),
        RequestingPage(origin="http://bucket.s3-website.localhost.localstack.cloud:4566"),
        RequestingPage(referer="http://localhost:4566/index.html", site="same-origin"),
        RequestingPage(site="none"),
        RequestingPage(),
    ],
)
def test_own_pages(page: RequestingPage) -> None:
    """A page of this machine, an address typed by the user and a program may come in."""
    assert refusal("127.0.0.1:4566", page, HERE) is None


def test_named_origins() -> None:
    """An origin that the setting names may come in, and no other; `*` lets in all."""
    assert (
        refusal("localhost", RequestingPage(origin="https://app.example", site="cross-site"), OPENED) is None
    )
    assert refusal("localhost", RequestingPage(referer="http://other.example:8080/a/b"), OPENED) is None
    assert refusal("localhost", RequestingPage(origin="http://app.example"), OPENED) is not None
    every = Allowed.by(listens=["127.0.0.1"], origins="*")
    assert refusal("localhost", RequestingPage(origin="null"), every) is None
    assert refusal("evil.example", RequestingPage(origin="null"), every) is not None
