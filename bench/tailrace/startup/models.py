"""botocore's data files are found and parsed once in LocalStack's process, for all sessions.

botocore caches per session, and LocalStack makes sessions by the dozen: the table of endpoints alone, of
more than a megabyte, would be parsed for each service that is loaded, and the folders of all four hundred
services be gone through for each that is first asked for anything, 10 ms. What is handed out is shared:
botocore reads it, and what it adds to a model it adds the same way each time.
"""

from collections.abc import Callable
from importlib import import_module
from threading import Lock
from typing import Any

import msgspec
from botocore.loaders import JSONFileLoader, Loader

from tailrace.seams import replace
from tailrace.startup import newer
from tailrace.startup.policies import Made

type Opener = Callable[[str, str], Any]


class Once:
    """Files that are read and parsed the first time that they are asked for."""

    def __init__(self) -> None:
        self._known: dict[str, object] = {}
        self._reading = Lock()

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


class Listed:
    """What loaders list of the folders on their search paths, which stay as they are."""

    def __init__(self, usual: Callable[..., list[str]]) -> None:
        self._usual = usual
        self._known: dict[tuple[str, ...], list[str]] = {}
        self._listing = Lock()

    def by(self, loader: Loader, *asked: str) -> list[str]:
        """Return what a loader lists; whatever has the same paths lists the same."""
        key = *loader.search_paths, "", *asked
        with self._listing:
            if key not in self._known:
                self._known[key] = self._usual(loader, *asked)
            return self._known[key]


class OneSession:
    """boto3 with one session for all: LocalStack makes another to learn each service's regions."""

    def __init__(self, boto3: Any) -> None:  # noqa: ANN401  boto3 itself
        self._boto3 = boto3
        self.Session = Made(boto3.Session)

    def __getattr__(self, name: str) -> object:
        return getattr(self._boto3, name)


LISTS = {
    "list_api_versions": ("service_name", "type_name"),
    "list_available_services": ("type_name",),
}
"""Of a loader's methods those that go through folders, and their parameters."""


def install() -> None:
    """Let every loader of botocore's in this process share what has been read."""
    for name in LISTS:
        _share(name)
    regions: Any = import_module("localstack.utils.aws.aws_stack")
    replace(regions, "boto3", OneSession(regions.boto3))
    once = Once()

    def load_file(self: JSONFileLoader, full_path: str, open_method: Opener) -> object:
        del self
        return once.load(full_path, open_method)

    replace(JSONFileLoader, "_load_file", load_file)


def _share(name: str) -> None:
    parameters = LISTS[name]
    listed = Listed(getattr(Loader, name))

    def shared(self: Loader, *asked: str, **named: str) -> list[str]:
        return listed.by(self, *asked, *(named[one] for one in parameters[len(asked) :]))

    replace(Loader, name, shared)
