"""`advance`: moves the emulator's time."""

import json
import os
import re
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import click

from tailrace import endpoint
from tailrace.cli.console import answer
from tailrace.control.errors import EmulatorError

UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
PATIENCE = 60
"""Seconds that the emulator may take."""


def seconds_in(text: str) -> float:
    """Return the seconds of a stretch of time.

    >>> seconds_in("90s"), seconds_in("1h30m"), seconds_in("2d")
    (90.0, 5400.0, 172800.0)
    """
    if not re.fullmatch(r"(\d+(\.\d+)?[smhd])+", text):
        raise click.BadParameter(
            f"{text} is not a stretch of time: expected one such as 90s, 15m, 25h or 2d."
        )
    return sum(float(number) * UNITS[unit] for number, _, unit in re.findall(r"(\d+(\.\d+)?)([smhd])", text))


@click.command()
@click.argument("by", metavar="TIME")
def command(by: str) -> None:
    """Move the emulator's time on, by 90s, 15m, 25h or 2d."""
    seconds = seconds_in(by)
    now = _moved(endpoint.meant(os.environ, Path.cwd()).url, seconds)
    answer(f"It is {datetime.fromtimestamp(now, UTC):%Y-%m-%dT%H:%M:%SZ} on the emulator, {by} later")


def _moved(url: str, seconds: float) -> float:
    request = urllib.request.Request(  # noqa: S310  an emulator's address
        f"{url}/_tailrace/clock",
        data=json.dumps({"advance": seconds}).encode(),
        headers={"Content-Type": "application/json"},
    )
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with directly.open(request, timeout=PATIENCE) as answered:
            now: float = json.load(answered)["now"]
    except urllib.error.HTTPError as error:
        known = error.read().decode(errors="replace")
        raise EmulatorError(
            f"The emulator at {url} cannot move its time by {seconds:g} s: {known:.200}"
        ) from None
    except (OSError, ValueError, KeyError) as error:
        raise EmulatorError(
            f"No emulator answers at {url} ({error}): tailrace up (in this project: make up)."
        ) from None
    return now
