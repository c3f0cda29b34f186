"""The handler with a fault built in: its own code, behind an entry that does some harm first."""

from bootstrap.package import Package, pack, sources

# The handler's own entry, under this name, is what a variant's entry calls.
ORIGINAL = "handler/original.py"


def variant(entry: str, replaced: dict[str, str] | None = None) -> Package:
    """Pack the handler with another `handler/entry.py`; `replaced` are other files, by their path."""
    files = sources()
    files[ORIGINAL] = files["handler/entry.py"]
    files["handler/entry.py"] = entry.encode()
    return pack(files | {path: text.encode() for path, text in (replaced or {}).items()})
