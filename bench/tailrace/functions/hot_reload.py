"""Code that is used from a folder as it stands there: the next invocation after a save runs the new code."""

import os
from pathlib import Path

_PASSED_OVER = frozenset(("node_modules", "__pycache__", ".git", ".venv", ".mypy_cache", ".pytest_cache"))


class WatchedCode:
    """A folder of somebody's sources."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._seen = self._look()

    def has_changed(self) -> bool:
        """Tell whether a file was saved, added or removed since this was asked last."""
        now = self._look()
        changed, self._seen = now != self._seen, now
        return changed

    def _look(self) -> frozenset[tuple[str, int, int]]:
        found = set()
        for folder, folders, names in os.walk(self.folder):
            folders[:] = [name for name in folders if name not in _PASSED_OVER]
            for name in names:
                try:
                    about = os.stat(os.path.join(folder, name))  # noqa: PTH116, PTH118  looked at before each invocation
                except OSError:
                    continue
                found.add((os.path.join(folder, name), about.st_mtime_ns, about.st_size))  # noqa: PTH118  as above
        return frozenset(found)
