"""What may go wrong, as one tree. Each message is a sentence that names the fix.

TailraceError
    UsageError              what was asked cannot be done so: exit code 2
        SettingError        a setting holds a value that it cannot have
        TargetError         the target is refused: endpoint, credentials or account do not fit together
        Declined            the user did not agree to what was about to be done
    OperationError          it was tried and failed: exit code 1
        Unreachable         nobody answers at the endpoint
        HandlerError        the user's code cannot be packed, or cannot be run
        StackError          CloudFormation did not reach the state that was asked for
        NotOurs             something of that name exists and does not carry the stack's tag
        NotAsAsked          deployed, and a property is not what the template says
"""


class TailraceError(Exception):
    """Anything that a user can fix; the message says how."""

    exit_code = 1


class UsageError(TailraceError):
    """What was asked cannot be done so."""

    exit_code = 2


class SettingError(UsageError):
    """A setting holds a value that it cannot have."""


class TargetError(UsageError):
    """The target is refused: endpoint, credentials or account do not fit together."""


class Declined(UsageError):  # noqa: N818  an answer of the user's, no fault
    """The user did not agree to what was about to be done."""


class OperationError(TailraceError):
    """It was tried and failed."""


class Unreachable(OperationError):  # noqa: N818  named after what is found
    """Nobody answers at the endpoint."""


class HandlerError(OperationError):
    """The user's code cannot be packed, or cannot be run."""


class StackError(OperationError):
    """CloudFormation did not reach the state that was asked for."""


class NotOurs(OperationError):  # noqa: N818  named after what is found
    """Something of that name exists and does not carry the stack's tag."""


class NotAsAsked(OperationError):  # noqa: N818  named after what is found
    """Deployed, and a property is not what the template says; the message lists each."""
