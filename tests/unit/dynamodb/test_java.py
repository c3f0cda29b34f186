from pathlib import Path
from xml.etree import ElementTree as ET

import pytest

from tailrace.dynamodb.java import SERVER, DynamoDBLocal, switches

pytestmark = pytest.mark.unit

OURS = DynamoDBLocal(Path("/e/java"), Path("/e"))


def test_the_port_is_the_one_asked_for() -> None:
    """The command line carries the port, the heap and further flags, before the class that is run."""
    command = OURS.command(4601, "-Xss1m", heap="300m")
    options = command[: command.index("org.eclipse.jetty.xml.XmlConfiguration")]
    assert {"-Dtailrace.port=4601", "-Xms24m", "-Xmn16m", "-Xmx300m", "-Xss1m"} <= set(options)
    assert command[-1] == str(SERVER)


def test_loopback() -> None:
    """The server is bound to 127.0.0.1, in memory, on the port of the command line."""
    root = ET.parse(SERVER).getroot()  # noqa: S314  our own file
    assert [arg.text for arg in root.findall("./Arg/New/Arg")] == ["127.0.0.1", None]
    assert root.find("./Arg/New/Arg/Property[@name='tailrace.port']") is not None


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ()),
        ({"DYNAMODB_SHARE_DB": "1"}, ("-Dtailrace.shared=true",)),
        ({"DYNAMODB_DELAY_TRANSIENT_STATUSES": "true"}, ("-Dtailrace.delays=true",)),
        ({"DYNAMODB_SHARE_DB": "0", "DYNAMODB_CORS": "example.com"}, ("-Dtailrace.cors=example.com",)),
    ],
)
def test_settings_of_localstack(environment: dict[str, str], expected: tuple[str, ...]) -> None:
    """LocalStack's settings of DynamoDB Local still mean what they say."""
    assert switches(environment) == expected


def test_no_telemetry() -> None:
    """DynamoDB Local is told to send nothing."""
    assert OURS.environment()["DDB_LOCAL_TELEMETRY"] == "0"
