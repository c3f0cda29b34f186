"""botocore's data files are parsed once in LocalStack's process, however many sessions ask for them.

botocore caches per session, and LocalStack makes sessions by the dozen: the table of endpoints alone, of
more than a megabyte, would be parsed for each service that is loaded. What is handed out is shared: botocore
reads it, and what it adds to a model it adds the same way each time.
"""

import threading
from collections.abc import Callable
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader

from tailrace.seams import replace
from tailrace.startup import newer

type Opener = Callable[[str, str], Any]


class Once:
    """Files that are read and parsed the first time that they are asked for."""

    def __init__(self) -> None:
        self._known: dict[str, object] = {}
        self._reading = threading.Lock()

    def load(self, path: str, opener: Opener) -> object:
        """Return what is in a file of JSON, None if there is no such file."""
        with self._reading:
            if path not in self._known:
                try:
                    with opener(path, "rb") as file:
                        known = msgspec.json.decode(file.read())
                except FileNotFoundError:
                    return None
                if service := newer.service_of(path):
                    newer.extend(service, known)
                self._known[path] = known
            return self._known[path]


def install() -> None:
    """Let every loader of botocore's in this process share what has been read."""
    once = Once()

    def load_file(self: JSONFileLoader, full_path: str, open_method: Opener) -> object:
        del self
        return once.load(full_path, open_method)

    replace(JSONFileLoader, "_load_file", load_file)
