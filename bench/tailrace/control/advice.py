"""Which command a message names: `make`'s in a checkout of the reference pipeline, or else `tailrace`'s."""

from pathlib import Path

from tailrace.endpoint import DEFAULT_PORT, PORT

CHECKOUT = Path(__file__).resolve().parents[3]


def command(make: str, tailrace: str) -> str:
    """Return the one to run from here."""
    here = Path.cwd().resolve()
    return make if here == CHECKOUT and (here / "bench").is_dir() else tailrace


def install() -> str:
    """Return the command that installs what is missing."""
    return command("make up", "tailrace install")


def doctor() -> str:
    """Return the command that looks at what is in the way."""
    return command("make doctor", "tailrace doctor")


def stop(port: int) -> str:
    """Return the command that stops this project's emulator on a port."""
    which = "" if port == DEFAULT_PORT else f"{PORT}={port} "
    return which + command("make down", "tailrace down")
