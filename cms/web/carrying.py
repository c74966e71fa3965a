"""Forms that could not be taken for want of a session or token: their words are carried on.

The page that asks to sign in, and the page after it, hold the lost form's fields as hidden ones,
so that nothing typed is lost. Files and passwords are not carried.
"""

from collections.abc import Iterable

from flask import render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer

from cms.accounts import sessions
from cms.i18n import lazy_gettext as _
from cms.web import cookies, installation, urls

PREFIX = "carried."
MARK = "carrying"  # in the address, so that it is known before the form is read
MARK_LASTS = 14 * 24 * 60 * 60  # seconds; the page may stay open for as long as a session
MOST_FIELDS = 300
LARGEST = 13 * 1024 * 1024  # bytes; 4 MB of text grow threefold when a browser encodes them
SHOWN_FROM = 40  # characters; only longer texts are worth copying by hand
MACHINE_MADE = frozenset({"shown", "seen", "based_on", "base"})
NAMES = {
    "title": _("Title"),
    "source": _("Text"),
    "mine": _("Text"),
    "excerpt": _("Excerpt"),
    "description": _("Description"),
    "seo_description": _("Description for search engines"),
    "tags": _("Tags"),
}

Fields = list[tuple[str, str]]


def lost_fields() -> Fields:
    """The fields of the form that was just sent; none when there are too many to carry.

    Half of them would be worse: whoever sends them again would lose the other half unawares.
    """
    return _worth_keeping(request.form.items(multi=True))


def carried_fields() -> Fields:
    """The fields that the present form carries for another one."""
    pairs = request.form.items(multi=True)
    return _worth_keeping(
        (name.removeprefix(PREFIX), text) for name, text in pairs if name.startswith(PREFIX)
    )


def mark() -> str:
    """What the address of a carrying page's form holds: that we made it, and whose words it has."""
    secret = cookies.read_session()
    writer = sessions.owner_of(secret) if secret else None
    return str(_signer().dumps(writer or ""))


def says_it_carries() -> bool:
    """Whether the present request was made by a page of ours that carries a form."""
    return _read_mark() is not None


def is_by_another(account_id: str) -> bool:
    """Whether the carried words were written by someone else than this person."""
    return (_read_mark() or account_id) != account_id


def carried_target() -> str | None:
    """Where the carried form was meant to go, if that is a page of ours."""
    target = request.form.get("target")
    return target if target and urls.is_local(target) else None


def shown(fields: Fields) -> Fields:
    """The long texts among the fields under names for people, to be copied by hand if need be."""
    return [
        (str(NAMES.get(name, name)), text)
        for name, text in fields
        if len(text) >= SHOWN_FROM and name not in MACHINE_MADE
    ]


def can_carry() -> bool:
    """Whether the form that was just sent can be sent again as a plain form."""
    return request.method == "POST" and bool(lost_fields())


def carry_on_page(
    heading: str, *, target: str | None = None, fields: Fields | None = None, warning: str = ""
) -> str:
    """A page whose one button sends the lost form again, with a fresh token."""
    return render_template(
        "web/carry_on.html",
        heading=heading,
        warning=warning,
        target=target or urls.current_path(),
        carried=lost_fields() if fields is None else fields,
        kept=shown(lost_fields() if fields is None else fields),
    )


def _read_mark() -> str | None:
    try:
        return str(_signer().loads(request.args.get(MARK, ""), max_age=MARK_LASTS))
    except BadData:
        return None


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(installation.settings().secret_key(), salt="carrying")


def _worth_keeping(pairs: Iterable[tuple[str, str]]) -> Fields:
    fields = [
        (name, text)
        for name, text in pairs
        if name != cookies.TOKEN and "password" not in name.lower()
    ]
    return fields if len(fields) <= MOST_FIELDS else []
