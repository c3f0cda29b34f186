"""`python -m aftermath COMMAND`: what `make` calls. Settings come from the environment."""

import sys
from importlib import import_module

from bootstrap.console import complain
from bootstrap.program import guarded
from tailrace.stream.errors import StreamError

# Each command is a module with a function `run`; only the one that is asked for is imported.
COMMANDS = {
    "quarantine": "list what is in quarantine or dead-lettered, and why",
    "replay": "send it again; GO=1 does it",
    "record": "read a stream into a file",
    "trace": "tell one event's story",
    "redeliver": "deliver all that the stream holds once more",
}


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code: 0, 1 (it failed), 2 (it cannot be done so), 130 (Ctrl-C)."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        complain("python -m aftermath COMMAND, where COMMAND is one of")
        for name, purpose in COMMANDS.items():
            complain(f"  {name:<10} {purpose}")
        return 2
    return guarded(lambda: import_module(f"aftermath.{arguments[0]}").run(), expected=(StreamError,))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
