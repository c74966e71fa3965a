"""Synthetic posts for measuring: the same for the same number on every machine."""

import random
from datetime import datetime, timedelta

import sqlalchemy as sa

from cms import db
from cms.accounts.permissions import OPERATOR
from cms.cli import terminal
from cms.content import editing, profiles, publishing, terms
from cms.content.models import Entry
from cms.content.snapshot import Snapshot

GUID = "synthetic:"
BATCH = 100  # posts between two commits
PARAGRAPHS = 8  # of about seventy words each
TAGS = ("harbour", "python", "garden", "bridge", "winter", "letters", "salt", "maps")
CATEGORIES = ("Field notes", "Reports", "Essays")
NAMES = ("Mara Lind", "Tomas Okafor", "Jun Watanabe")
VOCABULARY = (
    "the a of and to in water glass table river letter morning window paper harbour bridge garden "
    "stone winter market ferry engine copper salt orchard signal map station kitchen library "
    "slowly often never almost already quietly turns carries holds opens leaves keeps brings "
    "finds shows answers waits between under along beyond without light weight shape measure"
)
WORDS = VOCABULARY.split()


def fill(size: int, *, now: datetime) -> int:
    """Add posts until there are so many synthetic ones, batch by batch; how many were made."""
    present = _count()
    missing = range(present, size)
    tags = [terms.ensure_terms("tag", [name], by=OPERATOR, now=now)[0] for name in TAGS]
    shelves = [terms.ensure_terms("category", [n], by=OPERATOR, now=now)[0] for n in CATEGORIES]
    people = [profiles.ensure_profile(name, by=OPERATOR, now=now).id for name in NAMES]
    with terminal.progress("Synthetic posts", len(missing)) as advance:
        for number in missing:
            chance = random.Random(number)  # noqa: S311 (the same posts every time)
            term_ids = (chance.choice(shelves), *chance.sample(tags, 2))
            _write(number, chance, term_ids, chance.choice(people), now=now)
            if number % BATCH == BATCH - 1:
                db.commit()
                db.session().expunge_all()
            advance(1)
    db.commit()
    return len(missing)


def source_of(number: int, chance: random.Random) -> str:
    """About six hundred words of Markdown with headings, a list, code and a table."""
    parts = [_paragraph(chance) for _ in range(PARAGRAPHS)]
    parts.insert(2, f"## {_phrase(chance, 4).capitalize()}")
    parts.insert(4, "\n".join(f"- {_phrase(chance, 6)}" for _ in range(4)))
    parts.insert(6, f"```python\ndef post_{number}():\n    return {chance.random():.6f}\n```")
    parts.insert(8, "| Where | When |\n| --- | ---: |\n| harbour | 10 |\n| bridge | 18 |")
    return "\n\n".join(parts) + "\n"


def _write(
    number: int, chance: random.Random, term_ids: tuple[str, ...], person: str, *, now: datetime
) -> None:
    moment = now - timedelta(hours=7 * (number + 1))
    content = Snapshot(
        title=f"{_phrase(chance, 5).capitalize()} {number}",
        source=source_of(number, chance),
        path=f"/synthetic/{number}/",
        dated_at=moment,
        term_ids=term_ids,
        byline_ids=(person,),
    )
    entry = editing.create_entry("post", content, by=OPERATOR, now=moment, guid=f"{GUID}{number}")
    publishing.publish(entry, by=OPERATOR, now=moment)


def _paragraph(chance: random.Random) -> str:
    sentences = [_phrase(chance, chance.randint(8, 18)).capitalize() for _ in range(5)]
    return ". ".join(sentences) + "."


def _phrase(chance: random.Random, length: int) -> str:
    return " ".join(chance.choices(WORDS, k=length))


def _count() -> int:
    query = sa.select(sa.func.count()).select_from(Entry).where(Entry.guid.startswith(GUID))
    return db.session().scalar(query) or 0
