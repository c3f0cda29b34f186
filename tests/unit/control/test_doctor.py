import pytest

from tailrace.control.doctor import Finding, functions, proxies

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("environment", "blocks"),
    [
        ({"HTTP_PROXY": "http://proxy:3128"}, True),
        ({"http_proxy": "http://proxy:3128", "NO_PROXY": "example.com"}, True),
        ({"ALL_PROXY": "http://proxy:3128"}, True),
        ({"HTTP_PROXY": "http://proxy:3128", "NO_PROXY": "localhost, 127.0.0.1"}, False),
        ({"HTTP_PROXY": "http://proxy:3128", "no_proxy": "*"}, False),
    ],
)
def test_proxies(environment: dict[str, str], *, blocks: bool) -> None:
    """A proxy that would be asked for the emulator's address blocks, unless the environment excepts it."""
    (finding,) = proxies(environment)
    assert finding.blocks is blocks
    assert bool(finding.fix) is blocks


@pytest.mark.parametrize("environment", [{}, {"HTTP_PROXY": ""}, {"HTTPS_PROXY": "http://proxy:3128"}])
def test_no_proxy(environment: dict[str, str]) -> None:
    """Without a proxy for plain HTTP there is nothing to say."""
    assert list(proxies(environment)) == []


def test_a_finding_shows_its_fix() -> None:
    """What blocks is marked, and shown with its fix."""
    assert str(Finding("all is well")) == "ok     all is well"
    assert str(Finding("old", "renew it")) == "note   old\n       fix: renew it"
    assert str(Finding("full", "make room", blocks=True)) == "BLOCKS full\n       fix: make room"


def test_the_functions_file_system_is_named() -> None:
    """Lambda's or this machine's: neither blocks."""
    finding = functions()
    assert finding.what.startswith("functions s")
    assert not finding.blocks
