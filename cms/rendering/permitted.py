"""Whether the policy allows an attribute or an address; both sanitizers ask here."""

import re
from functools import lru_cache

from cms.rendering import policy
from cms.rendering.safe_html import decoded


def keep_attribute(tag: str, name: str, value: str, *, ids: bool = True) -> bool:
    """Whether the policy allows this attribute, with this decoded value, on this element."""
    if name not in policy.ATTRIBUTES.get(tag, ()) and name not in policy.ATTRIBUTES["*"]:
        return False
    if name == "class":
        return classes_allowed(tag, value)
    if name == "id" and not ids:
        return False
    if schemes := policy.SCHEMES.get((tag, name)):
        # Twice decoded too: some reader of a feed or a letter may decode once too often.
        return all(address_allowed(each, schemes) for each in {value, decoded(value)})
    pattern = policy.VALUES.get(name)
    return pattern is None or pattern.fullmatch(value) is not None


@lru_cache(maxsize=2048)
def classes_allowed(tag: str, value: str) -> bool:
    """Whether every class of the attribute is one that this element may have."""
    known = policy.CLASSES.get(tag, frozenset())
    pattern = policy.CLASS_PATTERNS.get(tag)
    names = value.split()
    return bool(names) and all(
        name in known or (pattern is not None and pattern.fullmatch(name)) for name in names
    )


_IGNORED_IN_SCHEME = re.compile(r"[\x00-\x20\x7f-\xa0\u00ad\u200b-\u200f\u2028-\u202f\ufeff]+")

_BROKEN_ADDRESS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\\]")

_SCHEME = re.compile(r"([^/?#:]*):")


def address_allowed(value: str, schemes: frozenset[str]) -> bool:
    """Whether the address is relative, or has one of these schemes."""
    if _BROKEN_ADDRESS.search(value):
        return False
    match = _SCHEME.match(_IGNORED_IN_SCHEME.sub("", value))
    return match is None or match[1].lower() in schemes
