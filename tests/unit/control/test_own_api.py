"""How an emulator of ours is asked."""

import urllib.request

import pytest

from tailrace.control.own_api import _opener

pytestmark = pytest.mark.unit


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_proxy_is_asked(scheme: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever proxy the environment names, no request goes to it; http needs no certificates."""
    monkeypatch.setenv(f"{scheme}_proxy", "http://proxy.example:3128")
    _opener.cache_clear()
    handlers = _opener(scheme, "").handlers  # type: ignore[attr-defined]  # not in typeshed
    asked = [one for one in handlers if hasattr(one, f"{scheme}_open")]
    assert [isinstance(one, urllib.request.ProxyHandler) for one in asked] == [False]
    assert any(isinstance(one, urllib.request.HTTPSHandler) for one in handlers) is (scheme == "https")
