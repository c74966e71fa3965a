"""Languages in forms: those that are offered by their own names, and any other by its tag."""

from functools import lru_cache

from babel import Locale, UnknownLocaleError
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

from cms.i18n import gettext as _
from cms.web.forms import choices

# What people write in; any other language can be named by its tag.
OFFERED = (
    "af", "ar", "bg", "bn", "ca", "cs", "cy", "da", "de", "de-AT", "de-CH", "el", "en", "en-AU",
    "en-GB", "en-US", "es", "es-MX", "et", "eu", "fa", "fi", "fr", "fr-CA", "ga", "gl", "he", "hi",
    "hr", "hu", "hy", "id", "is", "it", "ja", "ka", "ko", "lt", "lv", "mk", "ms", "nb", "nl", "nn",
    "pa", "pl", "pt", "pt-BR", "ro", "ru", "sk", "sl", "sq", "sr", "sv", "sw", "ta", "te", "th",
    "tr", "uk", "ur", "vi", "zh-Hans", "zh-Hant",
)  # fmt: skip
OTHER = "other"


def offered(*, other: bool) -> list[SelectChoice]:
    """The languages by their own names, in the order of these; at the end another one."""
    named = sorted(((tag, own_name(tag)) for tag in OFFERED), key=lambda each: each[1].casefold())
    return choices([*named, (OTHER, _("Another one"))] if other else named)


@lru_cache(maxsize=256)
def own_name(tag: str) -> str:
    """What a language is called by those who speak it."""
    try:
        locale = Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return tag
    name = str(locale.get_display_name(locale) or tag)
    return name[:1].upper() + name[1:]
