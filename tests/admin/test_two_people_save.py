"""Two people save the same entry: what can be joined is joined, the rest is theirs to choose."""

from typing import Any

import pytest
from flask import Flask

from cms.accounts.permissions import Person
from tests.admin.conftest import Room
from tests.browsing import Browser

TEXT = (
    "The kettle is on the stove and it sings.\n\n"
    "We wait for a while, looking at the light.\n\n"
    "Then the tea is poured into two cups.\n"
)


@pytest.fixture
def entry_id(room: Room, ada: Person) -> str:
    return room.write(ada, "Tea", source=TEXT)


@pytest.fixture
def first(app: Flask, eli: Person, entry_id: str) -> Browser:
    """Eli has the entry open."""
    browser = Browser(app).sign_in(eli)
    browser.get(f"/admin/entries/{entry_id}")
    return browser


@pytest.fixture
def second(app: Flask, ada: Person, entry_id: str) -> Browser:
    """Ada has it open too."""
    browser = Browser(app).sign_in(ada)
    browser.get(f"/admin/entries/{entry_id}")
    return browser


def _save(browser: Browser, **fields: Any) -> int:
    return browser.submit("Save", **fields).status_code


def _collide(first: Browser, second: Browser, **more: Any) -> None:
    """Both change the second paragraph."""
    assert _save(first, source=TEXT.replace("a while", "an hour"), **more) == 303
    assert _save(second, source=TEXT.replace("a while", "two minutes")) == 409
    assert second.heading == "Someone changed the same words"


def test_different_paragraphs_are_joined_with_a_note(
    first: Browser, second: Browser, room: Room, entry_id: str
) -> None:
    assert _save(first, source=TEXT.replace("sings", "whistles")) == 303
    assert _save(second, source=TEXT.replace("two cups", "three cups")) == 303
    second.follow()
    assert "Saved, joined with what Eli wrote." in second.text
    source = room.head(entry_id).source
    assert "whistles" in source
    assert "three cups" in source
    assert room.head(entry_id).merged_id is not None


def test_different_fields_are_joined(
    first: Browser, second: Browser, room: Room, entry_id: str
) -> None:
    _save(first, title="Green tea", tags="tea, light", seo_title="All about tea")
    _save(second, excerpt="Short.", tags="cups", seo_description="Cups and pots")
    head = room.head(entry_id)
    assert (head.title, head.excerpt) == ("Green tea", "Short.")
    assert len(head.term_ids) == 3
    assert head.seo == {"title": "All about tea", "description": "Cups and pots"}


def test_the_same_sentence_shows_both_texts(first: Browser, second: Browser) -> None:
    _collide(first, second)
    assert "for two minutes" in second.text
    assert "for an hour" in second.text
    assert "Eli saved this while you were writing" in second.text


@pytest.mark.parametrize(
    ("choice", "there", "gone"),
    [
        ("mine", ["two minutes"], ["an hour"]),
        ("theirs", ["an hour"], ["two minutes"]),
        ("both", ["two minutes", "an hour"], []),
        ("nonsense", ["two minutes"], ["an hour"]),
    ],
)
def test_the_person_chooses(
    first: Browser, second: Browser, room: Room, entry_id: str,
    choice: str, there: list[str], gone: list[str],
) -> None:  # fmt: skip
    _collide(first, second)
    second.submit("Save these choices", act="choose", **{"choice-0": choice})
    source = room.head(entry_id).source
    assert all(words in source for words in [*there, "sings", "two cups"])
    assert not any(words in source for words in gone)
    assert source.count("kettle") == 1


def test_the_joined_text_is_edited_by_hand_and_their_fields_stay(
    first: Browser, second: Browser, room: Room, entry_id: str
) -> None:
    _collide(first, second, tags="water", excerpt="By Eli.")
    second.submit("Save this text", act="text", source="Quite another text.\n")
    head = room.head(entry_id)
    assert head.source == "Quite another text.\n"
    assert head.excerpt == "By Eli."
    assert len(head.term_ids) == 1


def test_both_states_stay_in_the_history(
    first: Browser, second: Browser, room: Room, entry_id: str
) -> None:
    _collide(first, second)
    second.submit("Save these choices", act="choose", **{"choice-0": "mine"})
    second.get(f"/admin/entries/{entry_id}/revisions/")
    assert room.count_revisions(entry_id) == 3


def test_a_third_save_meanwhile_asks_once_more(
    first: Browser, second: Browser, room: Room, entry_id: str
) -> None:
    _collide(first, second)
    first.follow()
    _save(first, source=TEXT.replace("a while", "a whole day"))
    assert second.submit("Save these choices", act="choose").status_code == 409
    assert "a whole day" in second.text
    assert "two minutes" in second.text
    assert second.submit("Save these choices", act="choose").status_code == 303
    assert "two minutes" in room.head(entry_id).source


def test_a_third_save_elsewhere_is_joined(
    first: Browser, second: Browser, room: Room, entry_id: str
) -> None:
    _collide(first, second)
    first.follow()
    _save(first, source=TEXT.replace("a while", "an hour").replace("sings", "hums"))
    assert second.submit("Save these choices", act="choose").status_code == 303
    source = room.head(entry_id).source
    assert "hums" in source
    assert "two minutes" in source


def test_a_choice_of_theirs_outlives_a_third_save(
    first: Browser, second: Browser, room: Room, entry_id: str
) -> None:
    _save(first, title="Eli’s tea", source=TEXT.replace("a while", "an hour"))
    assert _save(second, title="Ada’s tea", source=TEXT.replace("a while", "a bit")) == 409
    first.follow()
    _save(first, source=TEXT.replace("a while", "a day"))
    choice = {"field-title": "theirs", "choice-0": "mine"}
    assert second.submit("Save these choices", act="choose", **choice).status_code == 409
    assert second.submit("Save these choices", act="choose").status_code == 303
    assert room.head(entry_id).title == "Eli’s tea"
    assert "a bit" in room.head(entry_id).source


@pytest.mark.parametrize(
    ("field", "theirs", "mine", "stored"),
    [
        ("title", "Eli’s", "Ada’s", "title"),
        ("excerpt", "By Eli", "By Ada", "excerpt"),
        ("path", "/eli/", "/ada/", "path"),
    ],
)
@pytest.mark.parametrize("choice", ["mine", "theirs"])
def test_fields_collide_too(
    first: Browser, second: Browser, room: Room, entry_id: str,
    field: str, theirs: str, mine: str, stored: str, choice: str,
) -> None:  # fmt: skip
    assert _save(first, **{field: theirs}) == 303
    assert _save(second, **{field: mine}) == 409
    assert theirs in second.text
    assert mine in second.text
    answer = second.submit("Save these choices", act="choose", **{f"field-{stored}": choice})
    assert answer.status_code == 303
    assert getattr(room.head(entry_id), stored) == (mine if choice == "mine" else theirs)


def test_settings_for_search_engines_collide_one_by_one(
    first: Browser, second: Browser, room: Room, entry_id: str
) -> None:
    _save(first, seo_title="Eli", seo_description="By Eli")
    assert _save(second, seo_title="Ada") == 409
    second.submit("Save these choices", act="choose", **{"field-seo.title": "theirs"})
    assert room.head(entry_id).seo == {"title": "Eli", "description": "By Eli"}


def test_an_untouched_address_does_not_undo_the_new_one(
    first: Browser, second: Browser, room: Room, entry_id: str, ada: Person
) -> None:
    room.publish(entry_id, ada)
    second.get(f"/admin/entries/{entry_id}")
    first.get(f"/admin/entries/{entry_id}")
    assert _save(first, path="/green-tea/") == 303
    room.publish(entry_id, ada)
    assert _save(second, excerpt="Short.") == 303
    assert room.head(entry_id).path == "/green-tea/"


def test_an_untouched_place_in_the_tree_does_not_move_a_page_back(
    app: Flask, room: Room, ada: Person, eli: Person
) -> None:
    above = room.write(ada, "Above", "page")
    page = room.write(ada, "Below", "page")
    first, second = Browser(app).sign_in(eli), Browser(app).sign_in(ada)
    first.get(f"/admin/entries/{page}")
    second.get(f"/admin/entries/{page}")
    assert _save(first, parent=above) == 303
    assert _save(second, excerpt="Short.") == 303
    assert room.entry(page).parent_id == above


def test_a_form_sent_twice_saves_once(second: Browser, room: Room, entry_id: str) -> None:
    page = second.page
    fields = {"title": "Once", "access": "password", "password": "open sesame, please",
              "tags": "new, newer", "path": "/Once upon%20a"}  # fmt: skip
    assert _save(second, **fields) == 303
    second.page = page
    assert _save(second, **fields) == 303
    assert room.count_revisions(entry_id) == 2


def test_one_person_in_two_windows_is_asked_as_well(
    app: Flask, ada: Person, second: Browser, entry_id: str
) -> None:
    other = Browser(app).sign_in(ada)
    other.get(f"/admin/entries/{entry_id}")
    _save(other, title="Here")
    assert _save(second, title="There") == 409
    assert second.heading == "You changed the same words twice"


def test_a_base_of_another_entry_is_not_found(
    second: Browser, room: Room, ada: Person, entry_id: str
) -> None:
    elsewhere = room.write(ada, "Another")
    assert _save(second, based_on=room.head(elsewhere).id) == 404
    assert room.count_revisions(entry_id) == 1
