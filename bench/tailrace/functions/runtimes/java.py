"""java11 to java25, on the Java that came with the emulator, where AWS's client is in the user's jar.

AWS's client for the Runtime API (`com.amazonaws:aws-lambda-java-runtime-interface-client`) is on Maven
alone, so it cannot be installed here: a package that is to run here brings it along.
"""

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path

from tailrace.control.parts import java_of
from tailrace.functions.runtimes.base import ProcessConfiguration, Runtime, RuntimePaths

CLIENT = "com.amazonaws.services.lambda.runtime.api.client.AWSLambda"
_CLASS = CLIENT.replace(".", "/") + ".class"
MISSING = (
    "AWS's client for the Runtime API is not in the package. Add com.amazonaws:aws-lambda-java-"
    "runtime-interface-client to its dependencies: Maven alone has it, so it is not installed here"
)


class Java(Runtime):
    """One version of Java; a newer one runs it."""

    frames = False

    def part(self) -> None:
        """Nothing: the emulator has a Java."""

    def place(self, home: Path, task: Path, layers: Path) -> RuntimePaths:
        """Return where things are."""
        language = java_of(home).parent.parent
        return RuntimePaths(str(language), str(task), str(task), str(layers))

    def command(self, place: RuntimePaths, asked: ProcessConfiguration, there: RuntimePaths) -> list[str]:
        """Start AWS's client with the class path that Lambda has."""
        jars = (f"{place.task}", f"{place.task}/lib/*", f"{place.task}/*", f"{place.layers}/java/lib/*")
        heap = max(32, int(asked.memory_size * 0.8))
        flags = ["-XX:+UseSerialGC", "-Xshare:auto", "-XX:TieredStopAtLevel=1", f"-Xmx{heap}m"]
        del there
        return [f"{place.language}/bin/java", *flags, "-cp", ":".join(jars), CLIENT, asked.handler]

    def variables(self, place: RuntimePaths) -> dict[str, str]:
        """Nothing more than every function has."""
        del place
        return {}

    def unfit(self, task: Path, layers: Path) -> str | None:
        """Complain of a package without AWS's client."""
        if any(_has_client(jar) for jar in _jars(task, layers)) or (task / _CLASS).exists():
            return None
        return MISSING


def _jars(task: Path, layers: Path) -> Iterator[Path]:
    for folder in (task, task / "lib", layers / "java" / "lib"):
        if folder.is_dir():
            yield from (Path(one.path) for one in os.scandir(folder) if one.name.endswith(".jar"))


def _has_client(jar: Path) -> bool:
    try:
        with zipfile.ZipFile(jar) as opened:
            return _CLASS in opened.NameToInfo
    except (OSError, zipfile.BadZipFile):
        return False
