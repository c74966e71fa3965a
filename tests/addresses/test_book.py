"""The address book: every path stands in it once, and is never lost."""

import pytest

from cms import db, ids
from cms.addresses import book
from cms.errors import Rejected
from tests.content.stories import NOW, at

pytestmark = pytest.mark.usefixtures("unit")

ONE, TWO = ids.new_id(), ids.new_id()


def claim(path, target=ONE, state="current"):
    return book.claim(path, "entry", target, now=NOW, state=state)


def states(target=ONE):
    return {line.path: line.state for line in book.list_for("entry", target)}


def test_a_path_belongs_to_one():
    claim("/a/")
    for path in ("/a/", "/a"):
        with pytest.raises(Rejected, match="already stands") as refusal:
            claim(path, TWO)
        assert refusal.value.field == "path"
        assert book.is_taken(path, "entry", TWO)
        assert not book.is_taken(path, "entry", ONE)


def test_a_drafts_path_is_kept_too():
    claim("/a/", state="pending")
    with pytest.raises(Rejected):
        claim("/a/", TWO)


def test_letter_case_and_accents_make_another_path():
    claim("/a/")
    for path in ("/A/", "/ä/", "/á/"):
        claim(path, TWO)
    assert {line.path for line in book.list_for("entry", TWO)} == {"/A/", "/ä/", "/á/"}


def test_either_slash_form_is_found_the_exact_one_first():
    claim("/a/")
    assert book.find("/a").path == "/a/"
    assert book.find("/a/").path == "/a/"
    assert book.find("/b") is None


def test_who_moves_leaves_a_trace():
    claim("/a/")
    claim("/b/")
    claim("/draft/", state="pending")
    book.leave("entry", ONE, but="/b/")
    assert states() == {"/a/": "former", "/b/": "current"}


def test_what_was_public_by_the_clock_alone_leaves_a_trace_too():
    claim("/a/")
    for path in ("/scheduled/", "/never/", "/to-come/"):
        claim(path, state="pending")
    claim("/b/")
    book.leave("entry", ONE, but="/b/", once={"/scheduled/"}, kept={"/to-come/"})
    assert states() == {"/a/": "former", "/scheduled/": "former", "/to-come/": "pending",
                        "/b/": "current"}  # fmt: skip


def test_a_former_path_may_change_hands():
    claim("/a/")
    claim("/b/")
    book.leave("entry", ONE, but="/b/")
    line = claim("/a", TWO, state="pending")
    assert (line.path, line.target_id, line.state) == ("/a", TWO, "pending")
    assert states() == {"/b/": "current"}


def test_a_live_path_stays_live_when_a_draft_asks_for_it():
    claim("/a/")
    assert claim("/a/", state="pending").state == "current"


def test_a_draft_gives_up_the_paths_it_tried():
    for path in ("/one/", "/two/", "/once/", "/to-come/"):
        claim(path, state="pending")
    book.drop_pending("entry", ONE, but="/two/", once={"/once/"}, kept={"/to-come/"})
    assert states() == {"/two/": "pending", "/once/": "former", "/to-come/": "pending"}


def test_the_paths_of_what_is_gone_may_be_had_by_others():
    claim("/a/")
    book.release("entry", ONE)
    assert book.find("/a/").target_id == ONE
    assert claim("/a/", TWO).target_id == TWO


def test_the_longest_path_fits():
    path = "/" + "數" * 698 + "/"
    claim(path)
    db.session().expunge_all()
    assert book.find(path).target_id == ONE


def test_a_race_for_a_path_is_lost_in_words(monkeypatch):
    claim("/a/")
    monkeypatch.setattr(book, "find", lambda path, **options: None)
    with pytest.raises(Rejected, match="already stands"):
        claim("/a/", TWO)
    monkeypatch.undo()
    claim("/b/", TWO)
    assert at(0) == book.find("/b/").created_at


def test_a_draft_does_not_cut_off_a_redirect_but_publishing_may():
    claim("/old/", ONE, state="current")
    book.leave("entry", ONE, but="/new/", once=frozenset({"/old/"}), kept=frozenset())
    book.claim("/old/", "entry", TWO, now=NOW, state="pending", takes_former=False)
    assert book.find("/old/").target_id == ONE
    book.claim("/old/", "entry", TWO, now=NOW, state="current")
    assert book.find("/old/").target_id == TWO
