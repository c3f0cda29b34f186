"""`python -m bootstrap COMMAND`: what `make` calls. Settings come from the environment."""

import sys
from importlib import import_module

from bootstrap.console import complain
from bootstrap.program import guarded

# Each command is a module with a function `run`; only the one that is asked for is imported.
COMMANDS = {
    "up": "deploy the pipeline and verify it",
    "rehearse": "run analyse over a file's events in this process, without deploying",
    "verify": "compare every resource with the template",
    "status": "say what is there, how it runs, and what became of the events",
    "logs": "show the function's log; --follow goes on until Ctrl-C",
    "doctor": "say what is in the way of using an AWS account",
    "env": "print what points aws, boto3 and any SDK to the target",
    "destroy": "remove the stack and all that belongs to it",
}


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code: 0, 1 (it failed), 2 (it cannot be done so), 130 (Ctrl-C)."""
    if not arguments or arguments[0] not in COMMANDS:
        complain("python -m bootstrap COMMAND, where COMMAND is one of")
        for name, purpose in COMMANDS.items():
            complain(f"  {name:<8} {purpose}")
        return 2
    return guarded(lambda: import_module(f"bootstrap.{arguments[0]}").run(*arguments[1:]))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
