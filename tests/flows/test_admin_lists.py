"""Lists that follow what one types, and stay plain forms without scripts."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.accounts.roles import Role
from cms.content import editing
from cms.content.snapshot import Snapshot
from cms.web import static_files
from tests.flows.conftest import LiveSite, Window


@pytest.fixture
def teas(live_site: LiveSite) -> None:
    with db.unit_of_work(live_site.database):
        for title in ("Green zebu", "Black zebu", "Coffee"):
            editing.create_entry("post", Snapshot(title=title), by=OPERATOR, now=clock.now())
        db.commit()


@pytest.mark.usefixtures("teas")
@pytest.mark.parametrize("scripts", [True, False])
def test_a_list_is_narrowed_by_typing(
    live_site: LiveSite, open_window: Callable[..., Window], scripts: bool
) -> None:
    if scripts and not static_files.is_built("htmx"):
        pytest.skip("the admin's bundles are not built here")
    person = live_site.add_person("Ada", Role.OWNER)
    window = open_window(scripts=scripts)
    window.sign_in(person)
    window.goto("/admin/entries/?kind=post")
    page = window.page
    expect(page.get_by_role("link", name="Coffee", exact=True)).to_be_visible()
    field = page.get_by_role("searchbox")
    field.fill("zebu")
    if not scripts:
        page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row")).to_have_count(3)
    expect(page.get_by_role("link", name="Coffee", exact=True)).to_have_count(0)
    assert "q=zebu" in page.url
    if scripts:
        expect(field).to_be_focused()
