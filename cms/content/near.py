"""What somebody may have meant who asked for a path where nothing stands."""

from datetime import datetime

from cms.addresses import paths
from cms.content import queries, search, visibility
from cms.content.rows import Card

MOST = 5


def near(path: str, *, now: datetime) -> tuple[Card, ...]:
    """Entries open to everyone whose words are in a path that leads nowhere, the best first."""
    last = paths.normalise(path).rstrip("/").rpartition("/")[2]
    wanted = last.rsplit(".", 1)[0].replace("-", " ").replace("_", " ")[:100]
    for words in _ever_shorter(wanted.split()):
        found = search.find(" ".join(words), now=now, limit=MOST)
        cards = queries.list_by_ids([hit.publication_id for hit in found.hits], now=now)
        cards = tuple(card for card in cards if visibility.is_open(card, now=now))
        if cards:
            return cards
    return ()


def _ever_shorter(words: list[str]) -> list[list[str]]:
    """All words first, then fewer: a wrong one should not hide what the others find."""
    words = words[:8]
    longest = sorted(words, key=len, reverse=True)
    tries = [words]
    tries += [[word for word in words if word != wrong] for wrong in longest[:3]]
    tries += [[word] for word in longest[:2]]
    return [wanted for wanted in tries if wanted]
