"""Whether a package can run here: what is only known once it is unpacked."""

import os
from collections.abc import Sequence
from pathlib import Path

from tailrace.functions.layers import extensions
from tailrace.functions.runtimes import elf
from tailrace.functions.runtimes.base import Runtime

UNZIPPED_LIMIT = 262_144_000
"""Bytes of a function's code and layers together."""
_NAMED = 3


class UnfitError(Exception):
    """A function that cannot run here; the message says why."""


def unfit(
    packages: Sequence[Path], layers: Path, architectures: Sequence[str], runtime: Runtime
) -> str | None:
    """Say why code and layers, each in its folder, cannot run; `layers` is where the layers are merged."""
    if len(packages) > 1 and (size := sum(map(_size, packages))) > UNZIPPED_LIMIT:
        return (
            f"Function code combined with layers exceeds the maximum allowed size of {UNZIPPED_LIMIT} bytes. "
            f"The actual size is {size} bytes."
        )
    if names := extensions(layers):
        return f"External extensions are not done by this emulator, and a layer has {_listed(names)}."
    if list(architectures) != [elf.HERE] and (
        files := [one for each in packages for one in elf.foreign(each)]
    ):
        return (
            f"The function asks for {', '.join(architectures)}, this machine is {elf.HERE}, and the package "
            f"has native parts for another machine: {_listed(files)}. Build it for {elf.HERE}."
        )
    return runtime.unfit(packages[0], layers)


def _listed(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _size(folder: Path) -> int:
    return sum(Path(place, name).lstat().st_size for place, _, names in os.walk(folder) for name in names)
