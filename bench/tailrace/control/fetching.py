"""Running the programs that fetch and install, and saying in a sentence why one failed."""

import errno
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from .errors import DiskFullError, FetchError, InstallError

Report = Callable[[str], None]
HEARTBEAT = 10.0  # seconds between two signs of life of a program that takes long
TAIL = 12  # lines of a failed program's output that are shown
FULL = (
    "no space left on device",
    "os error 28",
    "enospc",
    "disk quota exceeded",
    "file too large",
    "os error 27",
)
UNREACHED = (
    "error sending request", "failed to fetch", "dns error", "connection refused", "network", "timed out",
    "econnrefused", "econnreset", "enotfound", "eai_again", "etimedout", "certificate", "tunneling socket",
)  # fmt: skip
FULL_ERRNOS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Site(NamedTuple):
    """Where a part is made, and who watches."""

    home: Path  # the installation, in which the parts before this one stand
    folder: Path  # a temporary one, renamed when the part is whole
    report: Report
    lock: int  # handle of the installation's lock

    def run(self, command: Sequence[str | Path], what: str, env: Mapping[str, str]) -> None:
        """Run a program that fetches `what`; report every ten seconds that it still runs.

        The program holds the installation's lock too, so that it keeps others out even if we are killed.
        Raises DiskFullError, FetchError or InstallError, with the end of what the program printed.
        """
        began = time.monotonic()
        with subprocess.Popen(
            command, cwd=self.folder, env=env, pass_fds=(self.lock,), text=True, errors="replace",
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as program:  # fmt: skip
            while True:
                try:
                    printed, _ = program.communicate(timeout=HEARTBEAT)
                    break
                except subprocess.TimeoutExpired:
                    self.report(f"  … {what}: {time.monotonic() - began:.0f} s so far")
                except BaseException:
                    program.kill()
                    raise
        if program.returncode:
            raise failure(what, printed, program.returncode, self.folder)


def failure(what: str, printed: str, status: int, folder: Path) -> InstallError:
    """Say why a program that fetches `what` failed, judged by what it printed."""
    tail = "\n".join(f"    {line}" for line in printed.strip().splitlines()[-TAIL:])
    lower = printed.lower()
    if any(sign in lower for sign in FULL):
        return disk_full(what, folder)
    if any(sign in lower for sign in UNREACHED):
        return FetchError(
            f"{what} could not be fetched. Is the network there, and its proxy or mirror set? "
            f"What is in place already stays; try again then.\n{tail}"
        )
    return InstallError(f"{what} could not be installed (exit code {status}):\n{tail}")


def disk_full(what: str, folder: Path) -> DiskFullError:
    """Say that there was no room for `what`."""
    return DiskFullError(
        f"The disk that holds {folder} is full, or a quota is: {what} was not installed, and nothing "
        "half-made is in use. Make room and try again."
    )
