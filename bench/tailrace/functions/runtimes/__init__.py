"""The runtimes of Lambda's that functions can have here, one table; to add a family is one file.

    file          runtimes                          installed
    python.py     python3.10 to python3.14          awslambdaric and boto3, on an interpreter of that version
    node.py       nodejs20.x, nodejs22.x, nodejs24.x   Node, aws-lambda-ric, clients of the AWS SDK v3
    provided.py   provided.al2023, provided.al2     nothing
    java.py       java11, java17, java21, java25    nothing; AWS's client is in the user's package

python3.13 is always there; the others are installed when asked for. Standard library only.
"""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from tailrace.control.errors import EmulatorError
from tailrace.control.parts import Part
from tailrace.functions.runtimes.base import Runtime
from tailrace.functions.runtimes.java import Java
from tailrace.functions.runtimes.node import CLIENT_3, CLIENT_4, Node
from tailrace.functions.runtimes.provided import Provided
from tailrace.functions.runtimes.python import NEEDED, Python

ALWAYS = f"python{NEEDED}"

TABLE: Mapping[str, Runtime] = {
    runtime.name: runtime
    for runtime in (
        *(Python(f"python3.{minor}") for minor in range(10, 15)),
        Node("nodejs20.x", CLIENT_3),
        Node("nodejs22.x", CLIENT_3),
        Node("nodejs24.x", CLIENT_4),
        *(Provided(name) for name in ("provided.al2023", "provided.al2")),
        *(Java(f"java{version}") for version in (11, 17, 21, 25)),
    )
}

NO_LONGER = frozenset(
    (
        *("python2.7", "python3.6", "python3.7", "python3.8", "python3.9"),
        *("nodejs", "nodejs4.3", "nodejs4.3-edge", "nodejs6.10", "nodejs8.10", "nodejs10.x", "nodejs12.x"),
        *("nodejs14.x", "nodejs16.x", "nodejs18.x", "java8", "ruby2.5", "ruby2.7", "go1.x", "provided"),
        *("dotnetcore1.0", "dotnetcore2.0", "dotnetcore2.1", "dotnetcore3.1", "dotnet6", "dotnet7"),
    )
)
"""Runtimes for which AWS makes no functions any more."""

NOT_DONE = frozenset(["java8.al2", "dotnet8", "dotnet10", "ruby3.2", "ruby3.3", "ruby3.4"])
"""Runtimes of AWS's that functions cannot have here."""


def parts(home: Path, asked: Iterable[str] = ()) -> tuple[Part, ...]:
    """Return what runtimes need that were asked for, now or when the installation was made."""
    names = {ALWAYS, *asked}
    known = {name: part for name, runtime in TABLE.items() if (part := runtime.part())}
    if unknown := sorted(names - TABLE.keys()):
        raise EmulatorError(f"The runtime {unknown[0]} cannot be installed: it is one of {', '.join(known)}.")
    return tuple(part for name, part in known.items() if name in names or (home / part.where).exists())


def named(text: str) -> list[str]:
    """Take names apart, as a setting has them: with commas or spaces between.

    >>> named("nodejs24.x, python3.12")
    ['nodejs24.x', 'python3.12']
    """
    return [name for name in re.split(r"[,\s]+", text) if name]


def installed(home: Path) -> dict[str, Runtime]:
    """Return the runtimes that functions can have now, by name."""
    return {name: runtime for name, runtime in TABLE.items() if runtime.is_installed(home)}


def refused(asked: str, home: Path) -> str | None:
    """Say why a function cannot have a runtime, and what helps; None if it can.

    Of a name that nobody knows nothing is said here: Lambda's own check has the words.
    """
    if asked in NO_LONGER:
        return (
            f"The runtime parameter of {asked} is no longer supported for creating or updating AWS Lambda "
            "functions. We recommend you use a supported runtime while creating or updating functions."
        )
    if asked in NOT_DONE:
        return f"The runtime {asked} is not done by this emulator. It runs {', '.join(TABLE)}."
    if asked in TABLE and asked not in installed(home):
        return (
            f"The runtime {asked} is not installed in this emulator: run tailrace install --runtime {asked} "
            f"(in a checkout: make up RUNTIMES={asked}) and try again; the emulator may go on running."
        )
    return None
