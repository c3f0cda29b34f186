"""`python -m bootstrap.starting COMMAND …`: start the emulator by a command, and deploy to it.

An emulator takes a second to start. What a deployment takes before it asks anything of it (importing boto3,
making clients, packing the code) is done in that second.
"""

import os
import subprocess
import sys

from bootstrap.console import complain
from bootstrap.errors import SettingError
from bootstrap.settings import PipelineSettings


def main(command: list[str]) -> int:
    """Do it; return the exit code: the command's if it fails, or the deployment's.

    Settings are checked before anything is started.
    """
    try:
        PipelineSettings.from_environment(os.environ)
    except SettingError as error:
        complain(str(error))
        return error.exit_code
    with subprocess.Popen(command) as starting:
        from bootstrap import up  # noqa: PLC0415  what is imported meanwhile
        from bootstrap.program import guarded  # noqa: PLC0415  see above

        return guarded(lambda: up.run(lambda: _ended(starting)))


def _ended(starting: subprocess.Popen[bytes]) -> int:
    """Wait for the command's exit code; upon Ctrl-C the command itself says what there is to say."""
    try:
        return starting.wait()
    except KeyboardInterrupt:
        return starting.wait()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
