"""Locust, in an environment of its own: it replaces the interpreter's threads."""

from pathlib import Path

from tailrace.control import plugins
from tailrace.control.fetching import Report
from tailrace.control.installation import Installation
from tailrace.control.parts import PythonEnvironment

LOCUST = PythonEnvironment("load", "load.txt", "Locust", download=40, room=150)


def installed(home: Path, report: Report) -> Path:
    """Install Locust below `home` if it is not there; return the Python that has it."""
    Installation(home, parts=[LOCUST]).install(report)
    return home / LOCUST.where / "bin" / "python"


def code(home: Path) -> Path:
    """Return the folder by which a Python finds this package and nothing else."""
    folder = plugins.place(home)
    plugins.lay(folder)
    return folder
