"""Layers: merged into one folder in their order, and those of other accounts found by their names."""

import dataclasses
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tailrace.arns import Arn
from tailrace.control import trees

EXTENSIONS = "extensions"
_WRITABLE = 0o755
_READ_ONLY = 0o555


class Merged:
    """Folders in which layers lie one over the other, each made once for the same layers and order."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._merging = threading.Lock()

    def of(self, layers: Sequence[Path]) -> Path:
        """Return where these layers are together; what a later one has too is the later one's."""
        if len(layers) == 1:
            return layers[0]
        name = hashlib.sha256("\0".join(layer.name for layer in layers).encode()).hexdigest()
        place = self._folder / name if layers else self._folder / "none"
        with self._merging:
            if not place.exists():
                self._make(place, layers)
        return place

    def _make(self, place: Path, layers: Sequence[Path]) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=self._folder))
        try:
            for layer in layers:
                _lay_over(layer, half)
            for folder, _, _ in os.walk(half):
                Path(folder).chmod(_READ_ONLY)
            half.rename(place)
        except BaseException:
            trees.remove(half)
            raise


def _lay_over(layer: Path, place: Path) -> None:
    for folder, folders, names in os.walk(layer):
        target = place / Path(folder).relative_to(layer)
        for name in folders:
            if not (target / name).is_dir():
                (target / name).unlink(missing_ok=True)
                (target / name).mkdir(_WRITABLE)
        for name in names:
            taken = target / name
            if taken.is_dir() and not taken.is_symlink():
                shutil.rmtree(taken)
            taken.unlink(missing_ok=True)
            os.link(Path(folder, name), taken, follow_symlinks=False)


def extensions(layers: Path) -> list[str]:
    """List external extensions: programs that Lambda starts beside the runtime."""
    folder = layers / EXTENSIONS
    return sorted(one.name for one in folder.iterdir() if one.is_file()) if folder.is_dir() else []


type Stores = Mapping[str, Mapping[str, Any]]  # LocalStack's, by account and region


def provide(arn: str, account: str, stores: Stores) -> str | None:
    """Let a layer of another account be found by this ARN; say what is missing if it cannot.

    Whatever was published under its account and name stands for every version of it.
    """
    layer = Arn.maybe(arn)
    if layer is None or layer.account == account:
        return None  # Lambda's own checks have the words
    name, _, version = layer.resource.removeprefix("layer:").partition(":")
    versions = getattr(stores[layer.account][layer.region].layers.get(name), "layer_versions", {})
    if version in versions:
        return None
    if versions:
        latest = versions[max(versions, key=int)]
        versions[version] = dataclasses.replace(latest, layer_version_arn=arn, version=int(version))
        return None
    return (
        f"The layer {arn} belongs to another account and cannot be fetched by this emulator. Publish its zip "
        f"in that account's name, and it is used for every version: AWS_ACCESS_KEY_ID={layer.account} aws "
        f"lambda publish-layer-version --layer-name {name} --region {layer.region} "
        "--zip-file fileb://LAYER.zip (on AWS, get-layer-version-by-arn says where the zip is)."
    )
