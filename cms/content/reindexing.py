"""What is found by the names of its terms and authors is indexed anew when those change.

A few at once, within the act; the rest in errands right behind its commit, so that renaming a tag
of ten thousand posts takes no longer than that of ten.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cms import db
from cms.content import publications
from cms.content.models import Publication, PublicationByline, PublicationTerm
from cms.outbox import delivery, posting

KIND = "reindex"
AT_ONCE = 100  # publications, in the act itself and in each errand


def of_terms(term_ids: Collection[str], *, now: datetime) -> None:
    """Index what carries any of these terms, and can be found now or will be."""
    carried = PublicationTerm.term_id.in_(term_ids)
    _renew(sa.select(PublicationTerm.publication_id).where(carried), now)


def of_profiles(profile_ids: Collection[str], *, now: datetime) -> None:
    """Index what any of these people signed, and can be found now or will be."""
    named = PublicationByline.profile_id.in_(profile_ids)
    _renew(sa.select(PublicationByline.publication_id).where(named), now)


def list_of_term(term_id: str, *, now: datetime) -> list[str]:
    """The publications that carry a term, and can be found now or will be; the newest first."""
    carried = sa.select(PublicationTerm.publication_id).where(PublicationTerm.term_id == term_id)
    return _find(carried, now)


def of_publications(publication_ids: Sequence[str], *, now: datetime) -> None:
    """Index these publications: the first at once, the others right after the commit."""
    db.session().flush()
    wanted = sa.select(Publication).where(Publication.id.in_(publication_ids[:AT_ONCE]))
    for publication in db.session().scalars(wanted).all():
        publications.index(publication)
    for first in range(AT_ONCE, len(publication_ids), AT_ONCE):
        posting.post(KIND, {"publications": publication_ids[first : first + AT_ONCE]}, now=now)


@delivery.handles(KIND)
def run(task: delivery.Task) -> None:
    """Index the publications of an errand; what ended meanwhile is left alone."""
    wanted = Publication.id.in_(task.payload["publications"])
    for publication in db.session().scalars(sa.select(Publication).where(wanted, _open(task.now))):
        publications.index(publication)
    db.commit()


def _renew(carrying: sa.Select[Any], now: datetime) -> None:
    of_publications(_find(carrying, now), now=now)


def _find(carrying: sa.Select[Any], now: datetime) -> list[str]:
    query = sa.select(Publication.id).where(Publication.id.in_(carrying), _open(now))
    return list(db.session().scalars(query.order_by(Publication.dated_at.desc(), Publication.id)))


def _open(now: datetime) -> sa.ColumnElement[bool]:
    return sa.or_(Publication.until_at.is_(None), Publication.until_at > now)
