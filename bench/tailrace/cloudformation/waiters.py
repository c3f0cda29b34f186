"""Whether a request comes from an SDK's waiter, which looks every 30 seconds at a stack that takes a few.

botocore, and with it the AWS CLI (`cloudformation deploy`, `cloudformation wait`), lists in the User-Agent
which of its features a request came by: `m/B,E`, where B is its waiters.
"""

import re

_WAITER = re.compile(r"(?:^|\s)m/(?:[^\s,]+,)*B(?:,|\s|$)")


def is_of_waiter(user_agent: str) -> bool:
    """Tell whether a waiter asks.

    >>> is_of_waiter("aws-cli/1.46.3 ua/2.1 lang/python#3.13 m/B,E cfg/retry-mode#legacy")
    True
    >>> is_of_waiter("Boto3/1.44.5 ua/2.1 lang/python#3.13 m/D,E cfg/retry-mode#legacy")
    False
    """
    return _WAITER.search(user_agent) is not None
