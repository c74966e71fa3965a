"""The sample site, and the synthetic one."""

import pytest
import sqlalchemy as sa

from cms import clock, db
from cms.accounts.permissions import OPERATOR
from cms.addresses import book
from cms.content import intervals, revisions
from cms.content.models import Entry, Publication, Reference
from cms.samples import removal
from tests.cli.conftest import Manage


def count(model: type[db.Base]) -> int:
    """How many rows there are."""
    return db.session().scalar(sa.select(sa.func.count()).select_from(model)) or 0


@pytest.mark.usefixtures("site")
def test_a_second_seed_changes_nothing(manage: Manage) -> None:
    assert "Filled the site" in manage("seed").out
    before = count(Entry)
    assert "has content already" in manage("seed").out
    assert manage("seed", "--if-empty").out == ""
    assert count(Entry) == before > 10


@pytest.mark.usefixtures("site")
def test_a_site_that_was_emptied_is_filled_only_when_asked(manage: Manage) -> None:
    manage("seed")
    with db.unit_of_work(db.database()):
        removal.remove(by=OPERATOR, now=clock.now())
        db.commit()
    assert manage("seed", "--if-empty").out == ""
    assert "Filled the site" in manage("seed").out, "somebody asked for it"


@pytest.mark.usefixtures("site")
def test_the_sample_shows_every_state(manage: Manage) -> None:
    manage("seed")
    now = clock.now()
    entries = db.session().scalars(sa.select(Entry)).all()
    states = {intervals.state_of(entry, now=now).status for entry in entries}
    assert {"draft", "scheduled", "published"} <= states


@pytest.mark.usefixtures("site")
def test_the_guide_has_its_chapters_in_order(manage: Manage) -> None:
    manage("seed")
    guide = book.find("/guide/")
    assert guide is not None
    query = sa.select(Entry).where(Entry.parent_id == guide.target_id).order_by(Entry.position)
    titles = [revisions.get_head(entry).title for entry in db.session().scalars(query)]
    assert titles == ["Writing", "Publishing", "Blocks"]


@pytest.mark.usefixtures("site")
def test_links_of_the_sample_lead_by_identity(manage: Manage) -> None:
    manage("seed")
    assert count(Reference) > 0
    assert manage("check").code == 0


@pytest.mark.usefixtures("site")
def test_synthetic_posts_are_filled_up_to_the_number(manage: Manage) -> None:
    assert "Made 3 synthetic posts" in manage("seed", "--size", "3").out
    assert "Made 2 synthetic posts" in manage("seed", "--size", "5").out
    assert count(Publication) == 5
