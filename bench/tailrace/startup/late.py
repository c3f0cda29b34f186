"""What LocalStack would load at every start, and a pipeline never uses, is loaded when somebody does.

CPU seconds of a start: SAM's transformation of templates 0.5 and its policies 0.06, EC2's thousand types 0.5
(CloudFormation names two of them in annotations), the code by which werkzeug would write each route as a URL
0.6, what checks requests for LocalStack's own pages against OpenAPI 0.15, DNS 0.06, API Gateway for one
function that takes a query apart 0.06, pydantic and a catalog of what LocalStack has 0.06, certificates and a
key to sign with 0.08, what moto puts between a test and its requests 0.06, AWS's common runtime 0.04, and
colours, templates of answers, Docker's client, BSON and signed documents 0.02 to 0.03 each. Together they
would take 25 MB.
"""

import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from types import ModuleType
from typing import Any

from tailrace.seams import replace
from tailrace.startup.services import CONNECTED, CONNECTOR

CALLED = {
    "bson.json_util": ("dumps", "loads"),
    "localstack.aws.catalog_exceptions": ("get_service_availability_exception",),
    "localstack.services.apigateway.legacy.helpers": ("extract_query_string_params",),
    "localstack.services.cloudformation.engine.v2.change_set_resource_support_checker": (
        "ChangeSetResourceSupportChecker",
    ),
    "localstack.utils.backoff": ("ExponentialBackoff",),
    "localstack.utils.catalog.plugins": ("get_aws_catalog",),
    "localstack.utils.crypto": ("decrypt", "encrypt", "generate_ssl_cert", "pkcs7_envelope_encrypt"),
    "samtranslator.translator.managed_policy_translator": ("ManagedPolicyLoader",),
    "samtranslator.translator.transform": ("transform",),
}
"""Modules of which LocalStack imports what it calls, if ever, much later."""
ANNOTATIONS = {
    "localstack.aws.api.config": ("TagsList",),
    "localstack.aws.api.ec2": ("AvailabilityZoneList", "DescribeAvailabilityZonesResult"),
}
"""Modules of which it imports names for annotations."""
WHOLE = (
    *("asn1crypto.algos", "asn1crypto.cms", "asn1crypto.core", "asn1crypto.x509", "docker"),
    *("cryptography.hazmat.primitives.asymmetric.padding", "cryptography.hazmat.primitives.hashes"),
)
"""Modules that it imports as such."""
VALUES = {
    "localstack.services.sns.certificate": ("SNS_SERVER_CERT", "SNS_SERVER_PRIVATE_KEY"),
    "localstack.utils.crypto": ("PEM_CERT_END", "PEM_CERT_START", "PEM_KEY_END_REGEX", "PEM_KEY_START_REGEX"),
}
"""Modules of which it imports values: the key that SNS signs with, made at each start, and unused names."""
ABSENT = ("awscrt", "pydantic", "urllib3.contrib.pyopenssl")
"""Modules that botocore and rolo look for as they are imported, and do as well without."""
PARTS = {"dns": ("message", "query", "resolver")}
"""Modules that it names through their package."""
SSL = "localstack.utils.ssl"
JINJA = "jinja2"
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


class LateValue:
    """Stands for what a module makes as it is loaded, until an attribute is used, or the pieces of a text."""

    def __init__(self, module: str, name: str) -> None:
        self._of = module, name

    def _found(self) -> Any:  # noqa: ANN401  whatever it is
        module, name = self._of
        return getattr(real(module), name)

    def __getattr__(self, name: str) -> object:
        return getattr(self._found(), name)

    def __iter__(self) -> Iterator[str]:
        yield self._found()


def real(name: str) -> ModuleType:
    """Import the module for which another may have stood until now, and its packages."""
    package = ""
    for part in name.split("."):
        package = f"{package}.{part}".lstrip(".")
        if isinstance(sys.modules.get(package, package), LateModule | None):
            del sys.modules[package]
    return importlib.import_module(name)


def called(module: str, name: str) -> Callable[..., Any]:
    """Return what calls a module's function, or makes one of its class, and imports the module then."""

    def call(*arguments: object, **named: object) -> object:
        return getattr(real(module), name)(*arguments, **named)

    return call


def postpone() -> None:
    """Let these modules come later; called before LocalStack is imported."""
    for module in {**CALLED, **VALUES}:
        functions = {name: called(module, name) for name in CALLED.get(module, ())}
        values = {name: LateValue(module, name) for name in VALUES.get(module, ())}
        _stand_in(LateModule(module, **functions, **values))
    for module, known in OURS.items():
        _stand_in(LateModule(module, **known))
    for module, names in ANNOTATIONS.items():
        _stand_in(LateModule(module, **dict.fromkeys(names, dict)))
    for module in WHOLE:
        _stand_in(LateModule(module))
    for module in ABSENT:
        nothing: Any = None  # how Python knows that there is no such module
        sys.modules.setdefault(module, nothing)
    for package, parts in PARTS.items():
        _stand_in(LateModule(package, **{part: _stand_in(LateModule(f"{package}.{part}")) for part in parts}))
    _stand_in(
        LateModule(OPENAPI, **{name: _validator(name, setting) for name, setting in VALIDATORS.items()})
    )


def _stand_in(late: LateModule) -> ModuleType:
    """Let a module be the late one, unless it is imported already; return what stands there now."""
    return sys.modules.setdefault(late.__name__, late)


@contextmanager
def standing_in(module: str, **known: object) -> Iterator[None]:
    """Let a module that is not imported be a late one for what is imported meanwhile, and for nobody else."""
    late = LateModule(module, **known)
    _stand_in(late)
    try:
        yield
    finally:
        if sys.modules.get(module) is late:
            del sys.modules[module]


class LateObject:
    """Stands for an object of a class, until anything of it is used."""

    of: tuple[str, str]
    """Module and class of the real one."""

    def __init__(self, *arguments: object, **named: object) -> None:
        self._make = partial(called(*self.of), *arguments, **named)

    @cached_property
    def _made(self) -> object:
        return self._make()

    def __getattr__(self, name: str) -> object:
        return getattr(self._made, name)


def late_class(module: str, name: str) -> type[LateObject]:
    """Return what stands for a class where objects of it are made."""
    return type(name, (LateObject,), {"of": (module, name)})


class DictLoader:
    """Stands for jinja2's loader of templates that are at hand; moto's own is a subclass of it."""

    def __init__(self, mapping: Mapping[str, str]) -> None:
        self.mapping = mapping

    def __getattr__(self, name: str) -> object:
        if name == "mapping":
            raise AttributeError(name)
        return getattr(called(JINJA, "DictLoader")(self.mapping), name)


def _validator(name: str, setting: str) -> type:
    """Return a class that stands for one of LocalStack's handlers, and is one where its setting is on."""

    class Validator:
        def __call__(self, *chained: object) -> None:
            if getattr(sys.modules["localstack.config"], f"OPENAPI_VALIDATE_{setting}"):
                getattr(real(OPENAPI), name)()(*chained)

    return Validator


def certificate(serial_number: int | None = None) -> tuple[str, str, str]:
    """Return the files of the certificate that stands ready: both parts, certificate, key.

    LocalStack takes it apart anew at each start, and loads all that it would need to make another.
    """
    whole = os.environ.get("CUSTOM_SSL_CERT_PATH", "")
    files = whole, f"{whole}.crt", f"{whole}.key"
    if whole and all(map(os.path.isfile, files)):
        return files
    made: tuple[str, str, str] = real(SSL).create_ssl_cert(serial_number)
    return made


OURS: dict[str, dict[str, object]] = {
    JINJA: {
        "DictLoader": DictLoader,
        **{name: late_class(JINJA, name) for name in ("Environment", "FileSystemLoader", "Template")},
    },
    "localstack.dns.server": {
        "is_server_running": lambda: False,
        **dict.fromkeys(
            ("revert_network_configuration", "start_dns_server", "stop_servers"), lambda **_: None
        ),
    },
    CONNECTOR: dict(zip(CONNECTED, (object, called("tailrace.firehose.listening", "listen")), strict=True)),
    "moto.core.decorator": {"mock_aws": called("moto.core.decorator", "mock_aws")},
    "moto.core.models": {
        "DEFAULT_ACCOUNT_ID": "123456789012",
        **{name: called("moto.core.models", name) for name in ("patch_client", "patch_resource")},
    },
    "rich.console": {"Console": late_class("rich.console", "Console")},
    SSL: {
        "create_ssl_cert": certificate,
        "get_cert_pem_file_path": called(SSL, "get_cert_pem_file_path"),
        "install_predefined_cert_if_available": lambda: None,
    },
}
"""Modules of which little is asked here, with our answers: no DNS server runs, no certificate is fetched."""


def admit() -> None:
    """Let the modules be imported of which botocore and rolo have seen none; called once they are there."""
    for module in ABSENT:
        if sys.modules.get(module, module) is None:
            del sys.modules[module]
    checksums = importlib.import_module("botocore.httpchecksum")  # S3 asks for some by name
    replace(checksums, "crt_checksums", LateModule("awscrt.checksums"))


def postpone_urls() -> None:
    """Let werkzeug make a route's writer when a URL is to be written; LocalStack only ever reads them."""
    rules: Any = importlib.import_module("werkzeug.routing.rules")  # LocalStack's Python has it
    usual: Callable[[object, bool], Callable[..., object]]

    def late(rule: object, append_unknown: bool = True) -> Callable[..., object]:  # noqa: FBT001, FBT002  werkzeug's
        def write(self: object, **values: object) -> object:
            return usual(rule, append_unknown)(self, **values)

        return write

    usual = replace(rules.Rule, "_compile_builder", late)
