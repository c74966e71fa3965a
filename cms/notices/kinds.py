"""The kinds of notices: what each is called, says, leads to, and how it reaches people."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from cms.i18n import LazyText
from cms.i18n import lazy_gettext as _


class Channel(StrEnum):
    """How far a notice goes; by mail it stands in the admin too."""

    ADMIN = "admin"
    MAIL = "mail"
    OFF = "off"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of notice."""

    label: LazyText
    # With {names} that `tell` is given.
    sentence: LazyText
    default: Channel = Channel.ADMIN


KINDS: dict[str, Kind] = {
    "review-asked": Kind(
        _("Someone asks for a review"),
        _("{who} asks for a review of “{title}”. {note}"),
        Channel.MAIL,
    ),
    "review-returned": Kind(
        _("What I asked a review of was sent back"),
        _("{who} sent “{title}” back: {note}"),
        Channel.MAIL,
    ),
    "entry-changed": Kind(
        _("Someone else changed what I wrote"), _("{who} changed “{title}”."), Channel.ADMIN
    ),
    "entry-published": Kind(
        _("Someone else published what I wrote"), _("{who} published “{title}”."), Channel.MAIL
    ),
    "entry-trashed": Kind(
        _("Someone else moved what I wrote to the trash"),
        _("{who} moved “{title}” to the trash."),
        Channel.MAIL,
    ),
    "went-live": Kind(_("What I scheduled went out"), _("“{title}” went out as planned.")),
    "job-failed": Kind(
        _("A job that I started failed"), _("This did not work: {label}. {error}"), Channel.MAIL
    ),
    "invitation-accepted": Kind(
        _("Someone I invited came"), _("{who} accepted your invitation."), Channel.ADMIN
    ),
}

# Around text whose direction is its own (Unicode's first strong isolate, and its end).
START, END = "\u2068", "\u2069"

# What a notice is about → its page in the admin, behind the site's address.
PAGES = {
    "entry": "/admin/entries/{id}",
    "job": "/admin/jobs/{id}",
    "account": "/admin/people/{id}",
}


def sentence(kind: str, values: Mapping[str, Any], *, isolated: bool = False) -> str:
    """What a notice says, in the language of the moment.

    On a page names and titles are `isolated`, so that an Arabic one does not turn the line round.
    """
    if isolated:
        values = {name: f"{START}{value}{END}" for name, value in values.items()}
    return str(KINDS[kind].sentence).format(**values).strip()


def page(subject_kind: str, subject_id: str) -> str:
    """The local path of what a notice is about."""
    return PAGES[subject_kind].format(id=subject_id)
