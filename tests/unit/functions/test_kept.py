"""Settings that are kept without effect, against requests and configurations."""

import pytest

from tailrace.functions.kept import kept

pytestmark = pytest.mark.unit


def test_a_plain_function_keeps_nothing() -> None:
    """A configuration as Lambda shows it, with every default."""
    plain = {
        "Architectures": ["x86_64"],
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {"ApplyOn": "None", "OptimizationStatus": "Off"},
        "VpcConfig": {"SubnetIds": [], "SecurityGroupIds": [], "VpcId": ""},
    }
    assert kept(plain) == []


def test_what_is_kept_is_named() -> None:
    """In the order of the table."""
    assert kept(
        {"Architectures": ["arm64"], "VpcConfig": {"SubnetIds": ["subnet-1"]}, "KMSKeyArn": "arn:aws:kms:x"}
    ) == ["VpcConfig", "KMSKeyArn", "Architectures"]
