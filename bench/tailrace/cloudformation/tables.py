"""What LocalStack leaves out of a template's table."""

from typing import Any

from tailrace.cloudformation.foreign import Foreign

type Model = dict[str, Any]

RECOVERY = "PointInTimeRecoverySpecification"
PROTECTION = "DeletionProtectionEnabled"


def protect(client: Foreign, name: str, before: Model, after: Model) -> None:
    """Set what differs of a table's recovery to a point in time, and of its protection."""
    old, new = before.get(RECOVERY), after.get(RECOVERY)
    if old != new:
        client.update_continuous_backups(
            TableName=name, PointInTimeRecoverySpecification=new or {"PointInTimeRecoveryEnabled": False}
        )
    if before.get(PROTECTION, False) != after.get(PROTECTION, False):
        client.update_table(TableName=name, DeletionProtectionEnabled=after.get(PROTECTION, False))
