"""A browser in words, and the range that a network address lies in. PURE."""

from ipaddress import IPv4Address, ip_address, ip_network

from cms.i18n import gettext as _

# The first word that is found decides: every browser names others that it is like.
BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Vivaldi", "Vivaldi"),
    ("FxiOS", "Firefox"),
    ("Firefox", "Firefox"),
    ("CriOS", "Chrome"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
    ("curl/", "curl"),
)
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)
SHOWN_V4, SHOWN_V6 = 24, 48  # bits of an address that are shown


def device_words(user_agent: str) -> str:
    """Such as “Firefox on Windows”; what the browser says of itself is believed."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return _("{browser} on {system}", browser=browser, system=system)
    return browser or system or _("Unknown device")


def is_handheld(user_agent: str) -> bool:
    """Whether it is a phone or a tablet."""
    return any(word in user_agent for word in ("iPhone", "iPad", "Android"))


def address_range(address: str) -> str:
    """Enough of an address to know a place by, such as “203.0.113.…”; empty when unknown."""
    try:
        ip = ip_address(address.split("%")[0])
    except ValueError:
        return ""
    ip = getattr(ip, "ipv4_mapped", None) or ip
    if ip.is_loopback:
        return _("this machine")
    if isinstance(ip, IPv4Address):
        network = ip_network((ip, SHOWN_V4), strict=False)
        return str(network.network_address).rpartition(".")[0] + ".…"
    network_v6 = ip_network((ip, SHOWN_V6), strict=False)
    return str(network_v6.network_address).rstrip(":") + ":…"


def _first(known: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for word, name in known if word in text), "")
