"""Which machine a compiled file is for. The file's head is all that is read."""

import os
import platform
from collections.abc import Iterator
from pathlib import Path

MACHINES = {0x3E: "x86_64", 0xB7: "arm64"}
HERE = {"aarch64": "arm64", "AMD64": "x86_64"}.get(platform.machine(), platform.machine())
_MAGIC = b"\x7fELF"
_MACHINE = slice(18, 20)
_COMPILED = (".so", ".node")


def machine(file: Path) -> str | None:
    """Return the machine that a compiled file is for, None if it is no such file (a script, say)."""
    try:
        with file.open("rb") as opened:
            head = opened.read(20)
    except OSError:
        return None
    if not head.startswith(_MAGIC):
        return None
    number = int.from_bytes(head[_MACHINE], "big" if head[5:6] == b"\x02" else "little")
    return MACHINES.get(number, f"machine {number:#x}")


def foreign(folder: Path) -> list[str]:
    """List compiled files that are for other machines; none where the folder has some for this one too."""
    found: dict[str, list[str]] = {}
    for file in _compiled(folder):
        if kind := machine(file):
            found.setdefault(kind, []).append(file.relative_to(folder).as_posix())
    return [] if HERE in found else sorted(name for names in found.values() for name in names)


def _compiled(folder: Path) -> Iterator[Path]:
    for place, _, names in os.walk(folder):
        for name in names:
            file = Path(place, name)
            if name.endswith(_COMPILED) or ".so." in name or os.access(file, os.X_OK):
                yield file
