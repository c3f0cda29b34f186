"""The folder through which LocalStack finds this package: a link to it, and metadata with its entry points.

Works alike for a checkout, an editable install and a wheel; edits to the package are live at the next start.
"""

import hashlib
import os
import shutil
import tomllib
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

from . import advice
from .errors import NotInstalledError

DISTRIBUTION = "tailrace"
PACKAGE = Path(__file__).resolve().parent.parent
type Groups = Mapping[str, Mapping[str, str]]
LOCALSTACKS = "localstack."  # how the groups begin that LocalStack looks for


def place(home: Path) -> Path:
    """Return the folder's place below `home`; projects that share an installation have one each.

    Each has a package of its own, which may be of another version, or gone tomorrow.
    """
    return home / "plugins" / hashlib.sha256(os.fsencode(PACKAGE)).hexdigest()[:12]


def lay(folder: Path) -> None:
    """Make or renew the folder; it is right at every moment, as another emulator may be starting from it.

    Folders beside it whose package is gone are removed.
    """
    for link in folder.parent.glob(f"*/{PACKAGE.name}"):
        if not link.exists():
            shutil.rmtree(link.parent, ignore_errors=True)
    version, groups = described()
    info = folder / f"tailrace-{version}.dist-info"
    info.mkdir(parents=True, exist_ok=True)
    _link(folder / PACKAGE.name, PACKAGE)
    _write(info / "METADATA", f"Metadata-Version: 2.1\nName: {DISTRIBUTION}\nVersion: {version}\n")
    _write(info / "top_level.txt", f"{PACKAGE.name}\n")
    if _write(info / "entry_points.txt", as_text(groups)):
        # LocalStack keys its index of entry points by this file's time, which it rounds to two minutes
        shutil.rmtree(folder.parents[1] / "cache" / "plux", ignore_errors=True)


def described() -> tuple[str, Groups]:
    """Return version, and entry points for LocalStack: the sources' if we run from them, or the installed."""
    sources = PACKAGE.parent / "pyproject.toml"
    if sources.is_file():
        project = tomllib.loads(sources.read_text(encoding="utf-8"))["project"]
        if project["name"] == DISTRIBUTION:
            points = project["entry-points"]
            return project["version"], {group: points[group] for group in points if _is_localstacks(group)}
    from importlib import metadata  # noqa: PLC0415  sources have no need of it

    try:
        ours = metadata.distribution(DISTRIBUTION)
    except metadata.PackageNotFoundError:
        raise NotInstalledError(
            f"The distribution {DISTRIBUTION} is not installed in this Python, so its entry points are "
            f"unknown. Install it: {advice.here(advice.install(), 'pip install tailrace')}"
        ) from None
    groups: dict[str, dict[str, str]] = defaultdict(dict)
    for point in ours.entry_points:
        if _is_localstacks(point.group):
            groups[point.group][point.name] = point.value
    return ours.version, groups


def as_text(groups: Groups) -> str:
    """Return entry points in the form of `entry_points.txt`."""
    return "\n".join(
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in groups.items()
    )


def _is_localstacks(group: str) -> bool:
    return group.startswith(LOCALSTACKS)


def _link(link: Path, target: Path) -> None:
    if link.is_symlink() and link.readlink() == target:
        return
    draft = link.with_name(f"{link.name}.{os.getpid()}")
    draft.symlink_to(target)
    draft.replace(link)


def _write(file: Path, text: str) -> bool:
    """Write a file, unless it says this already; tell whether it did not."""
    if file.exists() and file.read_text(encoding="utf-8") == text:
        return False  # its time stays, and with it what LocalStack has kept for it
    draft = file.with_name(f"{file.name}.{os.getpid()}")
    draft.write_text(text, encoding="utf-8")
    draft.replace(file)
    return True
