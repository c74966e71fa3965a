"""Making and changing a redirect: the path it leads from, and what it leads to."""

import hashlib
from collections.abc import Sequence
from typing import Any

from flask import Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import HiddenField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from cms import db, ids
from cms.accounts.permissions import Permission
from cms.addresses import missing, redirects, targets
from cms.addresses import urls as addresses
from cms.addresses.models import MAX_LOCATION
from cms.addresses.redirects import Redirect
from cms.addresses.targets import GONE_CODE, Target
from cms.admin import notes
from cms.admin.door import blueprint, retried
from cms.admin.redirects import CODES
from cms.content import aiming, editing, near
from cms.content.rows import Card
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import display, gate, urls
from cms.web.forms import CarafeForm, choices


class RedirectForm(CarafeForm):
    """A redirect."""

    # What the form showed, so that nobody's change is replaced unseen.
    seen = HiddenField()
    path = StringField(
        __("From"),
        [InputRequired(__("Say which path is led elsewhere.")), Length(max=db.MAX_PATH)],
        description=__("Such as /old-page/. A star stands for anything: /blog/*."),
    )
    location = StringField(
        __("To"),
        [Length(max=MAX_LOCATION)],
        description=__("A title, a path such as /about/, or an address that begins with https://."),
    )
    entry = RadioField(__("Which of these?"), validate_choice=False)
    code = SelectField(__("Kind"), choices=choices((str(k), str(v)) for k, v in CODES.items()))


@blueprint.get("/redirects/new", endpoint="redirects_new")
@gate.requires(Permission.MANAGE_REDIRECTS)
def new() -> str:
    """An empty form; the address may name the path."""
    path = request.args.get("path", "")[: db.MAX_PATH]
    form = RedirectForm(formdata=None, data={"path": path, "code": "301"})
    return _page(form, None, near.near(path, now=gate.now()) if path else ())


@blueprint.post("/redirects/new", endpoint="redirects_create")
@gate.requires(Permission.MANAGE_REDIRECTS)
@retried
def create() -> ResponseReturnValue:
    """Keep a new redirect."""
    return _keep(RedirectForm.from_request(), None)


@blueprint.get("/redirects/<redirect_id>", endpoint="redirects_edit")
@gate.requires(Permission.MANAGE_REDIRECTS)
def edit(redirect_id: str) -> str:
    """A redirect as it stands."""
    row = redirects.get(redirect_id)
    aim = aiming.aims_of([row])[row.id]
    data: dict[str, Any] = {
        "path": redirects.source_of(row),
        "location": aim.address or aim.label,
        "code": str(row.code),
        "seen": _state(row),
    }
    return _page(RedirectForm(formdata=None, data=data), row)


@blueprint.post("/redirects/<redirect_id>", endpoint="redirects_update")
@gate.requires(Permission.MANAGE_REDIRECTS)
@retried
def update(redirect_id: str) -> ResponseReturnValue:
    """Change a redirect."""
    row = redirects.get(redirect_id)
    form = RedirectForm.from_request()
    if form.ok and form.seen.data != _state(row):
        form.seen.data = _state(row)
        form.show(Rejected(_("Someone changed this redirect meanwhile. Save again to replace it.")))
        return _page(form, row), 409
    return _keep(form, row)


def _keep(form: RedirectForm, row: Redirect | None) -> ResponseReturnValue:
    lists, code = (display.site().posts_path,), int(form.code.data or 0) if form.ok else 0
    who: dict[str, Any] = {"by": gate.signed_in_person(), "now": gate.now(), "lists": lists}
    if form.ok:
        try:
            source = redirects.read_source(form.path.data or "", lists=lists)
            target = _target(form, source, code, lists)
            if row is None:
                redirects.create(source, target, code=code, **who)
            else:
                redirects.change(row, source, target, code=code, **who)
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok:
        return _page(form, row), 422
    db.commit()
    missing.forget(source)
    notes.leave(_("{path} is led elsewhere.", path=source) if code != GONE_CODE
                else _("{path} says that it is gone.", path=source),
                recording.latest())  # fmt: skip
    answer: Response = urls.see_other("admin.redirects_index")
    return answer


def _target(form: RedirectForm, source: str, code: int, lists: tuple[str, ...]) -> Target:
    """What was typed or chosen; a title may be that of several, which are then offered."""
    typed, chosen = (form.location.data or "").strip(), form.entry.data or ""
    is_address = typed.startswith("/") or "://" in typed
    if not typed or is_address or code == GONE_CODE:
        return redirects.read_target(typed, source=source, code=code, lists=lists)
    found = aiming.find_entries(typed)
    if ids.is_id(chosen) and editing.find_entry(chosen) is not None:
        return targets.to("entry", chosen)
    same = [each for each in found if each[1].casefold() == typed.casefold()]
    if len(same) == 1 or len(found) == 1:
        return targets.to("entry", (same or found)[0][0])
    if not found:
        raise Rejected(_("Nothing has this title. Write a path, or another title."),
                       field="location")  # fmt: skip
    form.entry.choices = choices((key, f"{title} – {path}") for key, title, path in found)
    raise Rejected(_("Several titles hold these words. Choose one of them."), field="entry")


def _state(row: Redirect) -> str:
    """A word that changes whenever the redirect does."""
    shown = (redirects.source_of(row), targets.of(row), row.code)
    return hashlib.sha256(repr(shown).encode()).hexdigest()[:16]


def _page(form: RedirectForm, row: Redirect | None, close: Sequence[Card] = ()) -> str:
    heading = _("Redirect") if row else _("New redirect")
    back = url_for("admin.redirects_index")
    if not form.entry.choices:
        del form.entry
    return render_template(
        "admin/redirects/form.html",
        heading=heading,
        form=form,
        crumbs=[{"label": _("Redirects"), "href": back}, {"label": heading, "href": ""}],
        site_address=addresses.site_url().split("://")[1],
        back_href=back,
        near=[(card.path, card.title or _("Untitled")) for card in close if card.path],
        remove_action=url_for("admin.redirects_destroy", redirect_id=row.id) if row else None,
    )
