from collections.abc import Mapping
from pathlib import Path

import pytest

from bootstrap.doctor import findings

pytestmark = pytest.mark.unit


def blocked(environ: Mapping[str, str]) -> list[str]:
    """Return what is in the way of using an account."""
    return [each.what for each in findings(environ) if each.blocks]


def test_all_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Whatever is in the way of using an account is named in one go."""
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    assert blocked({"AWS_ENDPOINT_URL": "http://x", "AWS_ACCOUNT_ID": "12"}) == [
        "AWS_ENDPOINT_URL is set: requests would go there and not to AWS",
        "AWS_ACCOUNT_ID=12 is not valid: expected twelve digits.",
        "no region is set",
        "credentials: TARGET=aws needs credentials: `aws configure`, `aws sso login`, or AWS_PROFILE.",
    ]
    assert blocked({"AWS_PROFILE": "none", "AWS_REGION": "eu_x"}) == [
        "AWS_ACCOUNT_ID is not set",
        "credentials: The config profile (none) could not be found",
        "AWS_REGION=eu_x is not valid: expected a region's name such as eu-central-1.",
    ]
