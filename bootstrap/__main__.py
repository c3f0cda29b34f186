"""`python -m bootstrap COMMAND`: what `make` calls. Settings come from the environment."""

import sys
from importlib import import_module

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

from bootstrap.console import complain
from bootstrap.errors import TailraceError

# Each command is a module with a function `run`; only the one that is asked for is imported.
COMMANDS = {
    "up": "deploy the pipeline and verify it",
    "verify": "compare every resource with the template",
    "status": "say what is there, how it runs, and what became of the events",
    "logs": "show the function's log; --follow goes on until Ctrl-C",
    "env": "print what points aws, boto3 and any SDK to the target",
    "destroy": "remove the stack and all that belongs to it",
}
INTERRUPTED = 130


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
    except (ConnectionError, HTTPClientError) as error:
        complain(f"Nobody answers: {error} `make up` starts the emulator and deploys.")
        return 1
    except (BotoCoreError, ClientError) as error:
        complain(f"AWS says no: {error}")
        return 1
    except KeyboardInterrupt:
        complain("Interrupted. Run it again: it goes on from what was begun.")
        return INTERRUPTED
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
