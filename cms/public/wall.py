"""The wall before a page with a password; no token and no cookie until the password is right."""

from flask import Blueprint, Response, redirect, request
from markupsafe import Markup

from cms import db
from cms.accounts import passwords, throttling
from cms.accounts.throttling import Throttled
from cms.addresses import urls
from cms.content import queries, visibility
from cms.content.models import Publication
from cms.content.rows import Whole
from cms.content.visibility import Restriction
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.public import answering, unlocking
from cms.themes import views
from cms.web import csrf, gate

MAX_PASSWORD = 1_024  # characters

blueprint = Blueprint("wall", __name__)


def ask(
    publication: Publication | Whole, rule: Restriction, *, error: str = "", status: int = 200
) -> Response:
    """The page that asks for the password of an entry, or of a page above it."""
    action = urls.local(f"/-/unlock/{publication.entry_id}")
    form = views.FormView(
        action=action,
        submit_label=_("Open"),
        errors=(error,) if error else (),
        body=_fields(error),
    )
    meta = views.MetaView(title=_("Protected page"), robots="noindex")
    response = answering.page("private", meta, {"form": form}, status=status)
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/-/unlock/<entry_id>")
@gate.public
@csrf.protected_by_origin
def create(entry_id: str) -> Response:
    """Open the page to this visitor when the password is right."""
    # Nothing of the content is written, and checking a password takes long: nobody shall wait.
    with db.unit_of_work(db.database(), write=False):
        return _unlock(entry_id)


def _unlock(entry_id: str) -> Response:
    closed = answering.ensure_open()
    if closed is not None:
        return closed
    now = gate.now()
    publication = queries.find_whole(entry_id, now=now)
    rule = visibility.restriction_of(publication, now=now) if publication else None
    if publication is None or rule is None or rule.access != "password":
        raise NotFound
    typed = request.form.get("password", "")
    keys = [
        throttling.visitor_key(request.remote_addr or ""),
        throttling.wall_key(rule.holder_id),
    ]
    try:
        throttling.count_attempt(keys, now=now)
    except Throttled as refusal:
        response = ask(publication, rule, error=refusal.message, status=429)
        response.headers["Retry-After"] = str(refusal.retry_after)
        return response
    if len(typed) > MAX_PASSWORD or not passwords.is_right(typed, rule.password_hash):
        return ask(publication, rule, error=_("That is not the password."), status=422)
    throttling.take_back(keys, now=now)
    answer = redirect(urls.local(publication.path or "/"), 303)
    mark = unlocking.mark(rule.holder_id, rule.password_hash)
    return unlocking.remember(Response(answer.get_data(), 303, answer.headers), mark)


def _fields(error: str) -> Markup:
    problem = Markup('<p class="form-error" id="password-error" role="alert">{}</p>').format(error)
    described = Markup(' aria-describedby="password-error" aria-invalid="true"')
    return Markup(
        "<p>{intro}</p>{problem}"
        '<p class="field"><label for="password">{label}</label> '
        '<input id="password" name="password" type="password" required maxlength="1024" '
        'autocomplete="off"{described}></p>'
        '<p class="actions"><button type="submit">{button}</button></p>'
    ).format(
        intro=_("This page opens with a password."),
        label=_("Password"),
        button=_("Open"),
        problem=problem if error else "",
        described=described if error else "",
    )
