"""The pieces that admin and sign-in pages are made of, drawn without a site."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask, render_template_string
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.datastructures import MultiDict
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    RadioField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    validators,
)
from wtforms.fields.choices import SelectChoice

from cms import i18n
from cms.merging import diff
from cms.web import display, static_files, templating

CMS = Path(i18n.__file__).parent
FOLDERS = [CMS / door / "templates" for door in ("web", "auth", "admin")]
TEMPLATES = sorted(
    str(path.relative_to(folder)) for folder in FOLDERS for path in folder.rglob("*.html")
)

FIELD = '{{% from "web/pieces/field.html" import field, errors %}}{{{{ {} }}}}'


class PieceForm(Form):
    title = StringField(
        "Title", [validators.DataRequired("Give it a title.")], description="Shown in lists."
    )
    excerpt = TextAreaField("Excerpt")
    pinned = BooleanField("Pinned")
    access = RadioField(
        "Access", choices=[SelectChoice("public", "Everyone"), SelectChoice("staff", "Us")]
    )
    categories = SelectMultipleField(
        "Categories", choices=[SelectChoice("a", "Walks"), SelectChoice("b", "Boats")]
    )
    tags = StringField("Tags")


class LineForm(Form):
    label = StringField("Label", [validators.DataRequired("Name the line.")])


class ListForm(Form):
    lines = FieldList(FormField(LineForm), "Lines")


@pytest.fixture
def draw():
    """Draw a template's words with the pieces of the fields, notices and lists at hand."""
    app = Flask("pieces", static_folder=str(CMS.parent / "static"))
    app.jinja_options = templating.OPTIONS
    app.jinja_loader = ChoiceLoader([FileSystemLoader(folder) for folder in FOLDERS])
    display.install(app)
    app.jinja_env.globals.update(
        _=i18n.gettext,
        ngettext=i18n.ngettext,
        csrf_token=lambda: "a token",
        static_url=static_files.static_url,
    )

    def drawn(source: str, **context: object) -> str:
        with app.test_request_context("/"):
            return render_template_string(source, **context)

    drawn.app = app
    return drawn


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_template_compiles(draw, name):
    assert draw.app.jinja_env.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_template_holds_inline_script_or_style(name):
    source = next(folder / name for folder in FOLDERS if (folder / name).exists()).read_text()
    assert " style=" not in source
    assert " onclick=" not in source
    assert "|safe" not in source
    assert "<style" not in source


def test_a_field_has_its_label_and_hint(draw):
    html = draw(
        '{% from "web/pieces/field.html" import field %}{{ field(f.title) }}', f=PieceForm()
    )
    assert '<label class="field-label" for="title">Title</label>' in html
    assert 'aria-describedby="title-hint"' in html
    assert '<p class="field-hint" id="title-hint">Shown in lists.</p>' in html


def test_a_wrong_field_says_so_to_everyone(draw):
    form = PieceForm(MultiDict({"title": ""}))
    form.validate()
    html = draw(FIELD.format("field(f.title)"), f=form)
    assert 'aria-invalid="true"' in html
    assert 'aria-describedby="title-hint title-error"' in html
    assert 'id="title-error"' in html


def test_all_errors_stand_at_the_top_with_links(draw):
    form = PieceForm(MultiDict({"title": "", "access": "nobody"}))
    form.validate()
    form.form_errors.append("Not today.")
    html = draw(FIELD.format("errors(f)"), f=form)
    assert '<a href="#title">Title: Give it a title.</a>' in html
    assert '<a href="#access-group">' in html
    assert "<li>Not today.</li>" in html


def test_errors_of_lines_are_listed_too(draw):
    form = ListForm(MultiDict({"lines-0-label": ""}))
    form.validate()
    html = draw(FIELD.format("errors(f)"), f=form)
    assert '<a href="#lines-0-label">Label: Name the line.</a>' in html


def test_an_absent_field_draws_nothing(draw):
    source = '{% from "web/pieces/field.html" import optional %}{{ optional(f, "parent") }}'
    assert draw(source, f=PieceForm()) == ""


def test_yes_or_no_is_a_switch(draw):
    html = draw(
        '{% from "web/pieces/field.html" import field %}{{ field(f.pinned) }}', f=PieceForm()
    )
    assert 'role="switch"' in html
    assert '<label class="switch" for="pinned">' in html


def test_chosen_boxes_of_a_tree_are_checked(draw):
    leaf = SimpleNamespace(value="b", label="Boats", children=[])
    top = SimpleNamespace(value="a", label="Walks", children=[leaf])
    html = draw(
        '{% from "web/pieces/field.html" import tree_field %}{{ tree_field(f.categories, nodes) }}',
        f=PieceForm(data={"categories": ["b"]}),
        nodes=[top],
    )
    assert 'value="b" checked' in html
    assert 'value="a" checked' not in html


def test_what_people_wrote_is_escaped(draw):
    html = draw(
        '{% from "web/pieces/field.html" import tag_field %}{{ tag_field(f.tags, ["<b>"]) }}',
        f=PieceForm(data={"tags": '"><script>'}),
    )
    assert "<script>" not in html
    assert "<b>" not in html


def test_a_button_that_acts_is_a_form_with_the_token(draw):
    html = draw(
        '{% from "web/pieces/button.html" import post_button %}'
        '{{ post_button("Restore", "/restore", fields={"id": "7"}) }}'
    )
    assert '<form method="post" action="/restore"' in html
    assert 'name="csrf_token" value="a token"' in html
    assert 'name="id" value="7"' in html


def test_a_difference_leaves_out_what_is_far_from_any_change(draw):
    before = "One.\n\nTwo.\n\nThree.\n\nFour.\n\nFive."
    after = before.replace("Five", "Six")
    source = '{% from "web/pieces/diff.html" import diff %}{{ diff(blocks, whole) }}'
    blocks = diff.diff_text(before, after)
    near = draw(source, blocks=blocks, whole=False)
    assert "One." not in near
    assert "3 paragraphs without a change" in near
    assert "<del>" in near
    assert "One." in draw(source, blocks=blocks, whole=True)


def test_a_state_is_told_in_a_word(draw):
    html = draw('{% from "web/pieces/status.html" import status %}{{ status("scheduled") }}')
    assert "Scheduled" in html
    assert "<svg" in html
