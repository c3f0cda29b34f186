"""What a function is made of: layers, native parts, settings that are kept, a folder that is watched."""

import io
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import boto3
import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tailrace.functions.listing import without_effect
from tests.frame.run import Run
from tests.integration.functions import FailedFunctionError, Functions, zipped

pytestmark = pytest.mark.emulator_only

FOREIGN = "arn:aws:lambda:us-east-1:123456789012:layer:{}:7"


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


def publish(target: Target, name: str, files: dict[str, str]) -> str:
    """Publish a layer; return its version's ARN."""
    answer = target.client("lambda").publish_layer_version(LayerName=name, Content={"ZipFile": zipped(files)})
    return answer["LayerVersionArn"]


def of_another(target: Target) -> Target:
    """Return the same emulator as another account sees it."""
    session = boto3.Session(
        aws_access_key_id="123456789012", aws_secret_access_key="test", region_name=target.region
    )
    return replace(target, session=session)


def test_layers_lie_one_over_the_other(functions: Functions, target: Target, run: Run) -> None:
    """Modules and programs of all; where two have the same file, the later layer's counts."""
    first = publish(
        target,
        f"{run.prefix}-first",
        {"python/same.py": "WHOSE = 'first'", "python/one.py": "", "bin/greet": "#!/bin/sh\necho hello"},
    )
    second = publish(
        target,
        f"{run.prefix}-second",
        {"python/same.py": "WHOSE = 'second'", "python/lib/python3.13/site-packages/two.py": ""},
    )
    source = (
        "import one, same, subprocess, two\n"
        "def handler(event, context): return [same.WHOSE, subprocess.check_output('greet').decode()]"
    )
    function = functions.make(source, Layers=[first, second])
    assert function.invoke({}).payload == ["second", "hello\n"]
    client = target.client("lambda")
    client.update_function_configuration(FunctionName=function.name, Layers=[second, first])
    function.wait()
    assert function.invoke({}).payload == ["first", "hello\n"]


def test_a_layers_wrapper_begins_the_function(functions: Functions, target: Target, run: Run) -> None:
    """What it exports, the function has."""
    script = '#!/bin/sh\nexport WRAPPED=yes\nexec "$@"\n'
    layer = publish(target, f"{run.prefix}-wrapper", {"wrap": script})
    function = functions.make(
        "import os\ndef handler(event, context): return os.environ['WRAPPED']",
        Layers=[layer],
        Environment={"Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrap"}},
    )
    assert function.invoke({}).payload == "yes"


def test_code_comes_before_layers(functions: Functions, target: Target, run: Run) -> None:
    """A module that both have is the function's own."""
    layer = publish(target, f"{run.prefix}-below", {"python/app.py": "def handler(event, context): return 1"})
    function = functions.make("def handler(event, context): return 2", Layers=[layer])
    assert function.invoke({}).payload == 2


def test_a_layer_of_another_account_is_named_with_the_way_to_give_it(
    functions: Functions, target: Target, run: Run
) -> None:
    """What is published in that account's name then stands for the version that was asked for."""
    name = f"{run.prefix}-foreign"
    source = "import shared\ndef handler(event, context): return shared.VALUE"
    with pytest.raises(ClientError) as refused:
        functions.make(source, Layers=[FOREIGN.format(name)])
    command = f"AWS_ACCESS_KEY_ID=123456789012 aws lambda publish-layer-version --layer-name {name} "
    assert command in str(refused.value)
    publish(of_another(target), name, {"python/shared.py": "VALUE = 3"})
    function = functions.make(source, Layers=[FOREIGN.format(name)])
    assert function.invoke({}).payload == 3
    shown = target.client("lambda").get_function_configuration(FunctionName=function.name)["Layers"]
    assert [layer["Arn"] for layer in shown] == [FOREIGN.format(name)]


def test_a_layer_with_an_external_extension_is_refused_by_name(
    functions: Functions, target: Target, run: Run
) -> None:
    """In the reason of the function's state."""
    layer = publish(target, f"{run.prefix}-extension", {"extensions/agent": "#!/bin/sh"})
    with pytest.raises(FailedFunctionError, match=r"External extensions are not done.*a layer has agent"):
        functions.make("", Layers=[layer])


def test_arm64_runs_where_nothing_is_native(functions: Functions) -> None:
    """Code in a language has no processor."""
    function = functions.make("def handler(event, context): return 1", Architectures=["arm64"])
    assert function.invoke({}).payload == 1


def test_native_parts_for_another_machine_are_named(functions: Functions) -> None:
    """The state's reason says which file, and what to build it for."""
    files = {"app.py": "", "numbers/_fast.so": "\x7fELF\x02\x01" + "\0" * 12 + "\x08\0" + "\0" * 40}
    with pytest.raises(FailedFunctionError, match=r"native parts for another machine: numbers/_fast\.so"):
        functions.make(files, Architectures=["arm64"])


def test_what_has_no_effect_here_is_kept(functions: Functions, target: Target) -> None:
    """Stored, and read back as it was given."""
    given = {
        "TracingConfig": {"Mode": "Active"},
        "KMSKeyArn": "arn:aws:kms:us-east-1:000000000000:key/11111111-2222-3333-4444-555555555555",
        "EphemeralStorage": {"Size": 1024},
        "Architectures": ["arm64"],
        "SnapStart": {"ApplyOn": "PublishedVersions"},
    }
    function = functions.make("def handler(event, context): return 1", **given)
    client = target.client("lambda")
    found: dict[str, Any] = dict(client.get_function_configuration(FunctionName=function.name))
    found["SnapStart"].pop("OptimizationStatus")
    assert {name: found[name] for name in given} == given
    listed = client.get_function(FunctionName=function.name)["Configuration"]
    assert listed["KMSKeyArn"] == given["KMSKeyArn"]
    client.update_function_configuration(FunctionName=function.name, KMSKeyArn="")
    assert "KMSKeyArn" not in client.get_function_configuration(FunctionName=function.name)


@pytest.mark.processes
def test_what_has_no_effect_is_listed(functions: Functions, target: Target) -> None:
    """By `tailrace status` and `doctor`, for each function that has such a setting."""
    plain = functions.make("def handler(event, context): return 1")
    function = functions.make("def handler(event, context): return 1", Architectures=["arm64"])
    parts = urlsplit(target.endpoint or "")
    lines = without_effect(parts.hostname or "", parts.port or 80, target.region)
    assert f"{function.name}: Architectures" in lines
    assert plain.name not in "".join(lines)


def test_a_function_may_be_in_a_vpc(functions: Functions, target: Target) -> None:
    """Subnets and groups are kept; the function runs as any other."""
    ec2: Any = target.client("ec2")  # type: ignore[call-overload]  # no other test asks for it
    subnet = ec2.describe_subnets()["Subnets"][0]["SubnetId"]
    group = ec2.describe_security_groups()["SecurityGroups"][0]["GroupId"]
    vpc = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
    function = functions.make("def handler(event, context): return 1", VpcConfig=vpc)
    found = target.client("lambda").get_function_configuration(FunctionName=function.name)["VpcConfig"]
    assert (found["SubnetIds"], found["SecurityGroupIds"]) == ([subnet], [group])
    assert function.invoke({}).payload == 1


def test_provisioned_concurrency_is_ready_at_once(functions: Functions, target: Target) -> None:
    """And the version is invoked as any other."""
    function, client = functions.make("def handler(event, context): return 1"), target.client("lambda")
    version = client.publish_version(FunctionName=function.name)["Version"]
    which = {"FunctionName": function.name, "Qualifier": version}
    client.put_provisioned_concurrency_config(**which, ProvisionedConcurrentExecutions=2)
    found = client.get_provisioned_concurrency_config(**which)
    assert (found["Status"], found["AllocatedProvisionedConcurrentExecutions"]) == ("READY", 2)
    parts = urlsplit(target.endpoint or "")
    lines = without_effect(parts.hostname or "", parts.port or 80, target.region)
    assert f"{function.name}: ProvisionedConcurrency" in lines
    assert function.invoke({}, alias=version).payload == 1


@pytest.mark.processes
def test_a_save_is_run_by_the_next_invocation(functions: Functions, tmp_path: Path) -> None:
    """Of a folder that stands in place of a package, by the bucket's name `hot-reload`."""
    module = tmp_path / "app.py"
    module.write_text("def handler(event, context): return 'before'", encoding="utf-8")
    function = functions.make({}, Code={"S3Bucket": "hot-reload", "S3Key": str(tmp_path)})
    assert [function.invoke({}).payload for _ in range(2)] == ["before", "before"]
    module.write_text("def handler(event, context): return 'and after'", encoding="utf-8")
    assert function.invoke({}).payload == "and after"


def test_code_from_a_bucket_is_run(functions: Functions, target: Target, run: Run) -> None:
    """A zip with a dependency beside the module."""
    s3, bucket = target.client("s3"), f"{run.prefix}-code"
    s3.create_bucket(Bucket=bucket)
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("app.py", "import dep\ndef handler(event, context): return dep.VALUE")
        archive.writestr("dep/__init__.py", "VALUE = 5")
    try:
        s3.put_object(Bucket=bucket, Key="code.zip", Body=package.getvalue())
        function = functions.make({}, Code={"S3Bucket": bucket, "S3Key": "code.zip"})
        assert function.invoke({}).payload == 5
    finally:
        s3.delete_object(Bucket=bucket, Key="code.zip")
        s3.delete_bucket(Bucket=bucket)
