"""Every page of the admin and of signing in: axe, no sideways scrolling, the keyboard."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from cms import clock, db, ids, notices
from cms.accounts import people, sessions
from cms.accounts.permissions import OPERATOR, Person, Role
from cms.content import editing, profiles, publishing, revisions, terms, trash
from cms.content import fields as content_fields
from cms.content import types as content_types
from cms.content.snapshot import Snapshot
from cms.history import activity, recording
from cms.jobs.models import Job
from cms.notices import reading
from cms.outbox import posting as outbox
from tests.flows import looking
from tests.flows.conftest import LiveSite, Window

LONG = "A title that goes on and on, as careful writers’ titles do, " * 3 + "x" * 90
NARROWEST = 320  # CSS pixels; a screen of 1280 at 400 %
WIDTHS = (1280, 390)


@pytest.fixture(autouse=True)
def note() -> Iterator[None]:
    """A type with typed fields of its own."""
    part = (content_fields.Field("name", "text", "Name"),)
    declared = (
        content_fields.Field("colour", "colour", "Colour", help="Such as #8a3324."),
        content_fields.Field("mood", "choice", "Mood",
                             choices=(content_fields.Choice("a", "Awake"),)),
        content_fields.Field("cups", "list", "Cups", of=part),
        content_fields.Field("kinds", "term", "Kinds", several=True),
    )  # fmt: skip
    with content_types.declared(
        content_types.ContentType("note", "Note", "Notes", fields=declared)
    ):
        yield


def _write(site: LiveSite) -> dict[str, str]:
    """Entries of all sorts, and the addresses of every page of the admin."""
    now = clock.now()
    with db.unit_of_work(site.database):

        def draft(kind: str = "post", **content: object) -> str:
            made = Snapshot(**content)  # type: ignore[arg-type]
            return editing.create_entry(kind, made, by=OPERATOR, now=now).id

        words = draft(title=LONG, source="Words.\n\n" * 40)
        arabic = draft(title="كأس من الماء", source="نص عربي", direction="rtl")
        later = draft(title="Later", source="x")
        publishing.publish(
            editing.get_entry(later), by=OPERATOR, now=now, at=now + timedelta(days=1)
        )
        noted = draft("note", title="Noted", fields={"cups": [{"name": "One"}]})
        gone = draft(title=LONG, source="x")
        trash.trash(editing.get_entry(gone), by=OPERATOR, now=now)
        head = revisions.get_head(editing.get_entry(words))
        changed = Snapshot(title="Shorter", source="Other words.", seo={"title": "For engines"})
        editing.save(
            editing.get_entry(words), changed, by=OPERATOR, now=now, based_on=head.id, note="Cut"
        )
        act = recording.latest()
        started = activity.list_acts(
            activity.Filter(kind="entry", subject_id=words), limit=9
        ).lines[-1].id  # fmt: skip
        newest = editing.get_entry(words).head_id
        about = Snapshot(title=LONG, source="x")
        movable = editing.create_entry("page", about, by=OPERATOR, now=now).id
        tag = terms.list_terms("tag")[0].id
        profile = profiles.list_profiles()[0].id
        person = people.create_account("ana@example.org", "Ana", roles=[Role.AUTHOR], now=now).id
        letter = outbox.post("letter", {"to": "gone@example.org"}, now=now)
        given_up = outbox.find(letter or "")
        assert given_up is not None
        given_up.state, given_up.error, given_up.finished_at = "failed", LONG, now
        db.commit()
    job = _job(site, "running", done=3, total=9)
    failed = _job(site, "failed", error=LONG)
    entries = "/admin/entries"
    return {
        "the desk": "/admin/",
        "posts": f"{entries}/",
        "pages": f"{entries}/?kind=page",
        "nothing found": f"{entries}/?q=zzzz",
        "tags for many": f"{entries}/bulk/tag?list=kind%3Dpost&all=1",
        "a list with columns": f"{entries}/?cols=by&cols=tags&cols=address&cols=updated",
        "a view": "/admin/views/new?list=entries&query=kind%3Dpost",
        "values of a row": f"{entries}/{words}/values/",
        "an address in a row": f"{entries}/{words}/values/address",
        "terms in a row": f"{entries}/{words}/values/terms",
        "visibility for many": f"{entries}/bulk/access?list=kind%3Dpost&all=1",
        "a new post": f"{entries}/new",
        "a long post": f"{entries}/{words}",
        "an arabic post": f"{entries}/{arabic}",
        "typed fields": f"{entries}/{noted}",
        "a scheduled post": f"{entries}/{later}/publication",
        "a draft to publish": f"{entries}/{words}/publication",
        "a review": f"{entries}/{words}/review",
        "a preview": f"{entries}/{words}/preview",
        "a history": f"{entries}/{words}/revisions/",
        "a change": f"{entries}/{words}/revisions/{newest}",
        "tags": "/admin/terms/",
        "categories": "/admin/terms/?taxonomy=category",
        "a tag": f"/admin/terms/{tag}",
        "categories as a list": "/admin/terms/?taxonomy=category&sort=name",
        "a new category": "/admin/terms/new?taxonomy=category",
        "merging tags": f"/admin/terms/{tag}/merging",
        "deleting a tag": f"/admin/terms/{tag}/removal",
        "many tags": f"/admin/terms/bulk/delete?list=taxonomy%3Dtag&id={tag}",
        "authors": "/admin/authors/",
        "an author": f"/admin/authors/{profile}",
        "one's own account": "/admin/me/",
        "another password": "/admin/me/password",
        "another address": "/admin/me/email",
        "another address for somebody": f"/admin/people/{person}/email",
        "people": "/admin/people/",
        "what a person may do": f"/admin/permissions/?person={person}&entry={words}",
        "handing over": f"/admin/people/{person}/handover",
        "removing a person": f"/admin/people/{person}/removal",
        "merging authors": f"/admin/authors/{profile}/merger",
        "mail": "/admin/settings/mail/",
        "inviting": "/admin/invitations/new",
        "invitations": "/admin/invitations/",
        "a person": f"/admin/people/{person}",
        "notices": "/admin/notices/",
        "which notices": "/admin/me/notices/",
        "jobs": "/admin/jobs/",
        "a job": f"/admin/jobs/{job}",
        "a failed job": f"/admin/jobs/{failed}",
        "menus": "/admin/menus/",
        "a menu": "/admin/menus/main",
        "redirects": "/admin/redirects/",
        "a new redirect": "/admin/redirects/new",
        "missing pages": "/admin/redirects/missing/",
        "a table of redirects": "/admin/redirects/import",
        "settings": "/admin/settings",
        "checks": "/admin/checks/",
        "the samples": "/admin/samples/",
        "a history of settings": "/admin/settings/history/",
        "activity": "/admin/activity/",
        "an act": f"/admin/activity/{act}",
        "an act that cannot be undone": f"/admin/activity/{started}",
        "the trash": "/admin/trash/",
        "finding anything": "/admin/find/?q=a",
        "find and replace": "/admin/replace/?words=words&replacement=letters",
        "deleting for good": f"/admin/trash/{gone}/purge",
        "the page tree": "/admin/tree/",
        "moving a page": f"/admin/tree/{movable}/place",
        "what uses it": f"/admin/entries/{gone}/removal",
        "nothing there": "/admin/nothing",
    }


def _told(site: LiveSite) -> Person:
    """Olga, who has notices."""
    olga = site.add_person("Olga", Role.OWNER)
    now = clock.now()
    with db.unit_of_work(site.database):
        for title in ("Tea", LONG, "كأس من الماء"):
            values, subject = {"who": "Ana", "title": title}, ("entry", ids.new_id())
            notices.tell(olga.id, "entry-changed", values=values, subject=subject, by=None, now=now)
            if title == "Tea":
                reading.mark_read(olga.id, now=now)
        db.commit()
    return olga


def _job(site: LiveSite, state: str, **values: object) -> str:
    now = clock.now()
    later = now + timedelta(days=1)
    with site.database.ticking() as ticks:
        job = Job(kind="x", label=LONG, payload={}, state=state, created_at=now, due_at=later,
                  claimed_until=later, **values)  # fmt: skip
        ticks.add(job)
        ticks.flush()
        return job.id


BEFORE = {"signing in": "/auth/login", "a forgotten password": "/auth/forgot"}


@pytest.mark.parametrize("width", WIDTHS)
def test_axe_finds_nothing(open_window: Callable[..., Window], width: int) -> None:
    window = open_window(width=width)
    page, wrong = window.page, []

    def look(name: str) -> None:
        wrong.extend(f"{name}: {fault}" for fault in looking.faults(page))

    addresses = _write(window.site)
    for name, path in BEFORE.items():
        window.goto(path)
        look(name)
    window.sign_in(_told(window.site))
    for name, path in addresses.items():
        window.goto(path)
        look(name)
    for name, path in (("a refused post", "a new post"), ("a refused tag", "a tag")):
        window.goto(addresses[path])
        field = page.get_by_label("Address", exact=True)
        field.fill("/admin/" if "post" in name else "!")
        page.get_by_role("button", name="Save", exact=True).click()
        page.locator("#errors").wait_for()
        look(name)
    window.goto(addresses["posts"])
    page.get_by_role("checkbox", name="Select “").first.check()
    page.get_by_text("Filters").click()
    look("selected posts")
    _collide(window, addresses["a long post"])
    look("a conflict")
    _leave_unsaved(window, addresses["a long post"])
    look("unsaved words on offer")
    page.get_by_role("link", name="Compare").click()
    page.get_by_role("heading", name="What you wrote and did not save").wait_for()
    look("unsaved words")
    _lose_session(window, addresses["a tag"])
    look("a session that ended")
    assert not wrong, "\n".join(wrong)


def test_nothing_scrolls_sideways_on_the_narrowest_screen(
    open_window: Callable[..., Window],
) -> None:
    window = open_window(width=NARROWEST, height=640)
    addresses, wide = _write(window.site), []
    window.sign_in(_told(window.site))
    for name, path in {**addresses, "site": "/auth/login"}.items():
        window.goto(path)
        width = window.page.evaluate("document.documentElement.scrollWidth")
        if width > NARROWEST:
            wide.append(f"{name}: {width}")
    _collide(window, addresses["a long post"])
    if window.page.evaluate("document.documentElement.scrollWidth") > NARROWEST:
        wide.append("a conflict")
    assert not wide, wide


FOCUS = """() => {
  let at = document.activeElement;
  while (at.shadowRoot?.activeElement) at = at.shadowRoot.activeElement;
  const box = at.getBoundingClientRect();
  const style = getComputedStyle(at);
  const frame = at.closest(".tags, .writing-title, .writing-text") ?? at.getRootNode().host;
  const shown = [at, ...(frame ? [frame, frame.parentElement] : [])].some((each) => {
    const look = getComputedStyle(each);
    return (look.outlineStyle !== "none" && parseFloat(look.outlineWidth) >= 1)
      || look.boxShadow !== "none"
      || (parseFloat(look.borderInlineStartWidth) >= 2
          && look.borderInlineStartColor !== "rgba(0, 0, 0, 0)");
  });
  return { name: at.tagName + "#" + at.id + "." + at.className, top: box.top, left: box.left,
           visible: box.width > 0 && box.height > 0 && style.visibility !== "hidden", shown };
}"""


@pytest.mark.parametrize("name", ["the desk", "posts", "a tag", "a long post", "a menu"])
def test_the_keyboard_reaches_everything_in_order_and_shows_where_it_is(
    window: Window, name: str
) -> None:
    addresses = _write(window.site)
    window.sign_in(window.site.add_person("Olga", Role.OWNER))
    window.goto(addresses[name])
    page = window.page
    page.evaluate("document.activeElement?.blur()")
    seen, hidden = [], []
    for _step in range(60):
        page.keyboard.press("Tab")
        at = page.evaluate(FOCUS)
        if at["name"].startswith("BODY"):
            break
        seen.append(at["name"])
        # A date has several stops, and the browser marks the last of them by itself.
        is_within = seen[-2:-1] == [at["name"]]
        if not is_within and not (at["visible"] and at["shown"]):
            hidden.append(at["name"])
    assert "skip" in seen[0], "the first stop leads past the menu"
    assert len(seen) > 8
    assert not hidden


def test_escape_and_the_question_mark(window: Window) -> None:
    window.sign_in(window.site.add_person("Olga", Role.OWNER))
    page = window.page
    window.goto("/admin/entries/")
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()
    page.keyboard.press("Escape")
    assert not page.get_by_role("dialog", name="Keys").is_visible()
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.type") == "search"
    page.keyboard.type("Why?")
    assert not page.get_by_role("dialog", name="Keys").is_visible()
    window.goto("/admin/entries/")
    page.get_by_role("checkbox", name="Select “").first.focus()
    page.keyboard.press("?")
    assert page.get_by_role("dialog", name="Keys").is_visible()


def _collide(window: Window, path: str) -> None:
    """Bring up the page on which two texts meet."""
    window.goto(path)
    entry_id = path.rsplit("/", 1)[1]
    with db.unit_of_work(window.site.database):
        entry = editing.get_entry(entry_id)
        other = Snapshot(title=LONG[:400], source="Their words.\n\n" + "y" * 200)
        eli: Person = OPERATOR
        editing.save(entry, other, by=eli, now=clock.now(), based_on=entry.head_id)
        db.commit()
    page = window.page
    page.get_by_label("Title", exact=True).fill("My title")
    page.keyboard.press("Enter")
    page.keyboard.press("Control+a")
    page.keyboard.insert_text("My words.")
    page.get_by_role("button", name="Save", exact=True).click()
    page.get_by_role("heading", name="Someone changed the same words").wait_for()


def _leave_unsaved(window: Window, path: str) -> None:
    """Look at a change, leave it, and open the entry again."""
    window.goto(path)
    window.page.get_by_label("Title", exact=True).fill("Looked at and left")
    with window.context.expect_page() as opened:
        window.page.get_by_role("button", name="Preview").click()
    opened.value.wait_for_url("**/preview?unsaved=*")
    opened.value.close()
    window.page.on("dialog", lambda dialog: dialog.accept())
    window.goto(path)
    window.page.get_by_text("You wrote something here").wait_for()


def _lose_session(window: Window, path: str) -> None:
    """Bring up the dialog that asks to sign in again, with a refusal in it."""
    window.goto(path)
    with db.unit_of_work(window.site.database):
        for account in people.list_accounts():
            sessions.end_all(account)
        db.commit()
    window.page.get_by_role("button", name="Save", exact=True).click()
    dialog = window.page.get_by_role("dialog", name="Your session ended")
    dialog.get_by_role("button", name="Sign in and go on").click()
    dialog.get_by_text("Enter your password.").wait_for()
    window.faults.clear()  # Chromium notes the refusal.
