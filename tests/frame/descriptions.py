"""botocore's descriptions of AWS's services: it reads them for each session, and here once for a process."""

from functools import cache
from typing import Any

from botocore.loaders import JSONFileLoader, Loader

_named = Loader.list_available_services


def keep() -> None:
    """Have sessions that are made from now on take what was read before; what they do is the same."""
    Loader.FILE_LOADER_CLASS = KeptFiles
    Loader.list_available_services = _kept_names  # type: ignore[method-assign,assignment]


class KeptFiles(JSONFileLoader):
    """Reads a file once."""

    def load_file(self, file_path: str) -> Any:  # noqa: ANN401  JSON
        """Return what is in a file, None where there is none."""
        return _read(file_path)


@cache
def _read(path: str) -> Any:  # noqa: ANN401  JSON
    return JSONFileLoader().load_file(path)


_names: dict[tuple[str, ...], list[str]] = {}


def _kept_names(loader: Loader, type_name: str) -> list[str]:
    """Return the services of which there is a kind of description."""
    key = (type_name, *loader.search_paths)
    if key not in _names:
        _names[key] = _named(loader, type_name)
    return _names[key]
