"""Typed fields of a content type, in a plain form: every kind, there and back unchanged."""

from collections.abc import Iterator
from typing import Any

import pytest

from cms import clock
from cms.accounts.permissions import OPERATOR, Person
from cms.admin import typed_fields
from cms.content import editing, profiles, terms, trash, types
from cms.content.fields import Choice, Field
from cms.content.types import ContentType
from tests.admin.conftest import Room
from tests.browsing import Browser

STEP = (
    Field("name", "text", "Step", required=True),
    Field("long", "yes_no", "Takes long"),
    Field("tools", "list", "Tools", of=(Field("tool", "text", "Tool"),)),
)
FIELDS = (
    Field("summary", "text", "In a line", help="Shown above.", most=40),
    Field("story", "markdown", "Story"),
    Field("serves", "number", "Serves", least=1, most=12),
    Field("vegan", "yes_no", "Vegan"),
    Field("season", "choice", "Season", choices=(Choice("w", "Winter"), Choice("s", "Summer"))),
    Field("tried", "date", "Tried on"),
    Field("ready", "time", "Ready by"),
    Field("colour", "colour", "Colour"),
    Field("source", "link", "From"),
    Field("next", "entry", "Next", types=("recipe",)),
    Field("kinds", "term", "Kinds", several=True),
    Field("cook", "profile", "Cook"),
    Field("picture", "media", "Picture"),
    Field("amounts", "table", "Amounts"),
    Field("oven", "group", "Oven", of=(Field("degrees", "number", "Degrees"),
                                       Field("fan", "yes_no", "Fan"))),
    Field("steps", "list", "Steps", of=STEP, most=3),
)  # fmt: skip
RECIPE = ContentType("recipe", "Recipe", "Recipes", taxonomies=("tag",), fields=FIELDS)


@pytest.fixture(autouse=True)
def recipes() -> Iterator[None]:
    with types.declared(RECIPE):
        yield


@pytest.fixture
def values(room: Room, eli: Person) -> dict[str, Any]:
    """Something in every field."""
    with room.open(write=True):
        made = [terms.create_term("tag", name, by=eli, now=clock.now()).id for name in "abc"]
        cook = profiles.create_profile("Ida", by=eli, now=clock.now()).id
    return {
        "summary": "A loaf & “more”",
        "story": "  Two\n\nparagraphs <b>here</b>\n",
        "serves": 2.5,
        "vegan": False,
        "season": "s",
        "tried": "2026-02-28",
        "ready": "18:30",
        "colour": "#8a3324",
        "source": "https://bread.example/?a=1&b=2",
        "next": room.write(eli, "Another", "recipe"),
        "kinds": [made[2], made[0]],
        "cook": cook,
        "picture": "01J00000000000000000000000",
        "amounts": [["Flour", "500 g"], ["a | b", "c\\"], ["", "x"]],
        "oven": {"degrees": 220, "fan": True},
        "steps": [
            {"_id": "01J00000000000000000000001", "name": "Mix", "long": False,
             "tools": [{"_id": "01J00000000000000000000003", "tool": "Bowl"}]},
            {"_id": "01J00000000000000000000002", "name": "Bake", "long": True},
        ],
    }  # fmt: skip


@pytest.fixture
def entry_id(room: Room, eli: Person, values: dict[str, Any]) -> str:
    return room.write(eli, "Bread", "recipe", fields=values)


def test_every_kind_goes_there_and_back_unchanged(
    browser: Browser, room: Room, eli: Person, entry_id: str, values: dict[str, Any]
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    assert browser.submit("Save").status_code == 303
    assert room.head(entry_id).fields == values
    assert room.count_revisions(entry_id) == 1


def test_an_empty_form_stores_nothing(browser: Browser, room: Room, eli: Person) -> None:
    entry_id = room.write(eli, "Nothing yet", "recipe")
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    browser.submit("Save")
    assert room.head(entry_id).fields == {}
    assert room.count_revisions(entry_id) == 1


def test_a_part_is_added_moved_and_removed(
    browser: Browser, room: Room, eli: Person, entry_id: str
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    steps = "typed-steps-"
    added = {f"{steps}2-name": "Eat", f"{steps}0-part_removed": "y", f"{steps}2-part_place": "1"}
    assert browser.submit("Save", **added).status_code == 303
    kept = room.head(entry_id).fields["steps"]
    assert [step["name"] for step in kept] == ["Eat", "Bake"]
    assert kept[1]["_id"] == "01J00000000000000000000002"


def test_a_part_that_is_sent_twice_is_added_once(
    browser: Browser, room: Room, eli: Person, entry_id: str
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    page = browser.page
    for _time in range(2):
        browser.page = page
        assert browser.submit("Save", **{"typed-steps-2-name": "Eat"}).status_code == 303
    assert room.count_revisions(entry_id) == 2


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("summary", "x" * 41, "at most 40 fit"),
        ("serves", "a few", "needs a number"),
        ("serves", "13", "is at most 12"),
        ("tried", "2026-02-30", "needs a date"),
        ("ready", "25:00", "needs a time"),
        ("colour", "red", "needs a colour"),
        ("source", "javascript:alert(1)", "needs a web address"),
        ("season", "autumn", "is not one of the choices"),
        ("picture", "nonsense", "something unknown"),
        ("oven-degrees", "hot", "needs a number"),
        ("steps-1-name", "x" * 501, "at most 500 fit"),
        ("steps-0-tools-0-tool", "x" * 501, "at most 500 fit"),
        ("story", "nul \x00", "control characters"),
        ("steps-1-name", "nul \x00", "control characters"),
    ],
)
def test_a_refusal_stands_at_the_input_it_is_about(
    browser: Browser, room: Room, eli: Person, entry_id: str, name: str, value: str, words: str
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    # An untouched part before it changes the numbering of what is stored, not of the inputs.
    wrong = {f"typed-{name}": value, "title": "Typed"}
    assert browser.submit("Save", **wrong).status_code == 422
    assert browser.page is not None
    field = next(each for each in browser.page.root.iter() if each.get("name") == f"typed-{name}")
    assert field.get("aria-invalid") == "true"
    message = next(
        each
        for each in browser.page.root.iter()
        if each.get("id") in (field.get("aria-describedby") or "").split() and each.tag == "ul"
    )
    assert words in browser.page.words(message)
    links = [link.get("href") for link in browser.page.all("a")]
    assert f"#typed-{name}" in links
    assert "Typed" in browser.page.text
    assert room.count_revisions(entry_id) == 1


def test_the_right_part_is_pointed_at_when_another_is_removed(
    browser: Browser, eli: Person, entry_id: str
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    wrong = {"typed-steps-0-part_removed": "y", "typed-steps-1-name": "x" * 501}
    assert browser.submit("Save", **wrong).status_code == 422
    assert browser.page is not None
    marked = [each.get("name") for each in browser.page.root.iter() if each.get("aria-invalid")]
    assert marked == ["typed-steps-1-name"]


def test_too_many_parts_are_refused(browser: Browser, eli: Person, entry_id: str) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    browser.submit("Save", **{"typed-steps-2-name": "Third"})
    browser.follow()
    assert browser.submit("Save", **{"typed-steps-3-name": "Fourth"}).status_code == 422
    assert "holds at most 3" in browser.text


def test_a_needed_field_is_asked_for_when_it_goes_out(
    browser: Browser, room: Room, eli: Person, entry_id: str
) -> None:
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    browser.submit("Publish…", **{"typed-steps-1-name": ""})
    browser.follow()
    assert browser.submit("Publish").status_code == 422
    assert "“Step” is needed." in browser.text
    assert room.state(entry_id) == "draft"


def test_what_is_gone_is_still_chosen(
    browser: Browser, room: Room, eli: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = room.write(eli, "Gone", "recipe")
    entry_id = room.write(eli, "Bread", "recipe", fields={"next": gone})
    with room.open(write=True):
        trash.trash(editing.get_entry(gone), by=OPERATOR, now=clock.now())
        # As of before a purge asked what becomes of the uses.
        monkeypatch.setattr("cms.content.uses.list_uses", lambda *_args, **_options: ())
        trash.purge(editing.get_entry(gone), by=OPERATOR, now=clock.now())
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    assert "(gone)" in browser.text
    browser.submit("Save", title="Changed")
    assert room.head(entry_id).fields == {"next": gone}


def test_two_people_change_different_fields_and_parts(
    browser: Browser, room: Room, eli: Person, ada: Person, entry_id: str
) -> None:
    other = Browser(browser.app).sign_in(ada)
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    other.get(f"/admin/entries/{entry_id}")
    browser.submit("Save", **{"typed-summary": "Eli’s", "typed-steps-0-name": "Stir"})
    mine = {"typed-serves": "4", "typed-steps-1-name": "Burn"}
    assert other.submit("Save", **mine).status_code == 303
    fields = room.head(entry_id).fields
    assert (fields["summary"], fields["serves"]) == ("Eli’s", 4)
    assert [step["name"] for step in fields["steps"]] == ["Stir", "Burn"]


@pytest.mark.parametrize(("choice", "kept"), [("mine", "Ada’s"), ("theirs", "Eli’s")])
def test_two_people_change_the_same_part(
    browser: Browser, room: Room, eli: Person, ada: Person, entry_id: str, choice: str, kept: str
) -> None:
    other = Browser(browser.app).sign_in(ada)
    browser.sign_in(eli).get(f"/admin/entries/{entry_id}")
    other.get(f"/admin/entries/{entry_id}")
    browser.submit("Save", **{"typed-steps-0-name": "Eli’s", "typed-serves": "3"})
    assert other.submit("Save", **{"typed-steps-0-name": "Ada’s"}).status_code == 409
    name = "field-fields.steps[01J00000000000000000000001].name"
    answer = other.submit("Save these choices", act="choose", **{name: choice})
    assert answer.status_code == 303
    fields = room.head(entry_id).fields
    assert fields["steps"][0]["name"] == kept
    assert fields["serves"] == 3


@pytest.mark.parametrize(
    "row", [["a", "b"], ["a|b", "c\\"], ["\\|", "x"], ["", "", ""], ["|", ""], ["C:\\x", "d"]]
)
def test_a_cell_may_hold_a_bar(row: list[str]) -> None:
    field = (Field("t", "table", "T"),)
    shown = typed_fields.to_form(field, {"t": [row]})
    assert typed_fields.from_form(field, shown, {})["t"] == [row]
