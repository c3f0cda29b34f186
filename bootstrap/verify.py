"""`verify`: read back every resource from its own service, and compare each property with the template."""

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

from botocore.exceptions import ClientError

from bootstrap import stacks
from bootstrap.compare import differences
from bootstrap.console import say
from bootstrap.errors import NotAsAsked, StackError
from bootstrap.intrinsics import StackPlace
from bootstrap.readback import READERS, NotThereError
from bootstrap.settings import PipelineSettings
from bootstrap.stacks import Stack
from bootstrap.target import Target
from bootstrap.template import Resource, asked_for

AT_ONCE = 4
"""Resources that are read at the same time: an answer takes a while, and most resources take two or three."""


@dataclass(frozen=True)
class Verified:
    """How much was compared and found as asked, and what could not be compared, each with why."""

    resources: int
    properties: int
    not_compared: tuple[str, ...] = ()

    def lines(self) -> list[str]:
        """Return it as lines to show."""
        counts = f"{self.resources} resources, {self.properties} properties, all as the template asks"
        return [f"Verified: {counts}", *(f"  not compared: {what}" for what in self.not_compared)]


class _Read(NamedTuple):
    """What came of one resource."""

    compared: int
    differs: list[str]
    not_compared: list[str]


def verify(target: Target, stack: Stack, template: str) -> Verified:
    """Compare what stands with what was asked; `NotAsAsked` has a line for each property that differs.

    What this project does not know how to read, of any template, is no difference: it is listed.
    """
    ids = stacks.resources_of(target.client("cloudformation"), stack)
    place = StackPlace(stack.name, target.region, target.account)
    asked = asked_for(template, stack.parameters, place, ids)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        read = list(pool.map(partial(_compared, target), asked))
    differs = [line for one in read for line in one.differs]
    if differs:
        lines = "".join(f"\n  {line}" for line in differs)
        raise NotAsAsked(f"The stack {stack.name} stands, but not all of it was taken as asked:{lines}")
    return Verified(
        sum(bool(one.compared) for one in read),
        sum(one.compared for one in read),
        tuple(line for one in read for line in one.not_compared),
    )


def _compared(target: Target, resource: Resource) -> _Read:
    """Read one resource, and compare what of it can be compared."""
    if resource.kind not in READERS:
        return _Read(0, [], [f"{resource.name} ({resource.kind})"])
    reader = READERS[resource.kind]
    unread = [f"{resource.name}.{name}" for name in resource.properties if name not in reader.knows]
    left_out = [*resource.unknown, *unread]
    asked = {name: value for name, value in resource.properties.items() if name in reader.knows}
    try:
        found = reader.read(target, resource.named)
    except NotThereError as error:
        return _Read(len(asked), [f"{resource.name}: {error}"], left_out)
    except ClientError as error:
        return _Read(len(asked), [f"{resource.name} cannot be read: {error}"], left_out)
    except Exception as error:  # noqa: BLE001  anybody's template may have a shape that the reader does not know
        return _Read(0, [], [f"{resource.name} ({type(error).__name__}: {error})"])
    return _Read(len(asked), differences(asked, found, resource.name), left_out)


def run() -> int:
    """Verify the stack as it was deployed; return the exit code."""
    settings = PipelineSettings.from_environment(os.environ)
    target = Target.from_environment(os.environ)
    cloudformation = target.client("cloudformation")
    stack = stacks.standing(cloudformation, settings.stack)
    if stack.status not in stacks.WHOLE:
        raise StackError(f"The stack {stack.name} is {stack.status}: `make up` fixes it.")
    verified = verify(target, stack, stacks.template_of(cloudformation, stack))
    for line in verified.lines():
        say(line)
    return 0
