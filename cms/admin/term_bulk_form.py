"""What can be done with many terms at once, and what each act asks for."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import request, url_for
from wtforms import IntegerField, RadioField, StringField
from wtforms.validators import Length, Optional

from cms import ids
from cms.admin import entry_selection, term_naming
from cms.content import term_lists, types
from cms.content.term_lists import Filter
from cms.content.term_removal import After
from cms.content.types import Taxonomy
from cms.errors import NotFound, Rejected
from cms.i18n import LazyText, ngettext
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web.forms import CarafeForm, choices

MOST_CHOSEN = 500  # by hand
MANY = 20  # terms; who deletes more types how many
AFTER: dict[After, LazyText] = {
    After.GONE: __("Say that it is gone (410); links to it become plain words"),
    After.PARENT: __("Lead to the one above, and links too"),
    After.OTHER: __("Lead to another one, and links too"),
}


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done with many terms."""

    name: str
    label: LazyText
    icon: str
    done: Callable[[int], str]
    danger: bool = False
    is_first: bool = True

    def words_for(self, count: int) -> str:
        """What was done, as a sentence."""
        return f"{self.done(count)}." if count else _("Nothing was changed.")


ACTS = {
    act.name: act
    for act in (
        Act("merge", __("Merge into one…"), "merge",
            lambda n: ngettext("Merged {n} into another", "Merged {n} into another", n)),
        Act("move", __("Move below…"), "indent", lambda n: ngettext("Moved {n}", "Moved {n}", n)),
        Act("delete", __("Delete…"), "trash",
            lambda n: ngettext("Deleted {n}", "Deleted {n}", n), danger=True),
    )
}  # fmt: skip


class BulkForm(CarafeForm):
    """What an act on terms asks for; what it does not ask for is taken out."""

    after = RadioField(__("What the old addresses do"), default=After.GONE.value)
    target = StringField(__("Its name or address"), [Length(max=700)])
    count = IntegerField(__("Type how many go"), [Optional()])


@dataclass(frozen=True, slots=True)
class Selection:
    """Terms of a list; `query` is the list's, as it stands in its address."""

    query: str
    ids: tuple[str, ...]
    is_all: bool

    @property
    def kind(self) -> Taxonomy:
        """What the list shows; raises NotFound."""
        return types.get_taxonomy(entry_selection.parsed(self.query).get("taxonomy", "tag"))

    @property
    def filter(self) -> Filter:
        """The filter that the list's query stands for."""
        query = entry_selection.parsed(self.query)
        only = query.get("only", "")
        return Filter(
            self.kind.name,
            words=query.get("q", ""),
            only=only if only in term_lists.ONLY else "",
        )

    @property
    def pairs(self) -> list[tuple[str, str]]:
        """What a form sends along to name the same selection again."""
        chosen = [("all", "1")] if self.is_all else [("id", each) for each in self.ids]
        return [("list", self.query), *chosen]

    def find(self) -> list[str]:
        """The ids of the terms."""
        return term_lists.list_ids(self.filter) if self.is_all else list(self.ids)

    def list_href(self) -> str:
        """Back to the list, just as it was."""
        return f"{url_for('admin.terms_index')}?{self.query}"

    def act_href(self, act: str) -> str:
        """Where an act on this selection asks for what it needs."""
        return f"{url_for('admin.terms_bulk_new', act=act)}?{urlencode(self.pairs)}"


def of_request() -> Selection:
    """The selection that a form or an address names; what is no id is left out."""
    given = request.values
    chosen = dict.fromkeys(each for each in given.getlist("id") if ids.is_id(each))
    query = entry_selection.tidy_query(given.get("list", ""))
    return Selection(query, tuple(chosen)[:MOST_CHOSEN], bool(given.get("all")))


def bar(kind: Taxonomy, query: str, total: int) -> dict[str, Any]:
    """The bar for what is selected in a list (see admin/entries/bulk_bar.html)."""
    tidy = entry_selection.tidy_query(query) or f"taxonomy={kind.name}"
    acts = [act for act in ACTS.values() if act.name != "move" or kind.nested]
    return {"action": url_for("admin.terms_bulk"), "query": tidy, "acts": acts, "total": total}


def get_act(name: str) -> Act:
    """The act of this name; raises NotFound."""
    if name not in ACTS:
        raise NotFound
    return ACTS[name]


def prepare(form: BulkForm, act: Act, kind: Taxonomy, count: int) -> None:
    """Take out what the act does not ask for, and fill in what can be chosen."""
    if act.name != "delete":
        del form.after
    else:
        offered = [each for each in After if each is not After.PARENT or kind.nested]
        form.after.choices = choices([(each.value, str(AFTER[each])) for each in offered])
    if act.name != "delete" or count <= MANY:
        del form.count
    labels = {
        "merge": (_("Merge into"), _("The name or address of the one that stays.")),
        "move": (_("Below"), _("Its name or address; empty: at the top.")),
        "delete": (_("Another one"), _("Its name or address, where the old ones lead to another.")),
    }
    form.target.label.text, form.target.description = labels[act.name]


def read(form: BulkForm, act: Act, kind: Taxonomy, count: int) -> dict[str, Any]:
    """What was typed, as plain values for the act; raises Rejected."""
    if "count" in form and form.count.data != count:
        raise Rejected(ngettext("Type {n} to go on.", "Type {n} to go on.", count), field="count")
    typed = form.target.data or ""
    after = After(form.after.data) if act.name == "delete" else None
    target = None
    if act.name != "delete" or after is After.OTHER:
        target = term_naming.find(typed, kind, field="target")
        if target is None and act.name != "move":
            raise Rejected(_("Name the one that stays."), field="target")
    values: dict[str, Any] = {"target_id": target.id if target else None}
    return values if after is None else {**values, "after": after.value}
