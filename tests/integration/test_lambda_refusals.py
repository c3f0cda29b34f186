"""What Lambda itself refuses, in its own words: names that are not there, packages that are too large."""

import io
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from bootstrap.target import Target
from tests.frame.run import Run
from tests.integration.functions import FailedFunctionError, Functions, zipped

pytestmark = pytest.mark.emulator_only

SOURCE = "def handler(event, context): return 1"


@pytest.fixture(scope="module")
def functions(target: Target, run: Run) -> Iterator[Functions]:
    """Give a maker of functions."""
    with Functions(target, run.prefix).opened() as functions:
        yield functions


def package(**megabytes: int) -> bytes:
    """Pack a module with files beside it that do not get smaller (`whole`), or that do (`zeros`)."""
    packed = io.BytesIO(zipped(SOURCE))
    with zipfile.ZipFile(packed, "a", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for kind, size in megabytes.items():
            archive.writestr(kind, bytes(size * 2**20), zipfile.ZIP_STORED if kind == "whole" else None)
    return packed.getvalue()


def said(error: pytest.ExceptionInfo[ClientError]) -> tuple[str, str]:
    """Return an error's code and text."""
    found: Any = error.value.response["Error"]
    return found["Code"], found["Message"]


@pytest.mark.parametrize("kind", ["RequestResponse", "Event"])
def test_an_alias_that_is_not_there(functions: Functions, target: Target, kind: Any) -> None:  # noqa: ANN401  a literal
    """Is not found, whether anybody waits for the answer or not."""
    function = functions.make(SOURCE)
    client = target.client("lambda")
    arn = client.get_function_configuration(FunctionName=function.name)["FunctionArn"]
    for qualifier in ("nobody", "99"):
        with pytest.raises(ClientError) as error:
            client.invoke(FunctionName=function.name, Qualifier=qualifier, InvocationType=kind)
        assert said(error) == ("ResourceNotFoundException", f"Function not found: {arn}:{qualifier}")


def test_a_zip_has_fifty_megabytes_at_most(functions: Functions) -> None:
    """One more is too large to be sent."""
    with pytest.raises(ClientError) as error:
        functions.make(SOURCE, Code={"ZipFile": package(whole=51)})
    text = "Zipped size must be smaller than 52428800 bytes"
    assert said(error) == ("RequestEntityTooLargeException", text)


def test_a_package_has_250_megabytes_unpacked(functions: Functions) -> None:
    """One more is refused."""
    with pytest.raises(ClientError) as error:
        functions.make(SOURCE, Code={"ZipFile": package(zeros=251)})
    text = "Unzipped size must be smaller than 262144000 bytes"
    assert said(error) == ("InvalidParameterValueException", text)


def test_a_package_and_its_layers_have_250_megabytes_unpacked(
    functions: Functions, target: Target, run: Run
) -> None:
    """Each of them is small enough; together they are not."""
    layer = target.client("lambda").publish_layer_version(
        LayerName=f"{run.prefix}-large", Content={"ZipFile": package(zeros=130)}
    )
    layers = [layer["LayerVersionArn"]]
    with pytest.raises(FailedFunctionError, match="combined with layers exceeds the maximum allowed size"):
        functions.make(SOURCE, Code={"ZipFile": package(zeros=130)}, Layers=layers)


def test_what_is_no_zip(functions: Functions) -> None:
    """Cannot be unpacked."""
    with pytest.raises(ClientError) as error:
        functions.make(SOURCE, Code={"ZipFile": b"no zip"})
    assert said(error)[1].startswith("Could not unzip uploaded file.")


def test_a_bound_that_is_broken(functions: Functions) -> None:
    """Is a ValidationException, and the function is not made."""
    with pytest.raises(ClientError) as error:
        functions.make(SOURCE, Timeout=901)
    code, text = said(error)
    assert code == "ValidationException"
    assert "at 'timeout' failed to satisfy constraint: Member must have value less than" in text
