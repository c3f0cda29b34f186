"""X-Ray trace headers for invocations. Pure but for randomness."""

import secrets
import time
from typing import Protocol


class TraceHeader(Protocol):
    """LocalStack's parsed header."""

    def ensure_root_exists(self) -> "TraceHeader":
        """Give it a root."""

    def ensure_parent_exists(self) -> "TraceHeader":
        """Give it a parent."""

    def ensure_sampled_exists(self) -> "TraceHeader":
        """Give it a decision."""

    def to_header_str(self) -> str:
        """As text."""


def trace_id(header: TraceHeader | None) -> str:
    """Give the caller's trace, completed; or a new one that is not sampled."""
    if header is None:
        return (
            f"Root=1-{int(time.time()):08x}-{secrets.token_hex(12)};Parent={secrets.token_hex(8)};Sampled=0"
        )
    header.ensure_root_exists()
    header.ensure_parent_exists()
    header.ensure_sampled_exists()
    return header.to_header_str()
