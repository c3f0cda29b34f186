"""What LocalStack would load at every start, and a pipeline never uses, is loaded when somebody does.

CPU seconds of a start: SAM's transformation of templates 0.5, EC2's thousand types 0.5 (CloudFormation
names two of them in annotations), and the code by which werkzeug would write each route as a URL 0.6.
"""

import importlib
import sys
from collections.abc import Callable
from types import ModuleType
from typing import Any

from tailrace.seams import replace

SAM = "samtranslator.translator.transform"
EC2 = "localstack.aws.api.ec2"
EC2_ANNOTATIONS = ("AvailabilityZoneList", "DescribeAvailabilityZonesResult")


class Late(ModuleType):
    """Stands for a module until something else of it is needed than is known: then the real one comes."""

    def __init__(self, name: str, **known: object) -> None:
        super().__init__(name)
        vars(self).update(known)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # what the import system itself asks; no module of ours has more
            raise AttributeError(name)
        return getattr(real(self.__name__), name)


def real(name: str) -> ModuleType:
    """Import the module for which another may have stood until now."""
    if isinstance(sys.modules.get(name), Late):
        del sys.modules[name]
    return importlib.import_module(name)


def postpone() -> None:
    """Let these modules come later; called before LocalStack imports them."""

    def transform(*arguments: object, **named: object) -> object:
        return real(SAM).transform(*arguments, **named)

    for late in (Late(SAM, transform=transform), Late(EC2, **dict.fromkeys(EC2_ANNOTATIONS, dict))):
        sys.modules.setdefault(late.__name__, late)


def postpone_urls() -> None:
    """Let werkzeug make a route's writer when a URL is to be written; LocalStack only ever reads them."""
    rules: Any = importlib.import_module("werkzeug.routing.rules")  # LocalStack's Python has it
    usual: Callable[[object, bool], Callable[..., object]]

    def late(rule: object, append_unknown: bool = True) -> Callable[..., object]:  # noqa: FBT001, FBT002  werkzeug's
        def write(self: object, **values: object) -> object:
            return usual(rule, append_unknown)(self, **values)

        return write

    usual = replace(rules.Rule, "_compile_builder", late)
