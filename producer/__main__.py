"""`python -m producer`: what `make produce` calls. Settings come from the environment.

Exit codes: 0 every event was acknowledged; 1 some were not, or it failed; 2 it cannot be done so;
130 ended by Ctrl-C, 143 by SIGTERM.
"""

import os
import signal
import sys
from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from bootstrap import settings as pipeline
from bootstrap.console import complain
from bootstrap.errors import TailraceError
from bootstrap.switch import agree
from bootstrap.target import Target
from producer.run import Run
from producer.sender import Stop
from producer.settings import Settings


def main(environ: Mapping[str, str]) -> int:
    """Send what the settings ask for; return the exit code."""
    try:
        settings = Settings.from_environment(environ)
        stack = pipeline.Settings.from_environment(environ)
        target = Target.from_environment(environ)
        agree(target, stack, "send events")
        return Run(settings, target, stack.stack).go(_stoppable())
    except TailraceError as error:
        complain(str(error))
        return error.exit_code
    except (BotoCoreError, ClientError) as error:
        complain(f"AWS does not answer as it should: {error}. `make up` starts and deploys what is missing.")
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())  # nobody reads what we say any more
    except OSError as error:
        complain(f"{error}. Mend that, and run it again.")
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 1


def _stoppable() -> Stop:
    """Return what Ctrl-C and SIGTERM ask to stop."""
    stop = Stop()

    def ask(number: int, _: object) -> None:
        stop.ask(number)

    signal.signal(signal.SIGINT, ask)
    signal.signal(signal.SIGTERM, ask)
    return stop


if __name__ == "__main__":
    sys.exit(main(os.environ))
