"""The states of a mapping, as the API names them."""

from enum import StrEnum


class WorkerState(StrEnum):
    """Where a mapping stands."""

    CREATING = "Creating"
    ENABLING = "Enabling"
    ENABLED = "Enabled"
    DISABLING = "Disabling"
    DISABLED = "Disabled"
    UPDATING = "Updating"
    DELETING = "Deleting"


REASON = "User action"
"""Why a mapping of a stream is in the state that it is in (`StateTransitionReason`)."""
