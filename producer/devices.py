"""Which kind of device a user agent names."""

from functools import lru_cache
from typing import Literal

from ua_parser import parse

type DeviceType = Literal["desktop", "mobile", "tablet", "bot", "other"]

_DESKTOP = {
    "Windows", "Mac OS X", "Linux", "Ubuntu", "Debian", "Fedora", "Red Hat", "CentOS", "SUSE", "Gentoo",
    "Arch Linux", "Linux Mint", "Mageia", "Chrome OS", "FreeBSD", "NetBSD", "OpenBSD", "Solaris",
}  # fmt: skip
_MOBILE = {
    "iOS", "Android", "Windows Phone", "Windows Mobile", "Windows CE", "BlackBerry OS", "Symbian OS",
    "Symbian^3", "Bada", "webOS", "Firefox OS", "KaiOS", "HarmonyOS", "Tizen", "Maemo", "Nokia Series 40",
}  # fmt: skip
_TABLETS = {"iPad", "Kindle", "Kindle Fire", "BlackBerry Playbook"}


@lru_cache(maxsize=10_000)
def device_type(user_agent: str) -> DeviceType:
    """Return the kind of device, by ua-parser's tables of device and operating system.

    Those tables do not tell tablets from telephones. Two things do: the device's name (an iPad), and that
    Android's browsers say `Mobile` on a telephone only. A device without a system is an old telephone. What
    names neither (feed readers, `curl`, an empty agent) is `other`.
    """
    result = parse(user_agent)
    device = result.device.family if result.device else ""
    system = result.os.family if result.os else ""
    if device == "Spider":
        return "bot"
    if device in _TABLETS or _says_tablet(system, user_agent):
        return "tablet"
    if system in _MOBILE or (device and not system):
        return "mobile"
    return "desktop" if system in _DESKTOP else "other"


def _says_tablet(system: str, user_agent: str) -> bool:
    if system != "Android":
        return False
    browser = user_agent.startswith("Mozilla/")
    return "Tablet" in user_agent or (browser and "Mobile" not in user_agent)
