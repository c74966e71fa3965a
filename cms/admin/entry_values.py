"""The values of an entry one by one, each under its name and in words."""

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from cms.admin import entry_form, presenting
from cms.content.snapshot import Snapshot
from cms.content.types import ContentType
from cms.i18n import gettext as _
from cms.web import display

# What is joined by value. The parts of the mappings are joined one by one, as “seo.title”.
PLAIN = (
    "title", "path", "excerpt", "dated_at", "template", "direction", "pinned", "featured",
    "listed", "access", "password_hash", "term_ids", "byline_ids", "image",
)  # fmt: skip
MAPPINGS = ("seo", "fields")


def values_of(content: Snapshot) -> dict[str, Any]:
    """What is joined by value, each under its name."""
    values = {name: getattr(content, name) for name in PLAIN}
    values["term_ids"], values["byline_ids"] = list(content.term_ids), list(content.byline_ids)
    for name in MAPPINGS:
        for key, value in getattr(content, name).items():
            values[f"{name}.{key}"] = value
    return values


def with_values(content: Snapshot, values: Mapping[str, Any]) -> Snapshot:
    plain: dict[str, Any] = {name: values.get(name) for name in PLAIN}
    for name in ("term_ids", "byline_ids"):
        plain[name] = tuple(plain[name] or ())
    for name in ("pinned", "featured", "listed"):
        plain[name] = bool(plain[name])
    for name in ("excerpt", "template", "direction"):
        plain[name] = plain[name] or ""
    for name in MAPPINGS:
        start = f"{name}."
        plain[name] = {
            key.removeprefix(start): value for key, value in values.items() if key.startswith(start)
        }
    return replace(content, **plain)


def label(name: str, kind: ContentType) -> str:
    """The name of a value, in words."""
    mapping, _dot, key = name.partition(".")
    if mapping == "fields" and key:
        own = re.split(r"[.\[]", key)[0]
        return next((str(each.label) for each in kind.fields if each.name == own), key)
    return {
        "title": _("Title"),
        "path": _("Address"),
        "excerpt": _("Excerpt"),
        "dated_at": _("Date shown"),
        "template": _("Template"),
        "direction": _("Direction"),
        "pinned": _("Pinned on top"),
        "featured": _("Featured"),
        "listed": _("In lists, feeds and the sitemap"),
        "access": _("Who may see it"),
        "password_hash": _("Password"),
        "seo.title": _("Title for search engines"),
        "seo.description": _("Description for search engines"),
        "seo.canonical": _("Canonical address"),
        "seo.noindex": _("Keep out of search engines"),
        "term_ids": _("Tags and categories"),
        "byline_ids": _("By"),
        "image": _("Picture"),
    }.get(name, name)


def shown(name: str, value: Any) -> str:
    """A value in words; a password is never shown."""
    if name == "password_hash":
        return _("A password") if value else ""
    if name in ("term_ids", "byline_ids"):
        return ", ".join(presenting.names_of(name, value or ()))
    if name in ("access", "direction"):
        every = dict((*entry_form.ACCESS, *entry_form.DIRECTIONS))
        return str(every.get(value or "", value))
    return _in_words(value)


def _in_words(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return {None: "", True: _("yes"), False: _("no")}[value]
    if isinstance(value, datetime):
        return display.moment(value)
    if isinstance(value, Mapping):
        return "\n".join(_in_words(each) for key, each in value.items() if key != "_id")
    if isinstance(value, list | tuple):
        separator = " | " if value and not isinstance(value[0], Mapping | list | tuple) else "\n"
        return separator.join(map(_in_words, value))
    return str(value)
