"""What the tables say of a request that they leave to DynamoDB Local."""


class UnsureError(Exception):
    """A request is invalid, or the tables are not sure of it; the reason in a few words, for the log."""
