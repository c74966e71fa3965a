"""Lists for a spreadsheet: whole, filtered, and harmless to open."""

import csv
import io

import pytest

from cms.accounts.permissions import Person
from cms.admin import csv_export
from tests.admin.conftest import Room
from tests.browsing import Browser


def _rows(browser: Browser) -> list[list[str]]:
    assert browser.response is not None
    text = browser.response.get_data().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_a_list_is_downloaded_with_its_filters(browser: Browser, room: Room, eli: Person) -> None:
    room.publish(room.write(eli, "Out, “said” she\nand went", path="/out/"), eli)
    room.write(eli, "شاي Чай 茶 😀")
    browser.sign_in(eli)
    answer = browser.get("/admin/entries/list.csv")
    assert answer.mimetype == "text/csv"
    assert answer.get_data().startswith(b"\xef\xbb\xbf")
    assert answer.headers["Content-Disposition"].startswith("attachment; filename=posts-2")
    columns, *rows = _rows(browser)
    assert columns[:3] == ["Title", "State", "Address"]
    assert [row[:3] for row in rows] == [
        ["شاي Чай 茶 😀", "Draft", ""],
        ["Out, “said” she\nand went", "Published", "/out/"],
    ]
    browser.get("/admin/entries/list.csv?state=draft")
    assert len(_rows(browser)) == 2


def test_a_long_list_comes_whole_and_once(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "ROWS_AT_ONCE", 2)
    monkeypatch.setattr("cms.admin.entry_list.EXPORTED", 3)
    for number in range(7):
        room.write(eli, f"Cup {number}")
    browser.sign_in(eli).get("/admin/entries/list.csv?sort=title")
    assert [row[0] for row in _rows(browser)[1:]] == [f"Cup {number}" for number in range(7)]


def test_nobody_downloads_more_than_they_see(
    browser: Browser, room: Room, ana: Person, eli: Person
) -> None:
    room.write(eli, "By Eli")
    room.write(ana, "By Ana")
    browser.sign_in(ana).get("/admin/entries/list.csv")
    assert [row[0] for row in _rows(browser)[1:]] == ["By Ana"]


@pytest.mark.parametrize(
    "risky",
    ["=1+1", "+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "=cmd|' /C calc'!A1"],
)
def test_no_text_becomes_a_formula(risky: str) -> None:
    assert csv_export.cell(risky) == "'" + risky


@pytest.mark.parametrize("mark", [";", "\t", "\n"])
def test_no_part_of_a_text_becomes_one_where_cells_end_at_another_mark(mark: str) -> None:
    title = f"Tea{mark}=cmd|' /C calc'!A1"
    line = ",".join(("First", str(csv_export.cell(title)), "Last"))
    cells = (
        [cell for row in csv.reader(io.StringIO(line), delimiter=mark) for cell in row]
        if mark != "\n"
        else line.split("\n")
    )
    assert not [cell for cell in cells if cell.startswith("=")]
    assert csv_export.cell("Tea; and more = less") == "Tea; and more = less"


def test_a_reader_who_goes_away_leaves_nothing_open(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_export, "ROWS_AT_ONCE", 1)
    for number in range(3):
        room.write(eli, f"Cup {number}")
    answer = browser.sign_in(eli).client.get("/admin/entries/list.csv", base_url=browser.base)
    next(answer.iter_encoded())
    answer.close()
    assert room.write(eli, "Still writable")
