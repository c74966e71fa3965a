"""The last step before HTML is shown: bleach, then nh3, by the same tables of `policy`.

Two independent parsers must both find nothing amiss. Nothing but the resolver, which writes
whole attributes of its own, may touch the HTML afterwards.
"""

from functools import lru_cache

import nh3

from cms.rendering import bleaching, bounds, permitted, policy, taming
from cms.rendering.safe_html import SafeHtml

_MOST_ROUNDS = 5


def clean(unsafe_html: str, budget: bounds.Budget, *, ids: bool = True) -> SafeHtml:
    """The HTML with nothing left in it but what the policy allows, with or without ids.

    Raises `OutOfBounds` when it is too deep or takes too long.
    """
    text = taming.tame(unsafe_html)
    for _ in range(_MOST_ROUNDS):
        taming.ensure_shallow(text)
        cleaned: str = _nh3(ids).clean(bleaching.bleach(budget, ids).clean(text))
        budget.tick()
        # What a browser would read differently from what was checked is checked again: elements
        # where none may stand move when HTML is read once more.
        if _nh3(ids).clean(cleaned) == cleaned:
            return SafeHtml(cleaned)
        text = cleaned
    raise bounds.OutOfBounds(bounds.too_complex())


@lru_cache(maxsize=2)
def _nh3(ids: bool) -> nh3.Cleaner:
    def keep(tag: str, name: str, value: str) -> str | None:
        return value if permitted.keep_attribute(tag, name, value, ids=ids) else None

    return nh3.Cleaner(
        tags=set(policy.TAGS),
        attributes={tag: set(names) for tag, names in policy.ATTRIBUTES.items()},
        attribute_filter=keep,
        strip_comments=True,
        link_rel=None,
        url_schemes=set(policy.LINK_SCHEMES),
        clean_content_tags=set(policy.DROPPED_WITH_CONTENT),
    )
