"""The handler with a fault built in: its own code, behind an entry that does some harm first."""

from bootstrap.package import Code, handler_files, pack, pack_detector
from tests.frame import samples

# The handler's own entry, under this name, is what a variant's entry calls.
ORIGINAL = "handler/original.py"


def variant(entry: str) -> Code:
    """Pack the handler in use with another `handler/entry.py`."""
    files = handler_files(samples.FOLDER)
    files[ORIGINAL] = files["handler/entry.py"]
    files["handler/entry.py"] = entry.encode()
    return Code(pack(files), pack_detector())
