import os
from pathlib import Path

import botocore.session
import pytest
from botocore.utils import should_bypass_proxies

from tailrace.testing.clients import Aws, isolated_session

pytestmark = pytest.mark.unit

USERS = {
    "AWS_PROFILE": "mine",
    "AWS_DEFAULT_PROFILE": "mine",
    "AWS_SESSION_TOKEN": "mine",
    "HTTP_PROXY": "http://proxy:3128",
    "NO_PROXY": "example.org",
}


def test_environ_goes_over_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program with `aws.environ` over the user's environment has dummy credentials, and asks no proxy."""
    for name, value in USERS.items():
        monkeypatch.setenv(name, value)
    for name, value in Aws("http://127.0.0.1:4566").environ.items():
        monkeypatch.setenv(name, value)
    session = botocore.session.Session()
    found = session.get_credentials()
    assert found
    assert (found.access_key, found.secret_key, found.token) == ("test", "test", None)
    client = session.create_client("kinesis")
    assert client.meta.endpoint_url == "http://127.0.0.1:4566"
    assert should_bypass_proxies(client.meta.endpoint_url)


def test_the_profile_leads_to_dummy_credentials() -> None:
    """An SDK that goes by the profile alone, as JavaScript's does, finds dummy credentials too."""
    environ = Aws("http://127.0.0.1:4566").environ
    text = Path(environ["AWS_SHARED_CREDENTIALS_FILE"]).read_text(encoding="utf-8")
    assert f"[{environ['AWS_PROFILE']}]\naws_access_key_id = test\naws_secret_access_key = test\n" in text
    assert os.path.isabs(environ["AWS_CONFIG_FILE"])  # noqa: PTH117  a variable's text


def test_sessions_share_what_is_known_of_services() -> None:
    """However many sessions are made, they look for descriptions of services in each folder once."""
    sessions = [isolated_session() for _ in range(3)]
    loaders = [one._session.get_component("data_loader") for one in sessions]
    assert loaders[0] is loaders[2]
    assert len(loaders[0].search_paths) == len(set(loaders[0].search_paths))
