from pathlib import Path
from typing import Any

import pytest

from tailrace.functions.refusals import refusal, too_large

pytestmark = pytest.mark.unit

NOWHERE = Path("/nowhere")


def refused(operation: str, *, strict: bool = False, **request: Any) -> str | None:  # noqa: ANN401  requests hold anything
    """Ask where nothing is installed but what is always there."""
    if operation == "CreateFunction":
        request = {"Runtime": "provided.al2023", "Handler": "bootstrap", **request}
    return refusal(operation, request, NOWHERE, strict=strict)


def test_what_can_run_is_not_refused() -> None:
    """A zip for a runtime that is there is taken, with every setting that is kept without effect."""
    given: dict[str, Any] = {
        "Runtime": "provided.al2023",
        "Handler": "bootstrap",
        "Code": {"ZipFile": b""},
        "Architectures": ["arm64"],
    }
    kept: dict[str, Any] = {
        "VpcConfig": {"SubnetIds": ["subnet-1"]},
        "TracingConfig": {"Mode": "Active"},
        "KMSKeyArn": "arn",
    }
    assert refused("CreateFunction", **given, **kept, SnapStart={"ApplyOn": "PublishedVersions"}) is None
    assert refused("CreateFunction", **given, Layers=["arn"], EphemeralStorage={"Size": 1024}) is None
    assert refused("UpdateFunctionConfiguration", Timeout=3) is None
    assert refused("UpdateFunctionCode", ZipFile=b"") is None
    assert refused("UpdateFunctionCode", S3Bucket="hot-reload", S3Key="/tmp/x") is None  # noqa: S108  no file is made
    assert refused("GetFunction", FunctionName="f") is None


@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionConfiguration"])
def test_a_runtime_that_is_not_installed_is_refused_with_the_command_that_installs_it(operation: str) -> None:
    """The very command, for a user of the package and for one of the checkout."""
    assert refused(operation, Runtime="nodejs24.x") == (
        "The runtime nodejs24.x is not installed in this emulator: run tailrace install --runtime nodejs24.x "
        "(in a checkout: make up RUNTIMES=nodejs24.x) and try again; the emulator may go on running."
    )


@pytest.mark.parametrize("runtime", ["python3.9", "nodejs18.x", "provided", "go1.x"])
def test_a_runtime_of_old_is_refused_in_lambdas_words(runtime: str) -> None:
    """AWS makes no functions of it any more."""
    assert refused("CreateFunction", Runtime=runtime) == (
        f"The runtime parameter of {runtime} is no longer supported for creating or updating AWS Lambda "
        "functions. We recommend you use a supported runtime while creating or updating functions."
    )


def test_a_runtime_that_is_not_done_is_refused_with_those_that_are() -> None:
    """Ruby, say."""
    assert str(refused("CreateFunction", Runtime="ruby3.4")).startswith(
        "The runtime ruby3.4 is not done by this emulator. It runs python3.10, python3.11,"
    )


@pytest.mark.parametrize(
    ("operation", "request_", "setting"),
    [
        ("CreateFunction", {"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "VpcConfig"),
        ("UpdateFunctionConfiguration", {"KMSKeyArn": "arn"}, "KMSKeyArn"),
        ("CreateFunction", {"SnapStart": {"ApplyOn": "PublishedVersions"}}, "SnapStart"),
        ("PutProvisionedConcurrencyConfig", {"ProvisionedConcurrentExecutions": 1}, "ProvisionedConcurrency"),
        ("UpdateFunctionCode", {"Architectures": ["arm64"]}, "Architectures"),
    ],
)
def test_where_it_is_strict_what_has_no_effect_is_refused(
    operation: str, request_: dict[str, Any], setting: str
) -> None:
    """The sentence names the setting and what it does on AWS."""
    sentence = str(refused(operation, strict=True, **request_))
    assert sentence.startswith(f"{setting}: kept without effect by this emulator (")
    assert sentence.endswith("TAILRACE_STRICT=1 refuses it.")
    assert refused(operation, **request_) is None


@pytest.mark.parametrize(
    ("operation", "request_", "begins"),
    [
        ("CreateFunction", {"CodeSigningConfigArn": "arn"}, "Code signing: not done"),
        ("CreateFunction", {"FileSystemConfigs": [{}]}, "File systems (EFS): not done"),
        ("CreateFunction", {"PackageType": "Image", "Code": {"ImageUri": "i"}}, "Container images: not done"),
        ("UpdateFunctionCode", {"ImageUri": "i"}, "Container images: not done"),
        ("InvokeWithResponseStream", {}, "Response streaming: not done"),
        ("CreateCapacityProvider", {}, "Capacity providers (Lambda Managed Instances): not done"),
        ("CreateFunction", {"CapacityProviderConfig": {"a": {}}}, "Capacity providers (Lambda Managed"),
        ("CreateFunction", {"DurableConfig": {"ExecutionTimeout": 60}}, "Durable functions: not done"),
        ("CreateFunction", {"TenancyConfig": {"TenantIsolationMode": "PER_TENANT"}}, "Tenant isolation: not"),
    ],
)
def test_what_is_not_done_is_refused_in_a_sentence(
    operation: str, request_: dict[str, Any], begins: str
) -> None:
    """Nothing is taken and then ignored."""
    assert str(refused(operation, **request_)).startswith(begins)


@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionConfiguration"])
def test_reserved_variables_are_refused_in_lambdas_words(operation: str) -> None:
    """All that were given are named, in the order in which they were."""
    own = {"MINE": "1", "AWS_REGION": "x", "AWS_ACCESS_KEY_ID": "y"}
    assert refused(operation, Environment={"Variables": own}) == (
        "Lambda was unable to configure your environment variables because the environment variables you "
        "have provided contains reserved keys that are currently not supported for modification. "
        "Reserved keys used in this request: AWS_REGION, AWS_ACCESS_KEY_ID"
    )


def test_a_variables_name_has_lambdas_form() -> None:
    """It begins with a letter and has two characters at least."""
    assert refused("CreateFunction", Environment={"Variables": {"_MINE": "1"}}) == (
        "1 validation error detected: Value '{_MINE=1}' at 'environment.variables' failed to satisfy "
        "constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: "
        "[a-zA-Z]([a-zA-Z0-9_])+]"
    )
    assert refused("CreateFunction", Environment={"Variables": {"TZ": "UTC"}}) is None


def test_an_empty_setting_asks_for_nothing() -> None:
    """Taking a VPC away, or SnapStart off, is no request for them."""
    off: dict[str, Any] = {"SnapStart": {"ApplyOn": "None"}, "VpcConfig": {"SubnetIds": []}, "KMSKeyArn": ""}
    off |= {"EphemeralStorage": {"Size": 512}, "Architectures": ["x86_64"], "FileSystemConfigs": []}
    assert refused("UpdateFunctionConfiguration", strict=True, **off) is None


@pytest.mark.parametrize(
    ("size", "kind", "complaint"),
    [
        (6_291_456, "", None),
        (6_291_457, "", "Request must be smaller than 6291456 bytes for the InvokeFunction operation"),
        (1_048_576, "Event", None),
        (
            1_048_577,
            "Event",
            "1048577 byte payload is too large for the Event invocation type (limit 1048576 bytes)",
        ),
    ],
)
def test_an_event_has_lambdas_limits(size: int, kind: str, complaint: str | None) -> None:
    """6 MB where the caller waits, 1 MB where nobody does."""
    assert too_large(size, kind) == complaint


MOST, LEAST = (
    "Member must have value less than or equal to ",
    "Member must have value greater than or equal to ",
)


@pytest.mark.parametrize(
    ("operation", "request_", "path", "bound"),
    [
        ("CreateFunction", {"Timeout": 901}, "timeout", f"{MOST}900"),
        ("UpdateFunctionConfiguration", {"Timeout": 0}, "timeout", f"{LEAST}1"),
        ("CreateFunction", {"MemorySize": 127}, "memorySize", f"{LEAST}128"),
        ("CreateFunction", {"MemorySize": 10241}, "memorySize", f"{MOST}10240"),
        ("PutFunctionConcurrency", {"ReservedConcurrentExecutions": -1}, "reservedConcurrentExecutions",
         f"{LEAST}0"),
        ("PutFunctionEventInvokeConfig", {"MaximumRetryAttempts": 3}, "maximumRetryAttempts", f"{MOST}2"),
        ("PutFunctionEventInvokeConfig", {"MaximumEventAgeInSeconds": 59}, "maximumEventAgeInSeconds",
         f"{LEAST}60"),
        ("CreateFunction", {"Handler": "a b"}, "handler",
         "Member must satisfy regular expression pattern: [^\\s]+"),
        ("CreateFunction", {"Handler": "x" * 129}, "handler",
         "Member must have length less than or equal to 128"),
    ],
)  # fmt: skip
def test_bounds_are_lambdas(operation: str, request_: dict[str, Any], path: str, bound: str) -> None:
    """What breaks one is refused with the value, the member's path and the bound."""
    (value,) = request_.values()
    assert refused(operation, **request_) == (
        f"1 validation error detected: Value '{value}' at '{path}' failed to satisfy constraint: {bound}"
    )


def test_bounds_of_members_are_lambdas() -> None:
    """The path leads to the member of the member."""
    said = str(refused("CreateFunction", EphemeralStorage={"Size": 511}))
    assert said.endswith(f"Value '511' at 'ephemeralStorage.size' failed to satisfy constraint: {LEAST}512")


def test_all_that_is_wrong_is_said() -> None:
    """In one answer, with its number."""
    said = str(refused("UpdateFunctionConfiguration", Timeout=901, MemorySize=1))
    assert said.startswith("2 validation errors detected: Value '901' at 'timeout' failed to satisfy")
    assert "; Value '1' at 'memorySize' failed to satisfy" in said


def test_a_zip_needs_runtime_and_handler() -> None:
    """In Lambda's words."""
    assert refused("CreateFunction", Handler=None) == (
        "Runtime and Handler are mandatory parameters for functions created with deployment packages."
    )
