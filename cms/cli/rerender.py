"""`manage.py rerender`: renews published HTML that an older renderer made."""

from collections.abc import Iterator

import click
import sqlalchemy as sa

from cms import clock, db
from cms.cli import terminal
from cms.content import publications
from cms.content.models import Publication
from cms.rendering import pipeline

BATCH = 50  # publications between two commits, so that editors never wait long


@click.command
def command() -> None:
    """Renew published HTML that an older renderer made; may be stopped and started again."""
    now = clock.now()
    with terminal.opened():
        old = list(db.session().scalars(_outdated()))
        with terminal.progress("Rendering", len(old)) as advance:
            for batch in _batches(old):
                for publication_id in batch:
                    publication = db.session().get(Publication, publication_id)
                    # It may have been struck out by an editor since the list was made.
                    if publication is not None:
                        publications.rerender(publication, now=now)
                db.commit()
                db.session().expunge_all()
                advance(len(batch))
    terminal.say(f"Rendered {len(old)} publications anew." if old else "Everything is up to date.")


def _outdated() -> sa.Select[str]:
    return sa.select(Publication.id).where(Publication.renderer != pipeline.RENDERER)


def _batches(ids: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(ids), BATCH):
        yield ids[start : start + BATCH]
