"""Find and replace over the whole site: every place is shown before anything changes."""

from collections.abc import Collection, Mapping
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, IntegerField, StringField
from wtforms.validators import Length, Optional

from cms import db, ids
from cms.accounts.permissions import Permission, may
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import replacing
from cms.content.occurrences import Wanted
from cms.content.replacing import Found, Outcome
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.i18n import ngettext
from cms.web import gate, urls
from cms.web.forms import CarafeForm

MANY = 20  # entries; more are replaced only when their count is typed
SHOWN_OF_WHOLE = 5  # places of an entry that is chosen as a whole

FIELD_LABELS = {
    "title": __("Title"),
    "source": __("Text"),
    "excerpt": __("Excerpt"),
    "seo.title": __("Title for search engines"),
    "seo.description": __("Description for search engines"),
}


class ReplaceForm(CarafeForm):
    """What is looked for, and what comes in its place."""

    words = StringField(__("Find"), [Length(max=replacing.MAX_WORDS)])
    replacement = StringField(__("Replace with"), [Length(max=replacing.MAX_WORDS)])
    match_case = BooleanField(__("Match upper and lower case"))
    whole_words = BooleanField(__("Whole words only"))
    publish = BooleanField(__("Publish the change where the text is public now"))
    count = IntegerField(__("Type how many entries change"), [Optional()])


@blueprint.get("/replace/", endpoint="replace")
@gate.requires(Permission.EDIT_OWN)
def show() -> ResponseReturnValue:
    """The form and, once words are given, every place where they stand."""
    form = ReplaceForm(request.args, meta={"csrf": False})
    if "words" not in request.args:
        return _page(form, ())
    form.validate()
    form.publish.data = True
    return _look(form)


@blueprint.post("/replace/", endpoint="replace_carry_out")
@gate.requires(Permission.EDIT_OWN)
def carry_out() -> ResponseReturnValue:
    """Replace the words in the chosen places."""
    form, person = ReplaceForm.from_request(), gate.signed_in_person()
    chosen = read_places(request.form.getlist("place"))
    if form.ok:
        try:
            _ensure_count(form, len(chosen))
            outcome = replacing.carry_out(
                _wanted(form), chosen, publish=bool(form.publish.data), by=person, now=gate.now()
            )
        except Rejected as refusal:
            form.show(refusal)
        else:
            db.commit()
            notes.leave(_words_about(outcome), recording.latest())
            for refused in outcome.refused:
                notes.leave(
                    _(
                        "“{title}” was left as it is: {reason}",
                        title=refused.title or _("No title yet"),
                        reason=refused.reason,
                    ),
                    category="warning",
                )
            answer: ResponseReturnValue = urls.see_other("admin.replace")
            return answer
    return _look(form, chosen)


def read_places(values: Collection[str]) -> dict[str, tuple[str, set[str] | None]]:
    """The chosen places by entry: its revision, and the keys of places or None for all.

    Each value is `entry/revision/key` or `entry/revision/*`; what is not of this shape is no place.
    """
    chosen: dict[str, tuple[str, set[str] | None]] = {}
    for value in values:
        entry_id, _slash, rest = value.partition("/")
        revision_id, _slash, key = rest.partition("/")
        if not (ids.is_id(entry_id) and ids.is_id(revision_id) and key):
            continue
        known = chosen.setdefault(entry_id, (revision_id, set()))
        if key == "*" or known[1] is None:
            chosen[entry_id] = (revision_id, None)
        else:
            known[1].add(key)
    return chosen


def _look(
    form: ReplaceForm, chosen: Mapping[str, tuple[str, Collection[str] | None]] | None = None
) -> ResponseReturnValue:
    found: tuple[Found, ...] = ()
    more = False
    try:
        found, more = replacing.find(_wanted(form), by=gate.signed_in_person(), now=gate.now())
    except Rejected as refusal:
        form.show(refusal)
    page = _page(form, found, more=more, chosen=chosen, looked=form.ok)
    return page if form.ok else (page, 422)


def _page(
    form: ReplaceForm,
    found: tuple[Found, ...],
    *,
    more: bool = False,
    looked: bool = False,
    chosen: Mapping[str, tuple[str, Collection[str] | None]] | None = None,
) -> str:
    person = gate.signed_in_person()
    if not may(person, Permission.PUBLISH_OWN):
        del form.publish
    if len(found) <= MANY:
        del form.count
    return render_template(
        "admin/replacing/show.html",
        form=form,
        found=[_present(one, chosen) for one in found],
        places=sum(one.count for one in found),
        more=more,
        looked=looked,
    )


def _present(
    one: Found, chosen: Mapping[str, tuple[str, Collection[str] | None]] | None
) -> dict[str, Any]:
    prefix = f"{one.entry_id}/{one.revision_id}/"
    keys = None if chosen is None else chosen.get(one.entry_id, ("", ()))[1]
    hits = one.hits[:SHOWN_OF_WHOLE] if one.is_whole else one.hits
    return {
        "title": one.title,
        "href": url_for("admin.entries_edit", entry_id=one.entry_id),
        "state": one.status.value,
        "whole": prefix + "*" if one.is_whole else None,
        "whole_chosen": chosen is None or one.entry_id in chosen,
        "count": one.count,
        "places": [
            {
                "value": prefix + hit.key,
                "chosen": keys is None or hit.key in keys,
                "field": str(FIELD_LABELS[hit.field]),
                "line": hit.line if hit.field == "source" else None,
                "before": hit.before,
                "found": hit.found,
                "after": hit.after,
            }
            for hit in hits
        ],
    }


def _ensure_count(form: ReplaceForm, count: int) -> None:
    if count > MANY and form.count.data != count:
        raise Rejected(
            _("Type {count} to change so many entries at once.", count=count), field="count"
        )


def _wanted(form: ReplaceForm) -> Wanted:
    return Wanted(
        form.words.data or "",
        form.replacement.data or "",
        match_case=bool(form.match_case.data),
        whole_words=bool(form.whole_words.data),
    )


def _words_about(outcome: Outcome) -> str:
    words = ngettext("Replaced in {n} entry.", "Replaced in {n} entries.", outcome.replaced)
    if outcome.published:
        words += " " + ngettext(
            "The change of {n} is public.", "The changes of {n} are public.", outcome.published
        )
    return words
