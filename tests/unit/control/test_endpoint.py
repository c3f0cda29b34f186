from pathlib import Path

import pytest

from tailrace.endpoint import EndpointError, Meant, is_loopback, meant

pytestmark = pytest.mark.unit

NOWHERE = Path("/nowhere")


@pytest.mark.parametrize(
    ("environ", "url", "own_port"),
    [
        ({}, "http://127.0.0.1:4566", 4566),
        ({"EMULATOR_PORT": "4599"}, "http://127.0.0.1:4599", 4599),
        ({"AWS_ENDPOINT_URL": "http://localhost:4566/"}, "http://localhost:4566", 4566),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "EMULATOR_PORT": ""}, "http://127.0.0.1:4566", 4566),
        (
            {"AWS_ENDPOINT_URL": "http://127.0.0.1:4599", "EMULATOR_PORT": "4599"},
            "http://127.0.0.1:4599",
            4599,
        ),
        ({"AWS_ENDPOINT_URL": "http://127.0.0.1:4600"}, "http://127.0.0.1:4600", None),
        ({"AWS_ENDPOINT_URL": "http://build-box:4566"}, "http://build-box:4566", None),
        ({"AWS_ENDPOINT_URL": "https://127.0.0.1:4566"}, "http://127.0.0.1:4566", 4566),
        (
            {"AWS_ENDPOINT_URL": "https://localhost:4599", "EMULATOR_PORT": "4599"},
            "http://localhost:4599",
            4599,
        ),
        ({"AWS_ENDPOINT_URL": "https://127.0.0.1:4600"}, "https://127.0.0.1:4600", None),
        ({"AWS_ENDPOINT_URL": "https://build-box"}, "https://build-box", None),
    ],
)
def test_whose_it_is(environ: dict[str, str], url: str, own_port: int | None) -> None:
    """An endpoint that is one's own port counts as one's own, any other as somebody else's."""
    assert meant(environ, NOWHERE) == Meant(url, own_port)


def test_a_port_goes_before_an_endpoint_of_ones_own() -> None:
    """In the shell that `make env` leaves, EMULATOR_PORT still names another emulator of this project."""
    found = meant({"AWS_ENDPOINT_URL": "http://127.0.0.1:4566", "EMULATOR_PORT": "4599"}, NOWHERE)
    assert found.own_port == 4599
    assert found.url == "http://127.0.0.1:4599"
    assert found.note == "EMULATOR_PORT=4599 is used, and not AWS_ENDPOINT_URL=http://127.0.0.1:4566."


@pytest.mark.parametrize("url", ["http://127.0.0.1:4700", "http://build-box:4566"])
def test_undecided(url: str) -> None:
    """Somebody else's endpoint beside a port of one's own is refused, with both settings' names."""
    with pytest.raises(EndpointError, match=r"EMULATOR_PORT=4599 .* AWS_ENDPOINT_URL=.* unset one of them"):
        meant({"AWS_ENDPOINT_URL": url, "EMULATOR_PORT": "4599"}, NOWHERE)


def test_started_from_here(tmp_path: Path) -> None:
    """A port at which this project has started an emulator is its own, in another EMULATOR_HOME too."""
    (tmp_path / ".emulator" / "run" / "4601").mkdir(parents=True)
    (tmp_path / "home" / "run" / "4602").mkdir(parents=True)
    assert meant({"AWS_ENDPOINT_URL": "http://127.0.0.1:4601"}, tmp_path).own_port == 4601
    assert meant({"AWS_ENDPOINT_URL": "http://127.0.0.1:4602"}, tmp_path).own_port is None
    elsewhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:4602", "EMULATOR_HOME": str(tmp_path / "home")}
    assert meant(elsewhere, tmp_path).own_port == 4602


@pytest.mark.parametrize(
    ("endpoint", "loopback"),
    [
        ("http://127.0.0.1:4566", True),
        ("http://[::1]:4566", True),
        ("http://localhost:4566", True),
        ("https://s3.localhost.localstack.cloud:4566", True),
        ("http://emulator:4566", False),
        ("http://10.0.0.7:4566", False),
        ("http://127.0.0.1.example.com", False),
    ],
)
def test_loopback(endpoint: str, loopback: bool) -> None:  # noqa: FBT001  a column of the table
    """What is on this machine is told apart from what a proxy may lie in between of."""
    assert is_loopback(endpoint) is loopback
