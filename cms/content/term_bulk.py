"""One act on many terms: each by the rules for one, so some may be left as they are."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from cms import db
from cms.accounts.permissions import Person
from cms.content import joining_terms, term_places, term_removal, terms
from cms.content.bulk import Outcome, Refused
from cms.content.models import Term
from cms.content.term_removal import After
from cms.errors import CmsError

# What an act needs besides the terms: plain data, as a job keeps it.
Values = Mapping[str, Any]


def carry_out(
    act: str, term_ids: Sequence[str], values: Values, *, by: Person, now: datetime
) -> Outcome:
    """Do this to each of these terms, all of one or nothing; part of an act of the caller's."""
    done, refused = 0, []
    for term_id in term_ids:
        term = terms.find_terms([term_id]).get(term_id)
        if term is None or term_id == values.get("target_id"):
            continue  # It went with another one, or is the one that stays.
        name = term.name
        try:
            with db.session().begin_nested():
                ACTS[act](term, values, by, now)
        except CmsError as refusal:
            refused.append(Refused(term_id, name, refusal.message))
            continue
        done += 1
    return Outcome(done, tuple(refused))


def _merge(term: Term, values: Values, by: Person, now: datetime) -> None:
    joining_terms.join(term, terms.get_term(values["target_id"]), by=by, now=now)


def _delete(term: Term, values: Values, by: Person, now: datetime) -> None:
    after = After(values["after"])
    if after is After.PARENT and term.parent_id is None:
        after = After.GONE
    other = terms.get_term(values["target_id"]) if after is After.OTHER else None
    term_removal.delete_term(term, after=after, other=other, by=by, now=now)


def _move(term: Term, values: Values, by: Person, now: datetime) -> None:
    term_places.move(term, parent_id=values["target_id"], by=by, now=now)


ACTS: dict[str, Callable[[Term, Values, Person, datetime], None]] = {
    "merge": _merge,
    "delete": _delete,
    "move": _move,
}
