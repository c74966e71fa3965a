"""Signing in, also in the middle of a form whose session had ended."""

from flask import Response, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db
from cms.accounts.signing_in import SignedIn
from cms.accounts.throttling import Throttled
from cms.auth.door import SMALL_FORM, blueprint, desk, enter, hand_over, sign_in
from cms.auth.forms import LoginForm
from cms.errors import NotAllowed, Rejected
from cms.i18n import gettext as _
from cms.web import carrying, cookies, gate, urls


@blueprint.get("/login", endpoint="login")
@gate.public
def new() -> ResponseReturnValue:
    """The form; who is signed in already goes on."""
    target = urls.safe_next(request.args.get("next"), desk())
    if gate.current_person() is not None:
        return urls.go_to(target)
    return _page(LoginForm(formdata=None, next=request.args.get("next")))


@blueprint.post("/login", endpoint="sign_in")
@gate.public
@gate.takes_up_to(lambda: carrying.LARGEST if carrying.says_it_carries() else SMALL_FORM)
def create() -> ResponseReturnValue:
    """Begin a session, and go on to where the person was going."""
    form = LoginForm.from_request()
    if not form.ok:
        return _page(form), 422
    try:
        signed_in = sign_in(form)
    except NotAllowed as refusal:
        form.show(Rejected(refusal.message))
        return _page(form), 401
    except Throttled as refusal:
        form.show(Rejected(refusal.message))
        return _page(form), 429, {"Retry-After": str(refusal.retry_after)}
    db.commit()
    return _go_on(form, signed_in)


def session_ended() -> ResponseReturnValue:
    """The answer to a form whose session had ended: sign in, with all fields carried on (401)."""
    fields = carrying.lost_fields()
    target = urls.current_path()
    answer = make_response(_carrying_page(LoginForm(formdata=None), target, fields), 401)
    # htmx would put the page into a piece of the page otherwise.
    answer.headers["HX-Retarget"] = "body"
    answer.headers["HX-Reswap"] = "outerHTML"
    return answer


def _go_on(form: LoginForm, signed_in: SignedIn) -> Response:
    target, fields = carrying.carried_target(), carrying.carried_fields()
    if target is None or not fields:
        next_ = urls.safe_next(form.next.data, target or desk())
        return enter(signed_in.secret, next_, signed_in.device)
    cookies.bind_token(signed_in.secret)
    person, warning = signed_in.person, ""
    if carrying.is_by_another(person.id):
        warning = _("Somebody else wrote this. Sent now, it is sent as {name}.", name=person.name)
    heading = _("Welcome back")
    page = carrying.carry_on_page(heading, target=target, fields=fields, warning=warning)
    return hand_over(make_response(page), signed_in.secret, signed_in.device)


def _page(form: LoginForm) -> str:
    target, fields = carrying.carried_target(), carrying.carried_fields()
    if target is not None and fields:
        return _carrying_page(form, target, fields)
    return render_template("auth/login.html", form=form, reset_href=url_for("auth.reset"))


def _carrying_page(form: LoginForm, target: str, fields: carrying.Fields) -> str:
    # A wrong password brings the same page again: whose words they are stays as it was said first.
    mark = request.args[carrying.MARK] if carrying.says_it_carries() else carrying.mark()
    return render_template(
        "auth/session_ended.html",
        form=form,
        action=url_for("auth.sign_in", carrying=mark),
        target=target,
        carried=fields,
        kept=carrying.shown(fields),
    )
