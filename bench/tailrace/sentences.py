"""What a failure means for the user, in a sentence that names the fix."""

import re
import sys

from tailrace.control import advice

COLOURS = re.compile(r"\x1b\[[0-9;]*m")
BOTOCORE = "botocore.exceptions"
"""Module of AWS's answers and of what keeps them away; imported by the verbs that ask, and by nobody else."""


def sentence(error: Exception) -> str:
    """Say what an error means for the user."""
    if not of_botocore(error):
        return str(error)
    from botocore.exceptions import EndpointConnectionError, SSLError  # noqa: PLC0415  imported by then

    if isinstance(error, EndpointConnectionError) and "amazonaws" not in error.kwargs["endpoint_url"]:
        return f"No emulator answers at {error.kwargs['endpoint_url']}: {advice.start()}"
    if isinstance(error, SSLError) and "CERTIFICATE_VERIFY_FAILED" in str(error):
        return advice.trust(error.kwargs["endpoint_url"])
    return str(error)


def of_botocore(error: Exception) -> bool:
    """Tell whether AWS, or the way to it, has refused something."""
    known = sys.modules.get(BOTOCORE)
    return known is not None and isinstance(error, (known.BotoCoreError, known.ClientError))


def last_line(text: str) -> str:
    r"""Return the last line that says anything.

    >>> last_line("a\nwhat matters\n\n")
    'what matters'
    """
    lines = COLOURS.sub("", text).splitlines()
    return next((line.strip() for line in reversed(lines) if line.strip()), "no reason given")
