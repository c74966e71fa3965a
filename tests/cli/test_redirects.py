"""Redirects at the terminal: taken in whole or not at all, given away, looked at."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book, redirects, targets
from cms.addresses.models import Address
from cms.addresses.targets import Target
from cms.content import trash
from cms.history.models import ChangeSet
from cms.site import settings
from tests.cli.conftest import Manage
from tests.content.stories import NOW, publish, write

TABLE = """from,to,code
/b/,/a/,
/a/,https://example.org/a,302
/c/*,https://example.org/c/*,
/d/,,410
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A table in which one redirect leads to another that stands below it."""
    path = tmp_path / "redirects.csv"
    path.write_text(TABLE)
    return path


@pytest.fixture
def write_site(instance: Path):
    """Does something to the site, in a unit of work of its own."""

    def write_site(act):
        database = db.Database(f"sqlite:///{instance / 'carafe.sqlite3'}")
        with db.unit_of_work(database):
            act()
            db.commit()
        database.dispose()

    return write_site


def kept(site: db.Database) -> dict[str, tuple[str | None, int]]:
    with db.unit_of_work(site, write=False):
        lines = db.session().scalars(sa.select(Address)).all()
        found = {line.path: (line.location, line.code) for line in lines}
        return found | {each.source: (each.location, each.code) for each in book.list_patterns()}


ALL = {
    "/a/": ("https://example.org/a", 302),
    "/b/": ("https://example.org/a", 301),
    "/c/*": ("https://example.org/c/*", 301),
    "/d/": ("", 410),
}


def test_a_table_is_tried_then_kept_as_one_act(manage: Manage, table: Path, site: db.Database):
    ran = manage("redirects", "import", str(table), "--dry-run")
    assert ran.code == 0
    assert "Only tried: 4 new, 0 changed, 0 stands there already." in ran.out
    assert kept(site) == {}
    assert "Kept: 4 new" in manage("redirects", "import", str(table)).out
    assert kept(site) == ALL
    with db.unit_of_work(site, write=False):
        labels = db.session().scalars(sa.select(ChangeSet.label)).all()
    assert labels == ["Imported 4 redirects"]
    assert "4 stands there already" in manage("redirects", "import", str(table)).out


def test_each_line_that_cannot_be_is_named_and_nothing_is_kept(
    manage: Manage, table: Path, site: db.Database
):
    table.write_text(TABLE + "/e/,/nothing/,\n/a,/,\n/admin/x,/,\n/x/,/y/,\n/y/,/x/,\n")
    for more in ((), ("--dry-run",)):
        ran = manage("redirects", "import", str(table), *more)
        assert ran.code == 1
        for words in ("line 6: /e/ → /nothing/: Nothing", "line 7: /a → /: Line 3 says", "line 8:",
                      "line 9:", "line 10:", "Lines that cannot be done: 5"):  # fmt: skip
            assert words in ran.err
        assert kept(site) == {}
    table.write_bytes(b"\xff\xfe\x00")
    assert manage("redirects", "import", str(table)).code == 1
    assert manage("redirects", "import", str(table.with_name("none.csv"))).code == 2


def test_what_is_given_away_can_be_taken_in_and_runs_nothing(
    manage: Manage, table: Path, site: db.Database, tmp_path: Path
):
    table.write_text(TABLE.replace("/d/", "'/d/"))
    manage("redirects", "import", str(table))
    printed = manage("redirects", "export").out
    assert printed.splitlines()[0] == "from,to,code,used,last used"
    file = tmp_path / "out.csv"
    assert "Wrote 4 redirects" in manage("redirects", "export", str(file)).out
    assert file.read_bytes().decode() == printed
    assert "4 stands there already" in manage("redirects", "import", str(file)).out
    assert kept(site) == ALL


def test_circles_steps_and_what_is_gone_are_found(manage: Manage, write_site):
    assert "leads somewhere" in manage("redirects", "check").out

    def tangle():
        page = write("About", kind="page", path="/about/")
        publish(page)
        for path, location in (("/a/", "/b/"), ("/b/", "/a"), ("/step/", "/d/?x"),
                               ("/on/", "/tag/"), ("/d/", "https://example.org/"),
                               ("/home/", "/"), ("/posts2/", "/posts/"),
                               ("/lost/", "/lost2/")):  # fmt: skip
            row = Address(path=path, state="former", by_hand=True, target_kind="redirect",
                          location=location, created_at=NOW)  # fmt: skip
            db.session().add(row)
        redirects.create("/us/", targets.to("entry", page.id), by=OPERATOR, now=NOW)
        redirects.create("/p/*", Target(location="/q/*"), by=OPERATOR, now=NOW)
        pattern = redirects.create("/q/*", Target(location="/r/*"), by=OPERATOR, now=NOW)
        pattern.location = "/p/*"
        line = book.find("/us/")
        line.by_hand = False
        trash.trash(page, by=OPERATOR, now=NOW)
        trash.purge(page, by=OPERATOR, now=clock.now())
        line.by_hand = True

    write_site(tangle)
    ran = manage("redirects", "check")
    assert ran.code == 1
    faults = dict(
        line.split(" leads ", 1) for line in ran.err.splitlines() if line.startswith("The redirect")
    )
    assert set(faults) == {
        f"The redirect from {path}"
        for path in ("/a/", "/b/", "/step/", "/on/", "/lost/", "/us/", "/p/*", "/q/*")
    }
    assert "round in a circle" in faults["The redirect from /a/"]
    assert "which leads elsewhere itself" in faults["The redirect from /step/"]
    assert "where nothing stands" in faults["The redirect from /lost/"]
    assert "an entry that is gone" in faults["The redirect from /us/"].replace(
        "a entry", "an entry"
    )
    assert "To mend: 8" in ran.err
    assert "The redirect from /step/" in manage("check").err


def test_a_setting_and_a_menu_that_name_what_is_gone_are_found(manage: Manage, write_site):
    def break_it():
        page = write("About", kind="page", path="/about/")
        settings.save({"front_page": page.id}, by=OPERATOR, now=NOW)
        db.session().execute(sa.text("UPDATE setting SET value = '\"01ARZ3NDEKTSV4RRFFQ69G5FAV\"'"))

    write_site(break_it)
    assert "The setting “Which page” leads to" in manage("check").err
