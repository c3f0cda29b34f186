"""What a command asks of AWS: its requests, noted in its own process as they go out."""

import json
from pathlib import Path
from typing import NamedTuple

# Put on a process's path, this notes the first line of each HTTP request and the operation that it names, in
# its head or, sent after that, in its body.
NOTES = r"""
import json, os, re, sys

LINE = re.compile(rb"([A-Z]+) (\S+) HTTP/1.1\r\n")
OPERATION = re.compile(rb"(?:X-Amz-Target: (?:\w+\.)?|(?:^|\r\n\r\n)Action=)(\w+)", re.IGNORECASE)

def note(event, arguments):
    if event != "http.client.send":
        return
    sent = arguments[1]
    sent = sent.encode() if isinstance(sent, str) else sent if isinstance(sent, bytes) else b""
    line, named = LINE.match(sent), OPERATION.search(sent)
    if line or named:
        method, path = (line[1].decode(), line[2].decode()) if line else ("", "")
        with open(os.environ["ASKED"], "a") as file:
            which = id(arguments[0])
            file.write(json.dumps([which, method, path, named[1].decode() if named else ""]) + "\n")

sys.addaudithook(note)
"""


class Asked(NamedTuple):
    """One request; `operation` is empty where method and path say it all."""

    method: str
    path: str
    operation: str

    @property
    def reads(self) -> bool:
        """Tell whether it changes nothing."""
        if self.operation:
            return self.operation.startswith(("Describe", "Get", "List"))
        return self.method in {"GET", "HEAD"}


class Notes:
    """The notes of commands that run with `environ`."""

    def __init__(self, folder: Path) -> None:
        (folder / "sitecustomize.py").write_text(NOTES)
        self._file = folder / "asked"
        self.environ = {"PYTHONPATH": str(folder), "ASKED": str(self._file)}

    def read(self) -> list[Asked]:
        """Return the requests so far."""
        found: list[Asked] = []
        by_connection: dict[int, int] = {}
        for line in self._file.read_text().splitlines():
            connection, *noted = json.loads(line)
            one = Asked(*noted)
            if one.method:
                by_connection[connection] = len(found)
                found.append(one)
            else:  # the body of that connection's last one
                last = by_connection[connection]
                found[last] = found[last]._replace(operation=one.operation)
        return found
