"""What LocalStack's CloudFormation accepts and then leaves out: properties, updates in place, rolling back.

Measured on 2026.3.0: a log group's retention, a stream's retention and the tags of streams, log groups and
alarms are dropped; changing a role's policies, a table, an alarm, a log group or a stream reports success and
does nothing; after a failed update the stack says it was rolled back, nothing was, and half of its resources
are forgotten; after a failed creation, what it never came to is deleted by name, whosever it is; a resource
of a type that it does not know is called made; and what an update has removed stays in
the stack without a status.
"""
