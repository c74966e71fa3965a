"""Questions that every address of the editors' and the sign-in door must answer."""

import hashlib
from collections.abc import Iterable

import pytest
import sqlalchemy as sa
from flask import Flask

from cms import db
from cms.accounts.permissions import Person, Role
from cms.web import csrf, gate
from tests.admin.conftest import Room
from tests.browsing import BASE, Browser

OWNER, A, E, U, C = Role
EVERYONE, WRITERS, EDITORS, ADMINISTRATORS = (
    (OWNER, A, E, U, C),
    (OWNER, A, E, U),
    (OWNER, A, E),
    (OWNER, A),
)


# (method, address, who may on their own entry, who may on another's). An address without {entry}
# is the same for all.
TABLE = [
    ("GET", "/admin/", EVERYONE, None),
    ("GET", "/admin/find/", EVERYONE, None),
    ("GET", "/admin/replace/", EVERYONE, None),
    ("POST", "/admin/replace/", EVERYONE, None),
    ("GET", "/admin/entries/", EVERYONE, None),
    ("GET", "/admin/entries/?kind=page", EVERYONE, None),
    ("GET", "/admin/entries/list.csv", EVERYONE, None),
    ("POST", "/admin/entries/bulk", EVERYONE, None),
    ("GET", "/admin/choices/terms", EVERYONE, None),
    ("GET", "/admin/choices/authors", EVERYONE, None),
    ("GET", "/admin/choices/entries", EVERYONE, None),
    ("GET", "/admin/choices/people", EDITORS, None),
    ("GET", "/admin/entries/new", EVERYONE, None),
    ("POST", "/admin/entries/new?id=01J00000000000000000000000", EVERYONE, None),
    ("POST", "/admin/entries/new/preview?id=01J00000000000000000000001", EVERYONE, None),
    ("GET", "/admin/entries/{entry}", EVERYONE, EDITORS),
    ("POST", "/admin/entries/{entry}", EVERYONE, EDITORS),
    ("GET", "/admin/entries/{entry}/preview", EVERYONE, EDITORS),
    ("POST", "/admin/entries/{entry}/preview", EVERYONE, EDITORS),
    ("GET", "/-/preview/{entry}", EVERYONE, EDITORS),
    ("POST", "/admin/entries/{entry}/copy", EVERYONE, EDITORS),
    ("GET", "/admin/entries/{entry}/row", EVERYONE, EDITORS),
    ("GET", "/admin/entries/{entry}/values/", EVERYONE, EDITORS),
    ("GET", "/admin/entries/{entry}/values/address", EVERYONE, EDITORS),
    ("POST", "/admin/entries/{entry}/values/address", EVERYONE, EDITORS),
    ("GET", "/admin/entries/{entry}/values/state", WRITERS, EDITORS),
    ("POST", "/admin/entries/{entry}/values/state", WRITERS, EDITORS),
    ("GET", "/admin/entries/{entry}/revisions/", EVERYONE, EDITORS),
    ("GET", "/admin/entries/{entry}/revisions/{head}", EVERYONE, EDITORS),
    ("POST", "/admin/entries/{entry}/revisions/{head}/restoration", EVERYONE, EDITORS),
    ("GET", "/admin/entries/{entry}/publication", WRITERS, EDITORS),
    ("POST", "/admin/entries/{entry}/publication", WRITERS, EDITORS),
    ("POST", "/admin/entries/{entry}/publication/end", WRITERS, EDITORS),
    ("POST", "/admin/entries/{entry}/publication/cancel", WRITERS, EDITORS),
    ("GET", "/admin/entries/{entry}/review", EVERYONE, EDITORS),
    ("POST", "/admin/entries/{entry}/review", EVERYONE, EDITORS),
    ("POST", "/admin/entries/{entry}/review/withdrawal", EVERYONE, EDITORS),
    ("POST", "/admin/entries/{entry}/review/answer", WRITERS, EDITORS),
    ("POST", "/admin/checklist/dismissal", ADMINISTRATORS, None),
    ("POST", "/admin/entries/{entry}/trash", WRITERS, EDITORS),
    ("GET", "/admin/tree/", EVERYONE, None),
    ("POST", "/admin/tree/moves", EVERYONE, None),
    ("GET", "/admin/entries/{entry}/removal", WRITERS, EDITORS),
    ("POST", "/admin/entries/{entry}/removal", WRITERS, EDITORS),
    ("POST", "/admin/trash/{entry}/restoration", WRITERS, EDITORS),
    ("GET", "/admin/trash/", WRITERS, None),
    ("GET", "/admin/trash/{entry}/purge", ADMINISTRATORS, ADMINISTRATORS),
    ("POST", "/admin/trash/{entry}/purge", ADMINISTRATORS, ADMINISTRATORS),
    ("GET", "/admin/terms/", EDITORS, None),
    ("GET", "/admin/terms/new", EDITORS, None),
    ("POST", "/admin/terms/new", EDITORS, None),
    ("GET", "/admin/terms/list.csv", EDITORS, None),
    ("POST", "/admin/terms/moves", EDITORS, None),
    ("POST", "/admin/terms/bulk", EDITORS, None),
    ("GET", "/admin/authors/", EDITORS, None),
    ("GET", "/admin/authors/new", EDITORS, None),
    ("POST", "/admin/authors/new", EDITORS, None),
    ("GET", "/admin/permissions/", EVERYONE, None),
    ("GET", "/admin/permissions/?entry={entry}", EVERYONE, EDITORS),
    ("GET", "/admin/people/", ADMINISTRATORS, None),
    ("GET", "/admin/people/list.csv", ADMINISTRATORS, None),
    ("GET", "/admin/invitations/", ADMINISTRATORS, None),
    ("GET", "/admin/invitations/new", ADMINISTRATORS, None),
    ("POST", "/admin/invitations/new", ADMINISTRATORS, None),
    ("GET", "/admin/me/", EVERYONE, None),
    ("POST", "/admin/me/", EVERYONE, None),
    ("GET", "/admin/me/email", EVERYONE, None),
    ("POST", "/admin/me/email", EVERYONE, None),
    ("POST", "/admin/me/email/cancellation", EVERYONE, None),
    ("GET", "/admin/me/password", EVERYONE, None),
    ("POST", "/admin/me/password", EVERYONE, None),
    ("GET", "/admin/menus/", EDITORS, None),
    ("GET", "/admin/menus/main", EDITORS, None),
    ("POST", "/admin/menus/main", EDITORS, None),
    ("POST", "/admin/menus/main/deletion", EDITORS, None),
    ("GET", "/admin/redirects/", EDITORS, None),
    ("GET", "/admin/redirects/new", EDITORS, None),
    ("POST", "/admin/redirects/new", EDITORS, None),
    ("GET", "/admin/jobs/", EVERYONE, None),
    ("GET", "/admin/notices/", EVERYONE, None),
    ("POST", "/admin/notices/", EVERYONE, None),
    ("GET", "/admin/me/notices/", EVERYONE, None),
    ("POST", "/admin/me/notices/", EVERYONE, None),
    ("GET", "/admin/redirects/import", EDITORS, None),
    ("POST", "/admin/redirects/import", EDITORS, None),
    ("GET", "/admin/redirects/list.csv", EDITORS, None),
    ("GET", "/admin/redirects/missing/", EDITORS, None),
    ("POST", "/admin/redirects/missing/dismissal", EDITORS, None),
    ("POST", "/admin/redirects/missing/removal", EDITORS, None),
    ("POST", "/admin/redirects/missing/keeping", ADMINISTRATORS, None),
    ("GET", "/admin/settings", ADMINISTRATORS, None),
    ("GET", "/admin/settings/mail/", ADMINISTRATORS, None),
    # A few letters are let out at once.
    ("POST", "/admin/settings/mail/", ADMINISTRATORS, None),
    ("POST", "/admin/settings", ADMINISTRATORS, None),
    ("GET", "/admin/settings/history/", ADMINISTRATORS, None),
    ("GET", "/admin/checks/", EDITORS, None),
    ("POST", "/admin/checks/run", EDITORS, None),
    ("POST", "/admin/checks/ignoring", EVERYONE, None),
    ("GET", "/admin/samples/", ADMINISTRATORS, None),
    ("POST", "/admin/samples/removal", ADMINISTRATORS, None),
    ("POST", "/admin/samples/return", ADMINISTRATORS, None),
    ("GET", "/admin/activity/", EVERYONE, None),
    ("GET", "/admin/activity/list.csv", EVERYONE, None),
]
# Addresses of one thing, whose owner plays no part.
ALSO = [
    ("/admin/views/new", EVERYONE),
    ("/admin/views/<view_id>", EVERYONE),
    ("/admin/views/<view_id>/removal", EVERYONE),
    ("/admin/entries/bulk/<act>", EVERYONE),
    ("/admin/entries/bulk/reports/<job_id>", EVERYONE),
    ("/admin/settings/history/<step_id>/restoration", ADMINISTRATORS),
    ("/admin/terms/<term_id>", EDITORS),
    ("/admin/terms/<term_id>/removal", EDITORS),
    ("/admin/terms/<term_id>/merging", EDITORS),
    ("/admin/terms/<term_id>/branch", EDITORS),
    ("/admin/terms/bulk/<act>", EDITORS),
    ("/admin/terms/bulk/reports/<job_id>", EDITORS),
    ("/admin/redirects/<redirect_id>", EDITORS),
    ("/admin/redirects/<redirect_id>/removal", EDITORS),
    ("/admin/redirects/<redirect_id>/place", EDITORS),
    ("/admin/authors/<profile_id>", EDITORS),
    ("/admin/invitations/<invitation_id>/renewal", ADMINISTRATORS),
    ("/admin/invitations/<invitation_id>/revocation", ADMINISTRATORS),
    ("/admin/tree/<entry_id>/place", EVERYONE),  # of pages only
    # These end the session that asks.
    ("/admin/entries/<entry_id>/unsaved/<copy_id>", EVERYONE),
    ("/admin/entries/<entry_id>/unsaved/<copy_id>/removal", EVERYONE),
    ("/admin/me/sessions/end", EVERYONE),
    ("/admin/me/sessions/<session_id>/end", EVERYONE),
    ("/admin/authors/<profile_id>/merger", EDITORS),
    ("/admin/notices/<notice_id>", EVERYONE),
    ("/admin/jobs/<job_id>", EVERYONE),
    ("/admin/jobs/letters/<errand_id>/retry", ADMINISTRATORS),
    ("/admin/jobs/letters/<errand_id>/removal", ADMINISTRATORS),
    ("/admin/jobs/<job_id>/cancellation", EVERYONE),
    ("/admin/jobs/<job_id>/retry", EVERYONE),
    ("/admin/jobs/<job_id>/run", EVERYONE),
    ("/admin/jobs/<job_id>/removal", EVERYONE),
    ("/admin/people/<account_id>", ADMINISTRATORS),
    ("/admin/people/<account_id>/email", ADMINISTRATORS),
    ("/admin/people/<account_id>/email/cancellation", ADMINISTRATORS),
    ("/admin/people/<account_id>/handover", ADMINISTRATORS),
    ("/admin/people/<account_id>/removal", ADMINISTRATORS),
    ("/admin/people/<account_id>/roles", ADMINISTRATORS),
    ("/admin/people/<account_id>/suspension", ADMINISTRATORS),
    ("/admin/people/<account_id>/reactivation", ADMINISTRATORS),
    ("/admin/people/<account_id>/signing-out", ADMINISTRATORS),
    # Whose act it was plays a part; see test_activity.py.
    ("/admin/activity/<change_set_id>", EVERYONE),
    ("/admin/activity/<change_set_id>/undo", EVERYONE),
]


@pytest.fixture
def cast(ada: Person, eli: Person, ana: Person, rob: Person, olga: Person) -> dict[Role, Person]:
    return {OWNER: olga, A: ada, E: eli, U: ana, C: rob}


def _ask(browser: Browser, method: str, path: str, token: str = "") -> int:
    """Only the status counts here, so the page is not parsed."""
    data = {"csrf_token": token} if method == "POST" else None
    answer = browser.client.open(
        path, method=method, base_url=BASE, data=data, headers={"Origin": BASE}, buffered=True
    )
    return answer.status_code


@pytest.mark.parametrize("role", list(Role))
def test_each_role_comes_as_far_as_it_may(
    app: Flask, room: Room, cast: dict[Role, Person], role: Role
) -> None:
    person = cast[role]
    other = cast[A] if role is not A else cast[OWNER]
    browser = Browser(app).sign_in(person)
    token = browser.token()
    wrong = []
    for method, address, on_own, on_others in TABLE:
        for owner, allowed in ((person, on_own), (other, on_others)):
            if allowed is None:
                continue
            entry_id = room.write(owner)
            path = address.format(entry=entry_id, head=room.head(entry_id).id)
            status = _ask(browser, method, path, token)
            # Whoever may act is refused at most for what is sent, not for who they are.
            if (status in (200, 303, 404, 422)) != (role in allowed) or status in (401, 500):
                wrong.append(f"{method} {address} of {owner.name}: {status}")
    assert not wrong, "\n".join(wrong)


def test_nobody_comes_in_without_signing_in(app: Flask, room: Room, ada: Person) -> None:
    entry_id = room.write(ada)
    browser = Browser(app)
    browser.get("/auth/login")
    for method, address, *_roles in TABLE:
        path = address.format(entry=entry_id, head=room.head(entry_id).id)
        status = _ask(browser, method, path, browser.token())
        assert status == (302 if method == "GET" else 401), (method, address)
    assert room.count_revisions(entry_id) == 1


def test_no_form_is_taken_without_its_token(app: Flask, room: Room, ada: Person) -> None:
    entry_id = room.write(ada)
    browser = Browser(app).sign_in(ada)
    browser.token()
    before = _fingerprint(room.database)
    for method, address, *_roles in TABLE:
        if method == "POST":
            path = address.format(entry=entry_id, head=room.head(entry_id).id)
            assert _ask(browser, "POST", path) == 400, address
            assert _ask(browser, "POST", path, "forged") == 400, address
    assert _fingerprint(room.database) == before


def test_the_table_above_names_every_address_of_the_admin(app: Flask) -> None:
    def shape(path: str) -> str:
        path = path.partition("?")[0]
        for hole in ("{entry}", "<entry_id>"):
            path = path.replace(hole, "*")
        path = path.replace("{head}", "*").replace("<revision_id>", "*")
        path = path.replace("/values/address", "/values/*").replace("/values/<name>", "/values/*")
        return path.replace("/menus/main", "/menus/*").replace("<place>", "*")

    known = {(method, shape(path)) for method, path, *_roles in TABLE}
    also = {shape(path) for path, _roles in ALSO}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/admin") and shape(rule.rule) not in also:
            methods = set(rule.methods or ()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}
            missing = {(method, shape(rule.rule)) for method in methods} - known
            assert not missing, missing


def test_every_address_says_who_may_pass_and_the_admin_is_open_to_nobody(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        declared = gate.declared(app.view_functions[rule.endpoint])
        assert declared is not None, rule
        if rule.rule.startswith("/admin"):
            assert declared.permission is not None, rule


def test_only_the_visitors_own_forms_come_without_a_token(app: Flask) -> None:
    without = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if csrf.is_origin_only(app.view_functions[rule.endpoint])
    }
    assert not {name for name in without if name.startswith(("admin.", "auth."))}


def test_looking_changes_nothing(app: Flask, room: Room, ada: Person) -> None:
    entry_id = room.write(ada)
    browser = Browser(app).sign_in(ada)
    before = _fingerprint(room.database)
    for method, address, *_roles in TABLE:
        if method == "GET":
            path = address.format(entry=entry_id, head=room.head(entry_id).id)
            assert _ask(browser, "GET", path) == 200, address
    assert _fingerprint(room.database) == before


@pytest.mark.parametrize("path", ["/admin/nothing", "/admin/entries/x", "/admin/menus/nowhere",
                                  "/admin/terms/x", "/admin/authors/x", "/admin/trash/x/purge",
                                  "/admin/entries/x/publication", "/admin/entries/x/revisions/",
                                  "/admin/entries/?kind=nothing", "/admin/terms/?taxonomy=nothing",
                                  "/admin/entries/%00", "/admin/entries/new?kind=%00",
                                  "/admin/entries/01J00000000000000000000000"])  # fmt: skip
def test_what_is_unknown_is_not_found(browser: Browser, ada: Person, path: str) -> None:
    browser.sign_in(ada)
    assert browser.get(path).status_code == 404
    assert browser.heading == "There is nothing at this address"


def test_methods_that_are_not_there_are_refused(browser: Browser, ada: Person) -> None:
    browser.sign_in(ada)
    for method in ("PUT", "DELETE", "PATCH"):
        answer = browser.client.open("/admin/settings", method=method, base_url=BASE)
        assert answer.status_code == 405, method


def _fingerprint(database: db.Database) -> str:
    """A hash over every row of the content."""
    rows: list[Iterable[object]] = []
    with database.engine.connect() as connection:
        for table in db.Base.metadata.sorted_tables:
            found = connection.execute(sa.select(table).order_by(*table.primary_key.columns))
            rows += [(table.name, *row) for row in found]
    return hashlib.sha256(repr(rows).encode()).hexdigest()
