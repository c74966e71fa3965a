"""A snapshot: the whole of an entry that an editor may change, as plain values. PURE."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import UTC, datetime
from typing import Any, Self

from cms import text
from cms.errors import Rejected
from cms.i18n import gettext as _

MAX_SOURCE = 1_000_000  # bytes of Markdown in one entry
MAX_TITLE = 500  # characters
MAX_EXCERPT = 5_000
MAX_TEMPLATE = 80
MAX_TERMS = 50
MAX_BYLINES = 20
ACCESS = ("inherit", "public", "password", "staff")
DIRECTIONS = ("", "ltr", "rtl")
SEO_KEYS = {"title": 300, "description": 500, "canonical": 2000, "noindex": 0}
EARLIEST = datetime(1000, 1, 1, tzinfo=UTC)
LATEST = datetime(9000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Everything of an entry that stands in a revision."""

    title: str | None = None
    source: str = ""
    excerpt: str = ""
    path: str | None = None
    dated_at: datetime | None = None
    template: str = ""
    direction: str = ""
    pinned: bool = False
    featured: bool = False
    listed: bool = True
    access: str = "inherit"
    password_hash: str | None = None
    image: Mapping[str, Any] | None = None
    seo: Mapping[str, Any] = field(default_factory=dict)
    fields: Mapping[str, Any] = field(default_factory=dict)
    term_ids: tuple[str, ...] = ()
    byline_ids: tuple[str, ...] = ()

    @classmethod
    def of(cls, revision: Any) -> Self:
        """The snapshot that a revision holds."""
        values = {name: getattr(revision, name) for name in NAMES}
        values["term_ids"] = tuple(values["term_ids"] or ())
        values["byline_ids"] = tuple(values["byline_ids"] or ())
        return cls(**values)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The snapshot that `as_json` gave."""
        known = {name: values[name] for name in NAMES if name in values}
        if known.get("dated_at"):
            known["dated_at"] = datetime.fromisoformat(known["dated_at"])
        known["term_ids"] = tuple(known.get("term_ids") or ())
        known["byline_ids"] = tuple(known.get("byline_ids") or ())
        return cls(**known)

    def as_json(self) -> dict[str, Any]:
        """Plain values that JSON can hold."""
        values = asdict(self)
        values["dated_at"] = self.dated_at.astimezone(UTC).isoformat() if self.dated_at else None
        values["term_ids"], values["byline_ids"] = list(self.term_ids), list(self.byline_ids)
        return values

    def content_hash(self) -> str:
        """SHA-256 over all values, the same for the same content on every machine."""
        plain = json.dumps(self.as_json(), ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(plain.encode()).hexdigest()


NAMES = tuple(each.name for each in fields(Snapshot))


def ensure_storable(snapshot: Snapshot) -> None:
    """Raises Rejected, naming the field, when a snapshot is too large or cannot be kept."""
    for name, value, most in (
        ("title", snapshot.title or "", MAX_TITLE),
        ("excerpt", snapshot.excerpt, MAX_EXCERPT),
    ):
        if len(value) > most:
            raise Rejected(_("At most {most} characters fit here.", most=most), field=name)
    for name in NAMES:
        if _holds_unstorable(getattr(snapshot, name)):
            raise Rejected(_("This holds a character that no text may hold (NUL)."), field=name)
    if len(snapshot.source.encode()) > MAX_SOURCE:
        raise Rejected(_("The text is longer than one megabyte. Split it in two."), field="source")
    if snapshot.dated_at is not None and not EARLIEST <= snapshot.dated_at <= LATEST:
        raise Rejected(_("This date is too far away."), field="dated_at")
    if snapshot.access not in ACCESS:
        raise Rejected(_("Choose who may see this."), field="access")
    if snapshot.direction not in DIRECTIONS:
        raise Rejected(_("Choose a direction."), field="direction")
    if len(snapshot.template) > MAX_TEMPLATE:
        raise Rejected(_("Choose a template."), field="template")
    _ensure_lists(snapshot)
    _ensure_seo(snapshot.seo)


def _holds_unstorable(value: Any) -> bool:
    if isinstance(value, str):
        return text.has_unstorable(value)
    if isinstance(value, Mapping):
        return any(_holds_unstorable(each) for pair in value.items() for each in pair)
    if isinstance(value, list | tuple):
        return any(_holds_unstorable(each) for each in value)
    return False


def _ensure_lists(snapshot: Snapshot) -> None:
    if len(snapshot.term_ids) > MAX_TERMS:
        raise Rejected(_("At most {most} tags and categories fit.", most=MAX_TERMS), field="tags")
    if len(snapshot.byline_ids) > MAX_BYLINES:
        raise Rejected(_("At most {most} names fit.", most=MAX_BYLINES), field="bylines")


def _ensure_seo(seo: Mapping[str, Any]) -> None:
    for name, value in seo.items():
        if name not in SEO_KEYS:
            raise Rejected(_("“{name}” is not known here.", name=name), field="seo")
        if not isinstance(value, bool if name == "noindex" else str):
            raise Rejected(_("This does not have the form that is needed."), field=f"seo_{name}")
        if isinstance(value, str) and len(value) > SEO_KEYS[name]:
            words = _("At most {most} characters fit here.", most=SEO_KEYS[name])
            raise Rejected(words, field=f"seo_{name}")
    canonical = seo.get("canonical")
    if canonical and not str(canonical).startswith(("https://", "http://")):
        raise Rejected(_("A canonical address starts with https://."), field="seo_canonical")
