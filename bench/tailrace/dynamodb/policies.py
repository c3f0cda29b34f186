"""Resource policies of tables and streams: kept and read back. They let in nobody, and keep out nobody."""

import json
import threading
from hashlib import sha256
from typing import NamedTuple

ALREADY = "expectedRevisionId does not match the current revision."  # mem


class Policy(NamedTuple):
    """A policy's text and its revision, which follows from the text: the same, put again, has the same."""

    text: str
    revision: str


class PolicyError(Exception):
    """A refusal: AWS's code is the class's name."""


class ValidationException(PolicyError):  # noqa: N818  AWS's code
    """The policy is no JSON."""


class PolicyNotFoundException(PolicyError):  # noqa: N818  AWS's code
    """There is none, or another than expected."""


class Policies:
    """Policies by the ARN of what they are on."""

    def __init__(self) -> None:
        self._kept: dict[str, Policy] = {}
        self._lock = threading.Lock()

    def get(self, arn: str) -> Policy:
        """Return a policy. Raises PolicyNotFoundException."""
        with self._lock:
            found = self._kept.get(arn)
        if found is None:
            raise PolicyNotFoundException("Resource-based policy not found for the provided ResourceArn")
        return found

    def put(self, arn: str, text: str, expected: str | None) -> str:
        """Keep a policy; return its revision."""
        try:
            json.loads(text)
        except ValueError:
            raise ValidationException("Invalid resource-based policy: the policy is not valid JSON") from None
        with self._lock:
            self._check(arn, expected)
            self._kept[arn] = Policy(text, str(int(sha256(text.encode()).hexdigest()[:11], 16)))
            return self._kept[arn].revision

    def delete(self, arn: str, expected: str | None) -> str | None:
        """Forget a policy; return the revision that it had, None if there was none."""
        with self._lock:
            self._check(arn, expected)
            gone = self._kept.pop(arn, None)
        return gone.revision if gone else None

    def forget(self, arn: str) -> None:
        """Forget what was on a table that is deleted, and on its streams."""
        with self._lock:
            self._kept = {
                one: kept for one, kept in self._kept.items() if not f"{one}/".startswith(f"{arn}/")
            }

    def _check(self, arn: str, expected: str | None) -> None:
        now = self._kept.get(arn)
        if expected is not None and expected != (now.revision if now else "NO_POLICY"):
            raise PolicyNotFoundException(ALREADY)
