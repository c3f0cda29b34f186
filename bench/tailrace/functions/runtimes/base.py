"""What every runtime is: its name, what is installed for it, how a function's process is started."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tailrace.control.parts import STAMP, Part

FOLDER = "runtimes"
"""Where runtimes are, below the installation's folder."""
WRAPPER = "AWS_LAMBDA_EXEC_WRAPPER"
_OPT = "/opt"


class RuntimePaths(NamedTuple):
    """Where a function's environment finds things; in brackets, where it is on AWS."""

    language: str  # the language's installation, with bin/ in it (/var/lang)
    runtime: str  # AWS's client for the Runtime API (/var/runtime)
    task: str  # the function's code (/var/task)
    layers: str  # its layers, merged (/opt)

    @property
    def programs(self) -> str:
        """The value of PATH."""
        return f"{self.language}/bin:/usr/local/bin:/usr/bin/:/bin:{self.layers}/bin"

    @property
    def libraries(self) -> str:
        """The value of LD_LIBRARY_PATH."""
        own = (self.runtime, f"{self.runtime}/lib", self.task, f"{self.task}/lib")
        return ":".join((f"{self.language}/lib", "/lib64", "/usr/lib64", *own, f"{self.layers}/lib"))


class ProcessConfiguration(NamedTuple):
    """What a function's configuration says of its process."""

    handler: str
    memory_size: int  # MB
    variables: Mapping[str, str]  # the function's own


class Runtime(ABC):
    """A runtime of Lambda's, by AWS's name for it."""

    frames = True
    """Whether AWS's client logs in frames (`frames.py`) where it is given a descriptor for them."""
    wrapped = True
    """Whether AWS_LAMBDA_EXEC_WRAPPER is heeded: Lambda begins what is the function's own without it."""

    def __init__(self, name: str) -> None:
        self.name = name

    @abstractmethod
    def part(self) -> Part | None:
        """Return what is to be installed; None if nothing is."""

    def is_installed(self, home: Path) -> bool:
        """Tell whether functions can have it now, in this installation."""
        part = self.part()
        return part is None or (home / part.where / STAMP).exists()

    @property
    def shown(self) -> str:
        """What INIT_START says; AWS's own are numbered from v1, so v0 is none of them."""
        family = self.name.rstrip("0123456789.x") if self.name != "java8.al2" else "java"
        family = "provided" if self.name.startswith("provided") else family
        version = self.name.removeprefix(family).removeprefix(".").removesuffix(".x")
        return f"{family}:{version}.v0"

    @abstractmethod
    def place(self, home: Path, task: Path, layers: Path) -> RuntimePaths:
        """Return where things are on this machine."""

    def more(self, home: Path) -> list[Path]:  # noqa: ARG002  few need more than their place
        """Return folders that a function has to see under their own names too."""
        return []

    @abstractmethod
    def command(self, place: RuntimePaths, asked: ProcessConfiguration, there: RuntimePaths) -> list[str]:
        """Return the program of an environment, with its arguments.

        `place` is where the environment sees things, `there` where they are on this machine.
        """

    def wrapped_command(
        self, place: RuntimePaths, asked: ProcessConfiguration, there: RuntimePaths
    ) -> list[str]:
        """Return the program of an environment, begun by the function's own wrapper if it names one."""
        command = self.command(place, asked, there)
        wrapper = asked.variables.get(WRAPPER)
        if not wrapper or not self.wrapped:
            return command
        if wrapper.startswith(f"{_OPT}/"):
            wrapper = place.layers + wrapper.removeprefix(_OPT)
        return [wrapper, *command]

    @abstractmethod
    def variables(self, place: RuntimePaths) -> dict[str, str]:
        """Return the variables that are this family's own."""

    def lay(self, home: Path, beside: Path) -> None:  # noqa: B027  few have anything to put there
        """Put beside the folders of code what code finds there on AWS; called before a version is invoked."""

    def unfit(self, task: Path, layers: Path) -> str | None:  # noqa: ARG002  few complain
        """Say why a package cannot be a function of this runtime here, though Lambda would take it."""
        return None

    def complaint(self, task: Path, layers: Path) -> tuple[str, str] | None:  # noqa: ARG002  few complain
        """Return why a function cannot begin, as (error type, text) in Lambda's words; None if it can."""
        return None
