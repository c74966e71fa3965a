"""The page on which an entry is written: the form as it was sent, and as it is shown."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, url_for

from cms.addresses import urls as addresses
from cms.admin import checks, entry_form, entry_offers, presenting
from cms.admin.entry_form import EntryForm
from cms.content.models import Entry
from cms.content.types import ContentType
from cms.web import gate, static_files

RICH_EDITOR = "dist/markdown-source.js"  # built from static/src where Node is at hand


def sent(kind: ContentType, entry: Entry | None) -> EntryForm:
    """The form as it was sent, already checked."""
    form = entry_form.form_class(kind)()
    entry_form.prepare(
        form, kind, entry=entry, templates=presenting.templates(kind), now=gate.now()
    )
    form.validate()
    return form


def page(
    form: EntryForm,
    kind: ContentType,
    entry: Entry | None,
    entry_id: str,
    *,
    unsaved: Mapping[str, Any] | None = None,
) -> str:
    """The page on which an entry is written; `unsaved` offers or names what was typed before."""
    entry_form.prepare(
        form, kind, entry=entry, templates=presenting.templates(kind), now=gate.now()
    )
    return render_template(
        "admin/entries/form.html",
        form=form,
        unsaved=unsaved,
        entry=presenting.writing(entry, kind, entry_id),
        known=entry_offers.known(
            kind, entry, form.categories.data or () if "categories" in form else ()
        ),
        findings=checks.of_entry(entry) if entry else [],
        ignore_action=url_for("admin.checks_ignore"),
        rich_editor=static_files.fingerprint(RICH_EDITOR) is not None,
        site_address=addresses.site_url().split("://")[1],
    )
