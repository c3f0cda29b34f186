"""Which emulator is meant: one of this project's own, or somebody else's that AWS_ENDPOINT_URL names.

`make env` and `tailrace env` set AWS_ENDPOINT_URL to one's own emulator, so the variable alone does not say
that it is somebody else's.
"""

import ipaddress
import re
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

HOST = "127.0.0.1"  # nothing listens beyond loopback
URL, PORT, HOME = "AWS_ENDPOINT_URL", "EMULATOR_PORT", "EMULATOR_HOME"
CERTIFICATE = "TAILRACE_CERTIFICATE"  # names the file that trusts it over TLS; no SDK reads it
SCHEMES = {"http": 80, "https": 443}  # with the port of each where none is named
DEFAULT_PORT, DEFAULT_HOME, REGION = 4566, ".emulator", "us-east-1"


class EndpointError(Exception):
    """The settings do not tell which emulator is meant; the message names them."""


class Meant(NamedTuple):
    """An emulator: its address, and its port if it is one of this project's own (None: somebody else's)."""

    url: str
    own_port: int | None
    note: str = ""


def meant(environ: Mapping[str, str], folder: Path) -> Meant:
    """Return the emulator that the settings mean, in a project whose folder this is.

    AWS_ENDPOINT_URL is one's own where it is the port on loopback that EMULATOR_PORT names (4566 if unset),
    or one at which this project has started an emulator; EMULATOR_PORT, where it is set, goes before it.
    One's own is talked to without TLS, on the same port, whatever other programs do.
    Raises EndpointError for a port that is none, and where another emulator is named beside EMULATOR_PORT.

    >>> meant({"AWS_ENDPOINT_URL": "http://localhost:4566"}, Path())
    Meant(url='http://localhost:4566', own_port=4566, note='')
    >>> meant({"AWS_ENDPOINT_URL": "https://localhost:4566"}, Path()).url
    'http://localhost:4566'
    >>> meant({"AWS_ENDPOINT_URL": "http://build-box:4566"}, Path()).own_port
    """
    wanted = port_of(environ)
    named = (environ.get(URL) or "").strip().rstrip("/")
    if not named:
        return Meant(at(wanted or DEFAULT_PORT), wanted or DEFAULT_PORT)
    port = local_port(named)
    own = port in {wanted, DEFAULT_PORT} or (port is not None and _ran(environ, folder, port))
    if not own or port is None:
        if wanted is not None:
            raise EndpointError(
                f"{PORT}={wanted} is an emulator of this project, {URL}={named} is another one: unset one of "
                "them."
            )
        return Meant(named, None)
    if wanted in (None, port):
        return Meant(named.replace("https:", "http:", 1), port)
    note = f"{PORT}={wanted} is used, and not {URL}={named}."
    return Meant(at(wanted), wanted, note)


def port_of(environ: Mapping[str, str]) -> int | None:
    """Return what EMULATOR_PORT says, None where it is not set. Raises EndpointError."""
    given = (environ.get(PORT) or "").strip()
    if not given:
        return None
    if not re.fullmatch(r"[0-9]{1,5}", given) or not 0 < int(given) < 2**16:
        raise EndpointError(f"{PORT}={given} is not a port: expected a number from 1 to 65535.")
    return int(given)


def region(environ: Mapping[str, str]) -> str:
    """Return the region that the environment names, us-east-1 where it names none.

    >>> region({"AWS_DEFAULT_REGION": "eu-central-1"}), region({"AWS_REGION": ""})
    ('eu-central-1', 'us-east-1')
    """
    return environ.get("AWS_REGION") or environ.get("AWS_DEFAULT_REGION") or REGION


def at(port: int) -> str:
    """Return the address of an emulator of one's own."""
    return f"http://{HOST}:{port}"


def local_port(url: str) -> int | None:
    """Return the port of an emulator on this machine, None for any other address.

    >>> local_port("https://localhost.localstack.cloud:4600"), local_port("http://10.0.0.5:4566")
    (4600, None)
    """
    try:
        parts = urlsplit(url)
        port = parts.port or SCHEMES.get(parts.scheme)
    except ValueError:
        return None
    return port if parts.scheme in SCHEMES and not parts.path and is_loopback(url) else None


def is_loopback(url: str) -> bool:
    """Tell whether an address is this machine's own: no proxy is asked for it.

    >>> is_loopback("http://[::1]:4566"), is_loopback("http://s3.localhost.localstack.cloud:4566")
    (True, True)
    """
    return names_loopback(urlsplit(url).hostname or "")


@lru_cache(256)
def names_loopback(host: str) -> bool:
    """Tell whether a name or address is loopback's, whatever a name server says.

    All names below `localhost` are, and those below LocalStack's own, which leads there too.
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return f".{host}".endswith((".localhost", ".localhost.localstack.cloud"))


def authorities(url: str, environ: Mapping[str, str]) -> str:
    """Return the file of certificates by which an address is trusted over TLS; empty for the usual ones.

    On this machine it is that of TAILRACE_CERTIFICATE, which `tailrace env` sets, where it is set. Otherwise
    AWS_CA_BUNDLE's, as for any SDK.

    >>> set_both = {"TAILRACE_CERTIFICATE": "ours.crt", "AWS_CA_BUNDLE": "bundle.crt"}
    >>> authorities("https://localhost:4566", set_both), authorities("https://build-box:4566", set_both)
    ('ours.crt', 'bundle.crt')
    """
    if not url.startswith("https:"):
        return ""
    ours = environ.get(CERTIFICATE) if is_loopback(url) else ""
    return ours or environ.get("AWS_CA_BUNDLE") or ""


def direct(url: str, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables without which a program would ask a proxy for this machine's own address.

    >>> direct("http://127.0.0.1:4566", {"HTTP_PROXY": "http://proxy:3128", "no_proxy": "example.org"})
    {'NO_PROXY': 'example.org,127.0.0.1,localhost', 'no_proxy': 'example.org,127.0.0.1,localhost'}
    """
    lower = {name.lower(): value for name, value in environ.items() if value}
    if not is_loopback(url) or not lower.keys() & {"http_proxy", "all_proxy"}:
        return {}
    excepted = [host.strip() for host in lower.get("no_proxy", "").split(",") if host.strip()]
    every = ",".join(dict.fromkeys([*excepted, urlsplit(url).hostname or HOST, HOST, "localhost"]))
    return {"NO_PROXY": every, "no_proxy": every}


def _ran(environ: Mapping[str, str], folder: Path, port: int) -> bool:
    """Tell whether an emulator was started on this port from here: its folder stays until `make clean`."""
    return (folder / (environ.get(HOME) or DEFAULT_HOME) / "run" / str(port)).is_dir()
