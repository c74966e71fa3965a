"""Where one is signed in: ending one session, or all others."""

from flask import Response

from cms import db
from cms.accounts import people, sessions
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.errors import NotFound
from cms.history import recording
from cms.i18n import gettext as _
from cms.web import cookies, gate, staying, urls


@blueprint.post("/me/sessions/<session_id>/end", endpoint="me_session_end")
@gate.requires(Permission.SIGN_IN)
def destroy(session_id: str) -> Response:
    """End one of one's own sessions."""
    person = gate.signed_in_person()
    if not sessions.end_by_id(session_id, account_id=person.id, now=gate.now()):
        raise NotFound(_("This session has ended already."))
    if session_id == person.session_id:
        return cookies.take_session(urls.see_other("auth.login"))
    notes.leave(_("Signed out there."))
    return urls.see_other("admin.me")


@blueprint.post("/me/sessions/end", endpoint="me_sessions_end")
@gate.requires(Permission.SIGN_IN)
def destroy_others() -> Response:
    """Sign out everywhere but here."""
    person = gate.signed_in_person()
    account = people.get_account(person.id)
    with recording.act(_("Signed out everywhere else"), by=person, now=gate.now()):
        sessions.end_all(account)
    db.commit()
    notes.leave(_("You are signed out everywhere but here."))
    return staying.stay(urls.see_other("admin.me"), account)
