import pytest

from producer.devices import device_type

pytestmark = pytest.mark.unit

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_5 like Mac OS X) Version/17.5 Mobile/15E148 Safari/604.1"
SAMSUNG = "SAMSUNG-GT-E2232/1.0 Openwave/6.2.3 Profile/MIDP-2.0 Configuration/CLDC-1.1 UP.Browser/6.2.3.3"
GOOGLE = "(compatible; Googlebot/2.1; +http://www.google.com/bot.html)"
CHROME = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0"


@pytest.mark.parametrize(
    ("kind", "agent"),
    [
        ("desktop", f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36"),
        ("desktop", "Mozilla/5.0 (X11; Ubuntu; Linux x86_64; rv:27.0) Gecko/20100101 Firefox/27.0"),
        ("desktop", "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:127.0) Gecko/20100101 Firefox/127.0"),
        ("desktop", f"Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) {CHROME} Safari/537.36"),
        ("mobile", IPHONE),
        ("mobile", f"Mozilla/5.0 (Linux; Android 14; Pixel 8) {CHROME} Mobile Safari/537.36"),
        ("mobile", "Dalvik/1.6.0 (Linux; U; Android 4.1.2; GT-S5282 Build/JZO54K)"),
        ("mobile", "Mozilla/5.0 (Android; Mobile; rv:27.0) Gecko/27.0 Firefox/27.0"),
        ("mobile", SAMSUNG),
        ("tablet", "Mozilla/5.0 (iPad; CPU OS 16_6 like Mac OS X) Version/16.6 Mobile/15E148 Safari/604.1"),
        ("tablet", f"Mozilla/5.0 (Linux; Android 13; SM-X710) {CHROME} Safari/537.36"),
        ("tablet", "Mozilla/5.0 (Android; Tablet; rv:27.0) Gecko/27.0 Firefox/27.0"),
        ("bot", f"Mozilla/5.0 {GOOGLE}"),
        ("bot", f"{IPHONE} {GOOGLE}"),
        ("other", "curl/8.8.0"),
        ("other", "Tiny Tiny RSS/1.11 (http://tt-rss.org/)"),
        ("other", ""),
    ],
)
def test_what_an_agent_runs_on(kind: str, agent: str) -> None:
    """A browser's, a telephone's, a tablet's, a bot's agent, and those that say nothing of it."""
    assert device_type(agent) == kind
