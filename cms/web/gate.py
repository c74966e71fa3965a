"""The gate of every door: closed unless a view says who may pass.

`@requires(Permission.X)` or `@public` only declare; one hook looks at the declaration before each
request, and an app with an undeclared route does not start.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar

from flask import Flask, current_app, g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import SecurityError, Unauthorized

from cms import clock, db, i18n
from cms.accounts import permissions, signing_in
from cms.accounts.permissions import Permission, Person
from cms.errors import BadConfiguration, NotAllowed
from cms.web import cookies, csrf, installation, negotiation, urls

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_DECLARED = "__carafe_declared__"
_LIMIT = "__carafe_form_limit__"

View = TypeVar("View", bound=Callable[..., Any])


class Declared(NamedTuple):
    """What a view asks for; no permission means that it is open to everyone."""

    permission: Permission | None


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare that a view is for people with this permission."""

    def declare(view: View) -> View:
        setattr(view, _DECLARED, Declared(permission))
        return view

    return declare


def public(view: View) -> View:
    """Declare that a view is open to everyone."""
    setattr(view, _DECLARED, Declared(None))
    return view


def takes_up_to(size: int | Callable[[], int]) -> Callable[[View], View]:
    """Declare that a view takes bodies of up to that many bytes, where 4 MB do not fit.

    A function is asked before each request, when nothing of the body has been read.
    """

    def declare(view: View) -> View:
        setattr(view, _LIMIT, size)
        return view

    return declare


def limit_door(app: Flask, door: str, size: int) -> None:
    """Let every view of a door that says nothing else take bodies of up to that many bytes."""
    for endpoint, view in app.view_functions.items():
        if endpoint.startswith(f"{door}.") and not hasattr(view, _LIMIT):
            takes_up_to(size)(view)


def declared(view: Callable[..., Any]) -> Declared | None:
    """What a view declared, or None when it forgot."""
    return getattr(view, _DECLARED, None)


def ensure_declared(app: Flask) -> None:
    """Refuse to start when any route has not said who may pass."""
    forgotten = sorted(
        {
            f"{rule.endpoint} ({rule.rule})"
            for rule in app.url_map.iter_rules()
            if declared(app.view_functions[rule.endpoint]) is None
        }
    )
    if forgotten:
        raise BadConfiguration(
            "These routes declare neither @requires(…) nor @public: " + ", ".join(forgotten)
        )


def install(app: Flask) -> None:
    """Put the gate before every request of the app."""
    app.before_request(_open)
    app.teardown_request(_close)


def current_person() -> Person | None:
    """Who is asking, or None; read once, in a short unit of its own."""
    if "person" not in g:
        # Set first: an error page that asks again must not meet the same trouble.
        g.person = None
        secret = cookies.read_session()
        if secret:
            with db.unit_of_work(installation.current().database, write=False):
                g.person = signing_in.find_person(secret, now=clock.now())
    person: Person | None = g.person
    return person


def signed_in_person() -> Person:
    """Who is asking, in a view that requires a permission."""
    person = current_person()
    if person is None:
        raise NotAllowed(i18n.gettext("Sign in to do this."))
    return person


def now() -> datetime:
    """The instant of this request: every room that it asks is told the same time."""
    moment: datetime | None = g.get("now")
    if moment is None:
        moment = g.now = clock.now()
    return moment


def _open() -> ResponseReturnValue | None:
    i18n.set_language("en")
    site = installation.current()
    g.unit = db.unit_of_work(site.database, write=request.method not in SAFE_METHODS)
    g.unit.__enter__()
    if isinstance(request.routing_exception, SecurityError):
        raise request.routing_exception
    if request.endpoint is None:
        return None
    view = current_app.view_functions[request.endpoint]
    _set_limits(view)
    if request.method not in SAFE_METHODS:
        csrf.ensure_same_origin(strictly=csrf.is_origin_only(view))
    answer = _check(declared(view))
    if answer is None and request.method not in SAFE_METHODS and not csrf.is_origin_only(view):
        csrf.ensure_token()
    return answer


def _check(wanted: Declared | None) -> ResponseReturnValue | None:
    if wanted is None:
        raise NotAllowed
    if wanted.permission is None:
        return None
    person = current_person()
    if person is None:
        return _ask_to_sign_in()
    i18n.set_language(person.language)
    permissions.ensure_may(person, wanted.permission)
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    page = installation.current().session_ended_page
    if request.method not in SAFE_METHODS and page and not negotiation.wants_json():
        answer: ResponseReturnValue = page()
        return answer
    back = urls.path_of_referrer() if negotiation.is_partial() else urls.current_path()
    sign_in = url_for("auth.login", next=back)
    if negotiation.wants_json() or negotiation.is_partial():
        refusal = Unauthorized(i18n.gettext("Your session ended. Sign in again."))
        answer = negotiation.problem(401, str(refusal.description))
        answer.headers["HX-Redirect"] = sign_in
        return answer
    return redirect(sign_in)


def _set_limits(view: Callable[..., Any]) -> None:
    limit = getattr(view, _LIMIT, None)
    if limit is not None:
        limit = limit() if callable(limit) else limit
        request.max_content_length = limit
        request.max_form_memory_size = limit


def _close(_error: BaseException | None) -> None:
    unit = g.pop("unit", None)
    if unit is not None:
        unit.__exit__(None, None, None)
