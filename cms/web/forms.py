"""Forms: what every form of ours reads and refuses, so that no view has to think of it.

Line ends become LF, single lines lose the spaces around them, and letters that no database or
feed can hold are refused with words while all that was typed stays in the form.
"""

from collections.abc import Iterable
from typing import Any, Self

from flask_wtf import FlaskForm
from wtforms import (
    Field,
    FileField,
    FormField,
    PasswordField,
    StringField,
    TextAreaField,
    fields,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.fields.core import UnboundField

from cms import i18n, text
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __

MAX_WORDS = 200  # characters that a list is searched for
_ALLOWED_CONTROLS = "\t\n\r"


class CarafeForm(FlaskForm):  # type: ignore[misc]
    """A form with the token, tidy text, and one way to say what is wrong."""

    class Meta(FlaskForm.Meta):  # type: ignore[misc]
        """How fields are bound: text fields get the filters that fit them."""

        @property
        def locales(self) -> list[str]:
            """WTForms' own messages come in the language of the moment."""
            return [i18n.current_language().replace("-", "_")]

        def bind_field(self, form: Any, unbound_field: "UnboundField[Any]", options: Any) -> Field:
            """Bind a field with the text filters of its kind."""
            # Ours come first, so that a field's own filter meets tidy text.
            filters = [*_filters(unbound_field), *unbound_field.kwargs.get("filters", ())]
            # Fields that hold other fields take no filters at all.
            extra = {"filters": filters} if filters else {}
            bound: Field = unbound_field.bind(form=form, **{**options, **extra})
            return bound

    @classmethod
    def from_request(cls, **kwargs: Any) -> Self:
        """The form as it was sent, already checked: look at `ok` or `errors`."""
        form = cls(**kwargs)
        if form.is_submitted():
            form.validate()
        return form

    @property
    def ok(self) -> bool:
        """Whether everything in it could be read."""
        return not self.errors

    def validate(self, extra_validators: Any = None) -> bool:
        """Check each field, and that its text can be kept at all."""
        readable = super().validate(extra_validators)
        for field in _all_fields(self):
            if _is_broken(field):
                field.errors = [*field.errors, _broken_text()]
                # Shown as a mark, so that the person sees what to remove.
                field.data = with_marks(field.data)
                readable = False
        gather_errors(self)
        return bool(readable)

    def ensure_readable(self) -> None:
        """Pass, or raise Rejected with the first thing that is wrong (acts without a page)."""
        for field in _all_fields(self):
            for message in field.errors:
                raise Rejected(str(message), field=field.name)
        for message in self.form_errors:
            raise Rejected(str(message))

    def show(self, refusal: Rejected, **renamed: str) -> None:
        """Put a rule's refusal beside the field that it names, or above the form.

        `renamed` says which input holds what the rule knows by another name: until="until_at".
        """
        name = renamed.get(refusal.field or "", refusal.field)
        field = self._fields.get(name) if name else None
        if field is None:
            self.form_errors: list[str] = [*self.form_errors, refusal.message]
        else:
            field.errors = [*field.errors, refusal.message]


class ListForm(CarafeForm):
    """What a list is narrowed to; it stands in the address."""

    class Meta(CarafeForm.Meta):
        """A form that only reads needs no token."""

        csrf = False

    q = StringField(__("Search"), filters=[lambda typed: tidied(typed)])

    @property
    def words(self) -> str:
        """What is searched for."""
        return self.q.data or ""


def gather_errors(form: Any) -> None:
    """Let lists of fields know of errors that their fields got after they were checked."""
    for field in form:
        if isinstance(field, FormField | FieldList):
            gather_errors(field)
        if isinstance(field, FieldList) and any(entry.errors for entry in field.entries):
            own = [error for error in field.errors if isinstance(error, str)]
            field.errors = [*own, *(entry.errors for entry in field.entries)]


def choices(pairs: Iterable[tuple[str, str]], *, group: str | None = None) -> list[SelectChoice]:
    """Values and their labels for a select, perhaps under a common heading."""
    return [SelectChoice(value, label, optgroup=group) for value, label in pairs]


class FieldList(fields.FieldList):  # type: ignore[type-arg]
    """A repeated field whose parts are numbered in plain digits; other names are no parts."""

    def _extract_indices(self, prefix: str, formdata: Any) -> Any:
        # WTForms takes “²” for a digit and then fails to read it.
        plain = (key for key in formdata if key.isascii())
        return super()._extract_indices(prefix, plain)  # type: ignore[misc]


def is_clean(text: str) -> bool:
    """Whether text holds no control letters, NUL or half characters."""
    return not any(_is_impossible(letter) for letter in text)


def with_marks(value: Any) -> Any:
    """Text with a replacement mark for every letter that cannot be kept."""
    if not isinstance(value, str):
        return value
    return "".join("\ufffd" if _is_impossible(letter) else letter for letter in value)


def to_lf(value: Any) -> Any:
    """Text with the line ends that the source is kept with."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def strip(value: Any) -> Any:
    """Text without the spaces around it."""
    return value.strip() if isinstance(value, str) else value


def tidied(typed: Any) -> str:
    """What is searched for, without controls and cut to a length that makes sense."""
    return text.without_controls(str(typed or "")).strip()[:MAX_WORDS]


def _is_impossible(letter: str) -> bool:
    if letter < " ":
        return letter not in _ALLOWED_CONTROLS
    return letter == "\x7f" or "\ud800" <= letter <= "\udfff" or letter in "\ufffe\uffff"


def _filters(unbound: "UnboundField[Any]") -> list[Any]:
    kind = unbound.field_class
    if not issubclass(kind, StringField) or issubclass(kind, PasswordField):
        return []
    return [to_lf] if issubclass(kind, TextAreaField) else [to_lf, strip]


def _all_fields(form: Any) -> list[Field]:
    fields: list[Field] = []
    for field in form:
        inner = isinstance(field, FormField | FieldList)
        fields += _all_fields(field) if inner else [field]
    return fields


def _is_broken(field: Field) -> bool:
    if isinstance(field, FileField):
        return False
    return any(isinstance(text, str) and not is_clean(text) for text in field.raw_data or ())


def _broken_text() -> str:
    return _("This text holds control characters, marked �. Remove them.")
