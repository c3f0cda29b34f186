"""provided.al2023 and provided.al2: a program of the function's own, `bootstrap`, speaks the Runtime API."""

import os
from pathlib import Path

from tailrace.functions.runtimes import elf
from tailrace.functions.runtimes.base import ProcessConfiguration, Runtime, RuntimePaths

ERROR = "Runtime.InvalidEntrypoint"


class Provided(Runtime):
    """An operating system without a language."""

    frames = False
    wrapped = False

    def part(self) -> None:
        """Nothing: what runs is in the package."""

    def place(self, home: Path, task: Path, layers: Path) -> RuntimePaths:
        """Return where things are; there is no language, and no client of AWS's."""
        del home
        return RuntimePaths("/var/lang", "/var/runtime", str(task), str(layers))

    def command(self, place: RuntimePaths, asked: ProcessConfiguration, there: RuntimePaths) -> list[str]:
        """Run the first `bootstrap` that there is."""
        del asked
        found = bootstrap(Path(there.task), Path(there.layers))
        of_layers = found is not None and not found.is_relative_to(there.task)
        return [f"{place.layers if of_layers else place.task}/bootstrap"]

    def variables(self, place: RuntimePaths) -> dict[str, str]:
        """Nothing more than every function has."""
        del place
        return {}

    def complaint(self, task: Path, layers: Path) -> tuple[str, str] | None:
        """Complain of no bootstrap, one that may not be executed, and one for another machine."""
        program = bootstrap(task, layers)
        if program is None:
            return ERROR, "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]"
        shown = "/var/task/bootstrap" if program.parent == task else "/opt/bootstrap"
        if not os.access(program, os.X_OK):
            return ERROR, f"fork/exec {shown}: permission denied"
        kind = elf.machine(program)
        if kind not in (None, elf.HERE):
            return ERROR, (
                f"fork/exec {shown}: exec format error "
                f"(it is compiled for {kind}, and this machine is {elf.HERE})"
            )
        return None


def bootstrap(task: Path, layers: Path) -> Path | None:
    """Return the program that runs: the package's, or else a layer's."""
    return next((one for one in (task / "bootstrap", layers / "bootstrap") if one.is_file()), None)
