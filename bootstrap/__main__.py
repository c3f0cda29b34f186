"""`python -m bootstrap COMMAND`: what `make` calls. Settings come from the environment."""

import sys
from importlib import import_module

from bootstrap.console import complain
from bootstrap.errors import TailraceError

# Each command is a module with a function `run`; only the one that is asked for is imported.
COMMANDS = {
    "up": "deploy the pipeline and verify it",
}


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code: 0, 1 (it failed), 2 (it cannot be done so), 130 (Ctrl-C)."""
    if not arguments or arguments[0] not in COMMANDS:
        complain("python -m bootstrap COMMAND, where COMMAND is one of")
        for name, purpose in COMMANDS.items():
            complain(f"  {name:<8} {purpose}")
        return 2
    try:
        code: int = import_module(f"bootstrap.{arguments[0]}").run(*arguments[1:])
    except TailraceError as error:
        complain(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return 130
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
