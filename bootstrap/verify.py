"""`verify`: read back every resource from its own service, and compare each property with the template."""

import os
from dataclasses import dataclass

from botocore.exceptions import ClientError

from bootstrap import stacks
from bootstrap.compare import differences
from bootstrap.console import say
from bootstrap.errors import NotAsAsked, StackError
from bootstrap.readback import READERS
from bootstrap.settings import Settings
from bootstrap.stacks import Stack
from bootstrap.target import Target
from bootstrap.template import Place, Resource, asked_for


@dataclass(frozen=True)
class Verified:
    """How much was compared and found as asked."""

    resources: int
    properties: int


def verify(target: Target, stack: Stack, template: str) -> Verified:
    """Compare what stands with what was asked; `NotAsAsked` has a line for each property that differs."""
    asked = asked_for(
        template,
        stack.parameters,
        Place(stack.name, target.region, target.account),
        {
            "Quarantine": stack.outputs["QuarantineUrl"],
            "DeadLetters": stack.outputs["DeadLetterUrl"],
            "Mapping": stack.outputs["MappingId"],
        },
    )
    found = [line for resource in asked for line in _differing(target, resource)]
    if found:
        lines = "".join(f"\n  {line}" for line in found)
        raise NotAsAsked(f"The stack {stack.name} stands, but not all of it was taken as asked:{lines}")
    return Verified(len(asked), sum(len(resource.properties) for resource in asked))


def _differing(target: Target, resource: Resource) -> list[str]:
    try:
        found = READERS[resource.kind](target, resource.properties)
    except LookupError as error:
        return [f"{resource.name}: {error}"]
    except ClientError as error:
        return [f"{resource.name} cannot be read: {error}"]
    return differences(resource.properties, found, resource.name)


def run() -> int:
    """Verify the stack as it was deployed; return the exit code."""
    settings = Settings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    cloudformation = target.client("cloudformation")
    stack = stacks.standing(cloudformation, settings.stack)
    if stack.status not in stacks.WHOLE:
        raise StackError(f"The stack {stack.name} is {stack.status}: `make up` mends it.")
    verified = verify(target, stack, stacks.template_of(cloudformation, stack))
    say(f"{verified.resources} resources, {verified.properties} properties: all as the template asks")
    return 0
