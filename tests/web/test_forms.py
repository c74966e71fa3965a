"""Forms: tidy text, impossible letters, and one way to say what is wrong."""

import pytest
from flask import Flask
from wtforms import FieldList, FormField, PasswordField, StringField, TextAreaField
from wtforms.validators import InputRequired

from cms.errors import Rejected
from cms.web.forms import CarafeForm, is_clean


@pytest.fixture
def dialect() -> str:
    """Forms are the same on every database."""
    return "sqlite"


class Inner(CarafeForm):
    name = StringField("Name")


class Tea(CarafeForm):
    title = StringField("Title", [InputRequired("Name the tea.")])
    source = TextAreaField("Source")
    password = PasswordField("Password")
    rows = FieldList(FormField(Inner), "Rows")


def _form(app: Flask, **data: str) -> Tea:
    with app.test_request_context("/", method="POST", data=data):
        app.config["WTF_CSRF_ENABLED"] = False
        return Tea.from_request()


def test_lines_lose_their_spaces_and_texts_their_carriage_returns(app: Flask) -> None:
    form = _form(app, title="  Oolong \r\n", source=" a\r\nb\rc \n", password=" x ")
    assert form.ok
    assert form.title.data == "Oolong"
    assert form.source.data == " a\nb\nc \n"
    assert form.password.data == " x "


@pytest.mark.parametrize("letter", ["\x00", "\x07", "\x1b", "\x7f", "\ud800", "\ufffe"])
def test_letters_that_cannot_be_kept_are_refused(letter: str) -> None:
    assert not is_clean(f"a{letter}b")


@pytest.mark.parametrize("text", ["a\tb\nc\r\n", "ñ", "🍵", "数据库", "\u200d", "\ufffd"])
def test_other_letters_are_fine(text: str) -> None:
    assert is_clean(text)


def test_a_control_letter_is_marked_and_the_rest_kept(app: Flask) -> None:
    form = _form(app, title="Oolong", source="words\x00 and words")
    assert not form.ok
    assert form.source.data == "words\ufffd and words"
    assert form.title.data == "Oolong"


def test_inner_forms_are_checked_too(app: Flask) -> None:
    form = _form(app, title="Oolong", **{"rows-0-name": "a\x00"})
    assert not form.ok


def test_a_refusal_stands_beside_its_field(app: Flask) -> None:
    form = _form(app, title="Oolong")
    form.show(Rejected("There is one already.", field="title"))
    form.show(Rejected("Not today."))
    assert form.title.errors == ["There is one already."]
    assert form.form_errors == ["Not today."]
    assert not form.ok


def test_an_act_without_a_page_raises_the_first_fault(app: Flask) -> None:
    with pytest.raises(Rejected, match="Name the tea") as refusal:
        _form(app, title="").ensure_readable()
    assert refusal.value.field == "title"
