"""PutResourcePolicy, GetResourcePolicy and DeleteResourcePolicy, of streams and consumers."""

from tailrace.kinesis.call import Call, Output, Request
from tailrace.kinesis.errors import ResourceNotFoundError
from tailrace.kinesis.policies import checked


def put_resource_policy(call: Call, request: Request) -> Output:
    """Keep a policy; another one is replaced."""
    call.resource(request["ResourceARN"]).policy = checked(request["Policy"])
    return None


def get_resource_policy(call: Call, request: Request) -> Output:
    """Give the policy; without any it is an empty object."""
    return {"Policy": call.resource(request["ResourceARN"]).policy or "{}"}


def delete_resource_policy(call: Call, request: Request) -> Output:
    """Delete the policy."""
    resource = call.resource(request["ResourceARN"])
    if resource.policy is None:
        raise ResourceNotFoundError(f"No resource policy found for resource ARN {request['ResourceARN']}.")
    resource.policy = None
    return None
