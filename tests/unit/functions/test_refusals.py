from typing import Any

import pytest

from tailrace.functions.refusals import refusal, too_large

pytestmark = pytest.mark.unit


def refused(operation: str, **request: Any) -> str | None:  # noqa: ANN401  requests hold anything
    """Ask on an x86 machine with one runtime."""
    return refusal(operation, request, ["python3.13"], "x86_64")


def test_what_can_run_is_not_refused() -> None:
    """A zip for the installed runtime and this machine is taken."""
    given = {"Runtime": "python3.13", "Code": {"ZipFile": b""}, "Architectures": ["x86_64"]}
    assert refused("CreateFunction", **given) is None
    assert refused("UpdateFunctionConfiguration", Timeout=3) is None
    assert refused("UpdateFunctionCode", ZipFile=b"") is None
    assert refused("GetFunction", FunctionName="f") is None


@pytest.mark.parametrize("operation", ["CreateFunction", "UpdateFunctionConfiguration"])
def test_a_runtime_that_is_not_installed_is_refused_with_those_that_are(operation: str) -> None:
    """The sentence says what there is."""
    assert refused(operation, Runtime="python3.12") == (
        "The runtime python3.12 is not installed in this emulator. Available: python3.13."
    )


@pytest.mark.parametrize(
    ("operation", "request_", "begins"),
    [
        ("CreateFunction", {"Layers": ["arn"]}, "Layers: not done"),
        ("UpdateFunctionConfiguration", {"Layers": ["arn"]}, "Layers: not done"),
        ("CreateFunction", {"VpcConfig": {"SubnetIds": ["subnet-1"]}}, "Functions in a VPC: not done"),
        ("UpdateFunctionConfiguration", {"TracingConfig": {"Mode": "Active"}}, "X-Ray tracing: not done"),
        ("CreateFunction", {"KMSKeyArn": "arn"}, "Customer managed keys: not done"),
        ("CreateFunction", {"CodeSigningConfigArn": "arn"}, "Code signing: not done"),
        ("CreateFunction", {"SnapStart": {"ApplyOn": "PublishedVersions"}}, "SnapStart: not done"),
        ("CreateFunction", {"FileSystemConfigs": [{}]}, "File systems (EFS): not done"),
        ("CreateFunction", {"PackageType": "Image", "Code": {"ImageUri": "i"}}, "Container images: not done"),
        ("UpdateFunctionCode", {"ImageUri": "i"}, "Container images: not done"),
        ("CreateFunction", {"Architectures": ["arm64"]}, "The architecture arm64 cannot run here"),
        ("UpdateFunctionCode", {"Architectures": ["arm64"]}, "The architecture arm64 cannot run here"),
        ("CreateFunction", {"Code": {"S3Bucket": "hot-reload"}}, "Hot reloading: not done"),
        ("PutProvisionedConcurrencyConfig", {}, "Provisioned concurrency: not done"),
        ("PublishLayerVersion", {}, "Layers: not done"),
        ("InvokeWithResponseStream", {}, "Response streaming: not done"),
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
    """Taking layers away, or SnapStart off, is no request for them."""
    off = {"Layers": [], "SnapStart": {"ApplyOn": "None"}, "TracingConfig": {"Mode": "PassThrough"}}
    assert refused("UpdateFunctionConfiguration", **off, VpcConfig={"SubnetIds": []}, KMSKeyArn="") is None


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
