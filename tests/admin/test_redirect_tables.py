"""Redirects as tables: tried, kept all or not at all, and given away."""

from io import BytesIO

import pytest
import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import Person
from cms.addresses import book
from cms.history.models import ChangeSet
from tests.admin.conftest import Room
from tests.browsing import Browser

TABLE = "from,to,code\n/a/,https://example.org/a,302\n/b/*,https://example.org/b/*,\n/c/,,410\n"


def _paths(room: Room) -> set[str]:
    with room.open():
        found = {path for path in ("/a/", "/b/", "/c/") if book.find(path) is not None}
        return found | {each.source for each in book.list_patterns()}


def _send(browser: Browser, body: bytes) -> int:
    browser.get("/admin/redirects/import")
    form = {"csrf_token": browser.token(), "lines": "", "file": (BytesIO(body), "table.csv")}
    return browser.post("/admin/redirects/import", form).status_code


def test_a_table_is_tried_then_kept_and_may_come_again(
    browser: Browser, room: Room, ada: Person
) -> None:
    browser.sign_in(ada).get("/admin/redirects/import")
    assert browser.submit("Try it", lines=TABLE).status_code == 200
    assert "/a/ https://example.org/a New" in browser.text
    assert _paths(room) == set(), "it was only tried"
    assert browser.submit("Import").status_code == 303
    browser.follow()
    assert "3 redirects are kept." in browser.text
    assert _paths(room) == {"/a/", "/b/*", "/c/"}
    browser.get("/admin/redirects/import")
    browser.submit("Try it", lines=TABLE.replace("example.org/a", "example.org/z"))
    assert "Changed" in browser.text
    assert "Stands there already" in browser.text


def test_all_problems_are_told_by_line_and_nothing_is_kept(
    browser: Browser, room: Room, ada: Person
) -> None:
    table = (
        "From;To;Status\n/a/;https://example.org/;\n/a;/;\n\n/admin/;/;\n/b/;/none/;\n/c/;/;999\n"
    )
    browser.sign_in(ada).get("/admin/redirects/import")
    assert browser.submit("Try it", lines=table).status_code == 422
    for words in ("3 /a / Line 2 says something", "5 /admin/ / The path /admin/", "6 /b/ /none/ N",
                  "7 /c/ / A redirect is one of"):  # fmt: skip
        assert words in browser.text
    assert "4 lines cannot be done, so nothing was kept." in browser.text
    assert browser.page is not None
    assert "/none/;" in browser.page.text, "what was sent is kept"
    assert _paths(room) == set()
    token = browser.token()
    sent = {"csrf_token": token, "lines": table, "act": "import"}
    assert browser.post("/admin/redirects/import", sent).status_code == 422
    assert _paths(room) == set()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_files_of_any_spreadsheet_are_read(
    browser: Browser, ada: Person, encoding: str, mark: str
) -> None:
    table = f"Source{mark}Target\r\n/ü/{mark}'/\r\n"
    browser.sign_in(ada)
    assert _send(browser, table.encode(encoding)) == 200
    assert "/ü/ / New" in browser.text


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b"", "nothing in it"),
        (b"from,to\n", "nothing in it"),
        (b"/a/,/\n", "names the columns"),
        (b"from,to\n" + b"/a/,/\n" * 2_001, "more than 2000 lines"),
        (b"from,to\n/a/," + b"x" * 5_000, "too long"),
        (b"from,to\n" + b"x" * 200_001, "larger than one megabyte"),
        (b"from,to\n/\x00/,/", "no text"),
        (b"\xff\xfe\x00", "no text"),
        (b'from,to\n"/a/' + b"x" * 140_000, "cannot be read"),
    ],
)
def test_what_is_no_table_is_refused(
    browser: Browser, ada: Person, body: bytes, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.admin.redirect_tables.LARGEST", 200_000)
    browser.sign_in(ada)
    assert _send(browser, body) == 422
    assert words in browser.text


def test_what_is_far_too_large_is_refused_unread(browser: Browser, ada: Person) -> None:
    browser.sign_in(ada)
    token = browser.token()
    answer = browser.client.post(
        "/admin/redirects/import",
        base_url=browser.base,
        headers={"Origin": browser.base},
        environ_overrides={"CONTENT_LENGTH": str(1024**3)},
        data={"csrf_token": token},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 413


def test_the_list_is_given_away_and_can_be_taken_in_again(
    browser: Browser, room: Room, ada: Person
) -> None:
    browser.sign_in(ada).get("/admin/redirects/import")
    browser.submit("Try it", lines=TABLE)
    browser.submit("Import")
    given = browser.get("/admin/redirects/list.csv").get_data(as_text=True)
    assert "/a/,https://example.org/a,302,0," in given
    browser.get("/admin/redirects/import")
    assert browser.submit("Try it", lines=given.replace("\ufeff", "")).status_code == 200
    assert "New" not in browser.text
    only = browser.get("/admin/redirects/list.csv?kind=hand&q=/a").get_data(as_text=True)
    assert only.count("\n") == 2


def test_a_table_is_taken_back_as_one_act_from_the_message_and_from_its_page(
    browser: Browser, room: Room, ada: Person
) -> None:
    browser.sign_in(ada).get("/admin/redirects/import")
    browser.submit("Try it", lines=TABLE)
    browser.submit("Import")
    browser.follow()
    assert browser.submit("Undo").status_code == 303
    assert _paths(room) == set()
    browser.follow()
    assert browser.submit("Undo").status_code == 303, "what was taken back is done again"
    assert _paths(room) == {"/a/", "/b/*", "/c/"}
    browser.get("/admin/activity/")
    assert "Imported 3 redirects" in browser.text
    with room.open():
        imported = ChangeSet.label.startswith("Imported")
        act = db.session().scalar(sa.select(ChangeSet.id).where(imported))
    browser.get(f"/admin/activity/{act}")
    assert browser.submit("Undo").status_code == 303
    assert _paths(room) == set()


def test_lines_may_lead_to_each_other_in_any_order(
    browser: Browser, room: Room, ada: Person
) -> None:
    browser.sign_in(ada).get("/admin/redirects/import")
    table = "from,to\n/a/,/b/\n/b/,/c\n/c/,https://example.org/\n"
    browser.submit("Try it", lines=table)
    assert browser.submit("Import").status_code == 303
    with room.open():
        assert {str(book.find(each).location) for each in ("/a", "/b", "/c")} == {
            "https://example.org/"
        }
