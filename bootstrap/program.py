"""What every program of ours does with an error: a sentence that names the fix, and an exit code."""

import atexit
import gc
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError  # noqa: A004
from botocore.parsers import ResponseParserError

from bootstrap.console import complain
from bootstrap.errors import TailraceError
from tailrace.endpoint import URL, meant

FAILED = 1
INTERRUPTED = 130
GO_ON = "Interrupted. Run it again: it goes on from what was begun."


def guarded(
    act: Callable[[], int], interrupted: str = GO_ON, expected: tuple[type[Exception], ...] = ()
) -> int:
    """Run it; return its exit code, or that of what went wrong: 1, 2 (it cannot be done so), 130 (Ctrl-C).

    `interrupted` is what is said upon Ctrl-C; nothing if it is empty. `expected` are other errors whose text
    is a sentence for the user; they may carry an `exit_code`.
    """
    atexit.register(gc.freeze)  # or Python goes through all that was imported once more: 0.13 s
    try:
        return act()
    except TailraceError as error:
        complain(str(error))
        return error.exit_code
    except expected as error:
        complain(str(error))
        return int(getattr(error, "exit_code", FAILED))
    except (ConnectionError, HTTPClientError) as error:
        complain(f"Nobody answers: {error} {_way_out(os.environ)}")
    except ResponseParserError:
        complain("What answers is not AWS: another program may have the port. `make doctor` says which.")
    except (BotoCoreError, ClientError) as error:
        complain(f"AWS says no: {error}")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads what we say any more
    except OSError as error:
        complain(f"{error}. Fix that and try again.")
    except KeyboardInterrupt:
        if interrupted:
            complain(interrupted)
        return INTERRUPTED
    return FAILED


def _way_out(environ: Mapping[str, str]) -> str:
    """Say how somebody comes to answer: what AWS_ENDPOINT_URL names is not always ours to start."""
    if meant(environ, Path.cwd()).own_port is None:
        return f"{URL} names that address: start what runs there, or unset {URL}."
    return "`make up` starts the emulator and deploys."
