"""Python programs of which each connection and each lookup of a name is noted."""

import json
from pathlib import Path

WATCHER = """
import json, os, sys

def note(event, arguments):
    if event == "socket.connect":
        address = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname"):
        address = arguments
    else:
        return
    host, port = (address, None) if isinstance(address, str) else (*address, None)[:2]
    with open(os.environ["WATCHED"], "a") as file:
        file.write(json.dumps([host, port]) + "\\n")

sys.addaudithook(note)
"""


def watch(folder: Path) -> dict[str, str]:
    """Return the environment in which Python programs are watched; the notes are kept in the folder."""
    (folder / "sitecustomize.py").write_text(WATCHER)
    return {"PYTHONPATH": str(folder), "WATCHED": str(folder / "watched")}


def noted(folder: Path) -> set[tuple[str, int | None]]:
    """Return to which hosts and ports the programs connected; names that they looked up may have no port."""
    lines = (folder / "watched").read_text().splitlines()
    return {(host, port) for host, port in map(json.loads, lines)}
