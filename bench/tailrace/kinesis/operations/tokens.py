"""The tokens by which a list goes on."""

from base64 import urlsafe_b64decode, urlsafe_b64encode

from tailrace.kinesis.errors import InvalidArgumentError


def token(*parts: str) -> str:
    """Write a token: which list it is of, and where that goes on."""
    return urlsafe_b64encode("\n".join(parts).encode()).decode()


def read_token(kind: str, text: str, parts: int) -> list[str]:
    """Read a token of a kind of list. Raises InvalidArgumentError."""
    try:
        found, *rest = urlsafe_b64decode(text).decode().split("\n")
    except ValueError:
        found, rest = "", []
    if found != kind or len(rest) != parts:
        raise InvalidArgumentError("Invalid NextToken.")
    return rest
