"""The folder through which LocalStack finds this package: a link to it, and metadata with its entry points.

Works alike for a checkout, an editable install and a wheel; edits to the package are live at the next start.
"""

import os
from collections import defaultdict
from importlib import metadata
from pathlib import Path

from .errors import NotInstalledError

DISTRIBUTION = "tailrace-emulator"
PACKAGE = Path(__file__).resolve().parent.parent
SCRIPTS = "console_scripts"  # nothing to LocalStack


def lay(folder: Path) -> None:
    """Make or renew the folder; it is right at every moment, as another emulator may be starting from it."""
    try:
        ours = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise NotInstalledError(
            f"The distribution {DISTRIBUTION} is not installed in this Python, so its entry points are "
            "unknown: pip install it (in this project: make up)."
        ) from None
    info = folder / f"tailrace_emulator-{ours.version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    _link(folder / PACKAGE.name, PACKAGE)
    _write(info / "METADATA", f"Metadata-Version: 2.1\nName: {DISTRIBUTION}\nVersion: {ours.version}\n")
    _write(info / "top_level.txt", f"{PACKAGE.name}\n")
    _write(info / "entry_points.txt", entry_points(ours.entry_points))


def entry_points(points: metadata.EntryPoints) -> str:
    """Return the entry points in the form of `entry_points.txt`, less the command line's own."""
    groups: dict[str, list[str]] = defaultdict(list)
    for point in points:
        if point.group != SCRIPTS:
            groups[point.group].append(f"{point.name} = {point.value}")
    return "\n".join(f"[{group}]\n" + "\n".join(lines) + "\n" for group, lines in sorted(groups.items()))


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    draft = link.with_name(f"{link.name}.{os.getpid()}")
    draft.symlink_to(target)
    draft.replace(link)


def _write(file: Path, text: str) -> None:
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return  # LocalStack keys its own cache of entry points by the file's time
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)
