"""Forgotten passwords: ask for a letter, follow its link, choose another password."""

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db, mail
from cms.accounts import forgotten, passwords, sessions, signing_in
from cms.accounts.forgotten import ResetLink
from cms.auth.door import blueprint, desk, enter
from cms.auth.forms import NewPasswordForm, ResetForm
from cms.errors import Rejected
from cms.mail import account_letters
from cms.web import gate, installation


@blueprint.get("/reset", endpoint="reset")
@gate.public
def new() -> ResponseReturnValue:
    """Whose password is forgotten?"""
    return _ask_page(ResetForm(formdata=None))


@blueprint.post("/reset", endpoint="request_reset")
@gate.public
def create() -> ResponseReturnValue:
    """Send a letter if there is such an account; the page says the same either way."""
    form = ResetForm.from_request()
    if not form.ok:
        return _ask_page(form), 422
    link = forgotten.request_reset(
        form.email.data or "",
        address=request.remote_addr or "",
        settings=installation.settings(),
        now=gate.now(),
    )
    _post(link)
    db.commit()
    return _ask_page(form, sent=True)


@blueprint.get("/reset/<token>", endpoint="choose_password")
@gate.public
def edit(token: str) -> ResponseReturnValue:
    """The form for the new password, while the link is good."""
    account = forgotten.get_account(token, now=gate.now())
    return _choose_page(NewPasswordForm(formdata=None), account.email)


@blueprint.post("/reset/<token>", endpoint="keep_password")
@gate.public
def update(token: str) -> ResponseReturnValue:
    """Keep the new password; every other session of the account ends."""
    form = NewPasswordForm.from_request()
    account = forgotten.get_account(token, now=gate.now())
    if not form.ok:
        return _choose_page(form, account.email), 422
    password = form.password.data or ""
    try:
        passwords.ensure_acceptable(password, email=account.email)
    except Rejected as refusal:
        form.show(refusal)
        return _choose_page(form, account.email), 422
    password_hash = passwords.hash_password(password)
    # Whoever was invited has just chosen their first one, and need not be told.
    is_first = account.password_hash is None
    account = forgotten.complete_reset(token, password_hash=password_hash, now=gate.now())
    if not is_first:
        account_letters.post_password_changed(account, now=gate.now())
    db.commit()
    secret = sessions.start(
        account,
        now=gate.now(),
        ip=request.remote_addr or "",
        user_agent=request.user_agent.string,
    )
    return enter(secret, desk(), signing_in.new_device(account))


def _post(link: ResetLink | None) -> None:
    """One letter either way; what goes to nobody is dropped when its turn comes."""
    mail.post(
        "reset",
        to=link.to if link else "",
        name=link.name if link else "",
        language=link.language if link else "en",
        token_id=link.token_id if link else None,
        values={"minutes": _minutes()},
        now=gate.now(),
    )


def _ask_page(form: ResetForm, *, sent: bool = False) -> str:
    login = url_for("auth.login")
    return render_template(
        "auth/reset.html", form=form, sent=sent, login_href=login, minutes=_minutes()
    )


def _minutes() -> int:
    return int(forgotten.LIFETIME.total_seconds() // 60)


def _choose_page(form: NewPasswordForm, email: str) -> str:
    return render_template("auth/new_password.html", form=form, email=email)
