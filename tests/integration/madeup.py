"""Test runs of this project's own frame: pytest in a process and a folder of its own, on one made-up test."""

import os
import subprocess
from pathlib import Path

from tests.frame.run import ROOT, without_settings
from tests.integration import children


def lay(folder: Path) -> None:
    """Lay out the frame in a folder."""
    (folder / "tests" / "integration").mkdir(parents=True)
    (folder / "tests" / "conftest.py").write_text((ROOT / "tests" / "conftest.py").read_text())
    for module in (ROOT / "tests" / "integration").glob("*.py"):
        if module.name.startswith("test_"):
            continue  # what its tests share is laid out, and none of them
        (folder / "tests" / "integration" / module.name).write_text(module.read_text())
    (folder / "tests" / "frame").symlink_to(ROOT / "tests" / "frame")
    (folder / "pyproject.toml").write_text((ROOT / "pyproject.toml").read_text())


def start(folder: Path, source: str, *options: str, **settings: str) -> subprocess.Popen[str]:
    """Run the test in a folder that is laid out, with these settings and none of the developer's."""
    (folder / "tests" / "integration" / "test_made_up.py").write_text(source)
    return subprocess.Popen(
        children.command(*options),
        cwd=folder,
        env={**without_settings(os.environ), "PYTHONPATH": str(ROOT), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
