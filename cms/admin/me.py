"""One's own account: name, language, time zone, colours, keys."""

from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from cms import db, i18n
from cms.accounts import address_change, people, preferences, sessions
from cms.accounts.models import MAX_NAME, Account, AccountSession
from cms.accounts.permissions import Permission
from cms.admin import devices, notes, role_words
from cms.admin.door import blueprint
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import display, gate, languages, urls, zones
from cms.web.forms import CarafeForm, choices

THEMES = (("auto", __("As the system")), ("light", __("Light")), ("dark", __("Dark")))


class MeForm(CarafeForm):
    """How someone is called here, and how they like it."""

    name = StringField(
        __("Name"),
        [InputRequired(__("Enter a name.")), Length(max=MAX_NAME)],
        description=__("Shown to the people you work with. Bylines name your author page."),
        render_kw={"autocomplete": "name"},
    )
    language = SelectField(__("Language"))
    timezone = SelectField(__("Time zone"))
    theme = RadioField(__("Colours"), choices=choices(THEMES))
    shortcuts = BooleanField(__("Keyboard shortcuts"), description=__("Press ? to see them all."))


@blueprint.get("/me/", endpoint="me")
@gate.requires(Permission.SIGN_IN)
def edit() -> str:
    """The account as it stands."""
    account = people.get_account(gate.signed_in_person().id)
    person = people.person_of(account)
    data = {
        "name": person.name,
        "language": person.language,
        "timezone": person.timezone,
        "theme": person.theme,
        "shortcuts": person.shortcuts,
    }
    return _page(_with_choices(MeForm(formdata=None, data=data)), account)


@blueprint.post("/me/", endpoint="me_update")
@gate.requires(Permission.SIGN_IN)
def update() -> ResponseReturnValue:
    """Keep name and preferences."""
    person = gate.signed_in_person()
    account = people.get_account(person.id)
    form = _with_choices(MeForm())
    form.validate()
    if form.ok:
        try:
            preferences.rename(account, form.name.data or "", by=person, now=gate.now())
            preferences.save(
                account,
                language=form.language.data,
                timezone=form.timezone.data,
                theme=form.theme.data,
                shortcuts=bool(form.shortcuts.data),
                by=person,
                now=gate.now(),
            )
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok:
        return _page(form, account), 422
    db.commit()
    # What is said comes in the language that was chosen just now.
    i18n.set_language(account.language)
    notes.leave(_("Saved."))
    answer: Response = urls.see_other("admin.me")
    return answer


def _with_choices(form: MeForm) -> MeForm:
    # A language that was chosen elsewhere stays, though nothing is translated into it.
    tags = dict.fromkeys([*i18n.list_languages(), gate.signed_in_person().language])
    form.language.choices = choices((tag, languages.own_name(tag)) for tag in tags)
    here = _("The site’s ({zone})", zone=display.site().timezone.replace("_", " "))
    named = zones.offered(also=gate.signed_in_person().timezone or "")
    form.timezone.choices = [*choices([("", here)]), *named]
    return form


def _page(form: MeForm, account: Account) -> str:
    found = sessions.list_sessions(account, now=gate.now())
    return render_template(
        "admin/me/show.html",
        form=form,
        email=account.email,
        waiting_email=address_change.find_waiting(account, now=gate.now()),
        cancel_email_action=url_for("admin.me_email_cancel"),
        roles=role_words.names(people.roles_of(account)),
        sessions=[_session(row) for row in found],
        email_href=url_for("admin.me_email"),
        password_href=url_for("admin.me_password"),
        notices_href=url_for("admin.me_notices"),
        end_others_action=url_for("admin.me_sessions_end"),
    )


def _session(row: AccountSession) -> dict[str, Any]:
    return {
        "device": devices.device_words(row.user_agent),
        "handheld": devices.is_handheld(row.user_agent),
        "place": devices.address_range(row.ip),
        "since": row.created_at,
        "seen_at": row.seen_at,
        "is_this": row.id_hash == gate.signed_in_person().session_id,
        "end_action": url_for("admin.me_session_end", session_id=row.id_hash),
    }
