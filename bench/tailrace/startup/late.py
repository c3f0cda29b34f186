"""What LocalStack would load at every start, and a pipeline never uses, is loaded when somebody does.

CPU seconds of a start: SAM's transformation of templates 0.5 and its policies 0.06, EC2's thousand types 0.5
(CloudFormation names two of them in annotations), the code by which werkzeug would write each route as a URL
0.6, what checks requests for LocalStack's own pages against OpenAPI 0.15, DNS 0.06, API Gateway for one
function that takes a query apart 0.06, and colours, Docker's client, BSON and signed documents 0.03 each.
"""

import importlib
import sys
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import Any

from tailrace.seams import replace

CALLED = {
    "bson.json_util": ("dumps", "loads"),
    "localstack.services.apigateway.legacy.helpers": ("extract_query_string_params",),
    "samtranslator.translator.managed_policy_translator": ("ManagedPolicyLoader",),
    "samtranslator.translator.transform": ("transform",),
}
"""Modules of which LocalStack imports what it calls, if ever, much later."""
ANNOTATIONS = {
    "localstack.aws.api.config": ("TagsList",),
    "localstack.aws.api.ec2": ("AvailabilityZoneList", "DescribeAvailabilityZonesResult"),
}
"""Modules of which it imports names for annotations."""
WHOLE = ("asn1crypto.algos", "asn1crypto.cms", "asn1crypto.core", "asn1crypto.x509", "docker")
"""Modules that it imports as such."""
PARTS = {"dns": ("message", "query", "resolver")}
"""Modules that it names through their package."""
UNUSED = {
    "localstack.dns.server": {
        "is_server_running": lambda: False,
        **dict.fromkeys(
            ("revert_network_configuration", "start_dns_server", "stop_servers"), lambda **_: None
        ),
    },
}
"""Modules of a server that is never started (`DNS_ADDRESS=0`), and what is asked of it all the same."""
OPENAPI = "localstack.aws.handlers.validation"
VALIDATORS = {"OpenAPIRequestValidator": "REQUEST", "OpenAPIResponseValidator": "RESPONSE"}
"""Its handlers, and the setting of each: OPENAPI_VALIDATE_…."""


class LateModule(ModuleType):
    """Stands for a module until something else of it is needed than is known: then the real one comes."""

    def __init__(self, name: str, **known: object) -> None:
        super().__init__(name)
        vars(self).update(known)

    def __getattr__(self, name: str) -> object:
        if name.startswith("__"):  # what the import system itself asks; no module of ours has more
            raise AttributeError(name)
        return getattr(real(self.__name__), name)


def real(name: str) -> ModuleType:
    """Import the module for which another may have stood until now, and its packages."""
    package = ""
    for part in name.split("."):
        package = f"{package}.{part}".lstrip(".")
        if isinstance(sys.modules.get(package), LateModule):
            del sys.modules[package]
    return importlib.import_module(name)


def called(module: str, name: str) -> Callable[..., Any]:
    """Return what calls a module's function, or makes one of its class, and imports the module then."""

    def call(*arguments: object, **named: object) -> object:
        return getattr(real(module), name)(*arguments, **named)

    return call


def postpone() -> None:
    """Let these modules come later; called before LocalStack is imported."""
    for module, names in CALLED.items():
        _stand_in(LateModule(module, **{name: called(module, name) for name in names}))
    for module, names in ANNOTATIONS.items():
        _stand_in(LateModule(module, **dict.fromkeys(names, dict)))
    for module in WHOLE:
        _stand_in(LateModule(module))
    for package, parts in PARTS.items():
        _stand_in(LateModule(package, **{part: _stand_in(LateModule(f"{package}.{part}")) for part in parts}))
    for module, known in UNUSED.items():
        _stand_in(LateModule(module, **known))
    _stand_in(LateModule("rich.console", Console=Console))
    _stand_in(
        LateModule(OPENAPI, **{name: _validator(name, setting) for name, setting in VALIDATORS.items()})
    )


def _stand_in(late: LateModule) -> ModuleType:
    """Let a module be the late one, unless it is imported already; return what stands there now."""
    return sys.modules.setdefault(late.__name__, late)


class Console:
    """Stands for rich's console, until something is to be written on it."""

    def __init__(self, *arguments: object, **named: object) -> None:
        self._made = partial(called("rich.console", "Console"), *arguments, **named)

    def __getattr__(self, name: str) -> object:
        return getattr(self._made(), name)


def _validator(name: str, setting: str) -> type:
    """Return a class that stands for one of LocalStack's handlers, and is one where its setting is on."""

    class Validator:
        def __call__(self, *chained: object) -> None:
            if getattr(sys.modules["localstack.config"], f"OPENAPI_VALIDATE_{setting}"):
                getattr(real(OPENAPI), name)()(*chained)

    return Validator


def postpone_urls() -> None:
    """Let werkzeug make a route's writer when a URL is to be written; LocalStack only ever reads them."""
    rules: Any = importlib.import_module("werkzeug.routing.rules")  # LocalStack's Python has it
    usual: Callable[[object, bool], Callable[..., object]]

    def late(rule: object, append_unknown: bool = True) -> Callable[..., object]:  # noqa: FBT001, FBT002  werkzeug's
        def write(self: object, **values: object) -> object:
            return usual(rule, append_unknown)(self, **values)

        return write

    usual = replace(rules.Rule, "_compile_builder", late)
