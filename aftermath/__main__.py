"""`python -m aftermath COMMAND`: what `make` calls. Settings come from the environment."""

import os
import sys
from importlib import import_module

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004

from bootstrap.console import complain
from bootstrap.errors import TailraceError

# Each command is a module with a function `run`; only the one that is asked for is imported.
COMMANDS = {
    "quarantine": "list what was set aside, and why",
    "replay": "send again what was set aside; GO=1 does it",
    "record": "read a stream into a file",
    "trace": "tell one event's story",
}
INTERRUPTED = 130


def main(arguments: list[str]) -> int:
    """Run one command; return the exit code: 0, 1 (it failed), 2 (it cannot be done so), 130 (Ctrl-C)."""
    if len(arguments) != 1 or arguments[0] not in COMMANDS:
        complain("python -m aftermath COMMAND, where COMMAND is one of")
        for name, purpose in COMMANDS.items():
            complain(f"  {name:<10} {purpose}")
        return 2
    try:
        code: int = import_module(f"aftermath.{arguments[0]}").run()
    except TailraceError as error:
        complain(str(error))
        return error.exit_code
    except (ConnectionError, HTTPClientError) as error:
        complain(f"Nobody answers: {error} `make up` starts the emulator and deploys.")
    except (BotoCoreError, ClientError) as error:
        complain(f"AWS says no: {error}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads what we say any more
    except OSError as error:
        complain(f"{error}. Mend that, and run it again.")
    except KeyboardInterrupt:
        complain("Interrupted. Run it again: it goes on from what was done.")
        return INTERRUPTED
    else:
        return code
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
