"""The handler with a fault built in: its own code, behind an entry that does some harm first."""

from pathlib import Path

from bootstrap.package import HANDLER, Package, pack

# The handler's own entry, under this name, is what a variant's entry calls.
ORIGINAL = "handler/original.py"


def variant(entry: str, replaced: dict[str, str] | None = None) -> Package:
    """Pack the handler with another `handler/entry.py`; `replaced` are other files, by their path."""
    sources = {path.relative_to(HANDLER.parent).as_posix(): path.read_bytes() for path in _files()}
    sources[ORIGINAL] = sources["handler/entry.py"]
    sources["handler/entry.py"] = entry.encode()
    return pack(sources | {path: text.encode() for path, text in (replaced or {}).items()})


def _files() -> list[Path]:
    return sorted(HANDLER.rglob("*.py"))
