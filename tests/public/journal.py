"""A small journal with one of everything: what visitors may see, and what they must never see.

Each hidden thing holds a word of its own (`CANARIES`), so that a test can look for it anywhere.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cms import db
from cms.accounts import passwords
from cms.accounts.permissions import OPERATOR
from cms.addresses import redirects
from cms.content import editing, profiles, publishing, terms, trash, working_copies
from cms.content.models import Entry
from cms.content.snapshot import Snapshot
from cms.site import menus
from cms.site import settings as site_settings

TITLE = "The Harbour Journal"
PASSWORD = "open the lock gently"
CANARIES = {
    "draft": "canarydraft",
    "scheduled": "canaryscheduled",
    "ended": "canaryended",
    "staff": "canarystaff",
    "staff child": "canarystaffchild",
    "password": "canarypassword",
    "password child": "canarypasswordchild",
    "trashed": "canarytrashed",
    "purged": "canarypurged",
    "old revision": "canaryrevision",
    "newer revision": "canarynewer",
    "scheduled change": "canarychange",
    "working copy": "canarycopy",
    "internal tag": "canaryinternal",
    "profile of nobody": "canarynobody",
    "unused tag": "canaryunused",
    "comment": "canarycomment",
}
LONG_TITLE = (
    "On the patient art of measuring the water in a harbour twice a day for forty years, "
    "and what Donaudampfschifffahrtsgesellschaftskapitänswitwen have to say about it"
)

RICH = """\
<!-- For Jo: canarycomment, still to be checked. -->
The harbour wakes before the town. This paragraph leads to the [guide](/guide/) and to [everything
else](/guide/writing/#tools), and to <https://example.org/a/very/long/address/that/does/not/end/soon>.

<!--more-->

## What the tide leaves

- a rope
    - and its end
- a ~~dry~~ wet glove

1. first
2. second

- [x] swept
- [ ] mended

Ebb
:   When the water goes.

> The sea, once it casts its spell, holds one in its net of wonder forever.

### Code

```python
def tide(hour: int) -> float:
    return 2.1 if hour % 12 < 6 else 0.4  # metres, and nothing that a sailor would trust in the fog
```

| Station | High | Low | Where | When | Who measures | Since | Remarks that make this table wide |
| :--- | ---: | ---: | :-: | --- | --- | ---: | --- |
| North mole | 3.1 | 0.4 | outer | dawn | Ana | 1986 | the oldest station, seldom wrong and cold |
| Lock | 2.2 | 0.9 | inner | noon | Rob | 2001 | the lock keeper reads it, and then reads it again |

## Notes

A claim has a source[^1], and a thought a second thought[^later].

[^1]: Such as this one.
[^later]: Which is often the better one.

/// note | Before you go
Have a coat at hand.
///

/// warning
Mind the step.
///

/// details | A long story
It was a dark and stormy night.
///

## The end

That is all.
"""
ARABIC = """\
الميناء يستيقظ قبل المدينة. هنا نكتب عن الماء والحجر، وعن الوقت الذي يمر ببطء.

## الماء

يمكن أن يحتوي النص على كلمات `code` وروابط [الدليل](/guide/) وأرقام 123.

> البحر لا ينسى.
"""
CHINESE = "这个港口有一个旧的数据库，里面记录了四十年的潮汐。\n\n## 潮汐\n\n每天两次。\n"


@dataclass
class Journal:
    """What was written, by the names that tests use."""

    now: datetime
    entries: dict[str, str] = field(default_factory=dict)
    terms: dict[str, str] = field(default_factory=dict)
    people: dict[str, str] = field(default_factory=dict)


def _lead(path: str, to: str, code: int, now: datetime) -> None:
    target = redirects.read_target(to, source=path, code=code)
    redirects.create(path, target, by=None, now=now, code=code)


def fill(*, now: datetime) -> Journal:
    """Write the whole journal and commit it."""
    made = Journal(now)
    _set_up(made)
    _write_pages(made)
    _write_posts(made)
    _hide(made)
    _make_menus(made)
    _lead("/old-harbour", "/guide/", 301, now)
    _lead("/elsewhere", "https://example.org/somewhere", 302, now)
    _lead("/burnt/", "", 410, now)
    db.commit()
    return made


def _set_up(made: Journal) -> None:
    now = made.now
    site_settings.save(
        {
            "title": TITLE,
            "tagline": "Water, stone & patience",
            "description": "Notes from a small harbour, written twice a day.",
            "timezone": "Europe/Berlin",
            "post_path": "/{year}/{slug}/",
            "posts_per_page": 5,
            "social": ["https://github.com/harbour", "https://social.example.org/@harbour"],
        },
        by=OPERATOR,
        now=now,
    )
    for name, bio in (
        ("Ana Lind", "Measures *water*."),
        ("Rob Salt", ""),
        ("Canarynobody Person", "Wrote nothing."),
    ):
        row = profiles.create_profile(
            name, bio=bio, links=["https://example.org/ana"], by=OPERATOR, now=now
        )
        made.people[name.split()[0]] = row.id
    for name, options in {
        "Tides": {"description": "All that **comes and goes**."},
        "Stone": {},
        "数据库": {},
        "Canaryinternal": {"internal": True},
        "Canaryunused": {},
    }.items():
        made.terms[name] = terms.create_term("tag", name, by=OPERATOR, now=now, **options).id
    above = None
    for name in ("Places", "Harbours", "Old harbours"):
        row = terms.create_term("category", name, parent_id=above, by=OPERATOR, now=now)
        made.terms[name] = above = row.id


def _write_pages(made: Journal) -> None:
    write(made, "about", "About", "Who writes here.", type="page")
    write(made, "guide", "Guide", "How to read a harbour.\n\n## Begin\n\nHere.", type="page")
    source = "How to write it down.\n\n## Tools\n\nA pencil."
    write(made, "writing", "Writing", source, type="page", path="/guide/writing/", parent="guide")
    write(
        made, "pencils", "Pencils", "Soft ones.", type="page", parent="writing",
        path="/guide/writing/pencils/",
    )  # fmt: skip
    write(made, "letter", "A letter", "Dear reader.", type="page", template="custom/letter.html")
    write(made, "wide", "A wide page", "Much room.", type="page", template="custom/wide.html")


def _write_posts(made: Journal) -> None:
    days = timedelta(days=1)
    for number in range(1, 13):
        write(
            made,
            f"day-{number}",
            f"Day {number} at the harbour",
            f"Water at {number} cm. The gulls were loud and the water was cold.\n\nMore words.",
            dated_at=made.now - 45 * number * days,
            tags=("Tides",) if number % 2 else ("Stone", "Canaryinternal"),
            category="Harbours",
            people=("Ana",),
        )
    write(
        made, "rich", "Everything in one post", RICH, dated_at=made.now - days, featured=True,
        tags=("Tides", "Stone"), category="Old harbours", people=("Ana", "Rob"),
    )  # fmt: skip
    write(made, "long", LONG_TITLE, "Short.", dated_at=made.now - 2 * days, tags=("Stone",))
    write(
        made, "arabic", "الميناء القديم", ARABIC, dated_at=made.now - 3 * days, locale="ar",
        direction="rtl", tags=("Stone",),
    )  # fmt: skip
    write(
        made, "chinese", "潮汐数据库", CHINESE, dated_at=made.now - 4 * days, locale="zh",
        tags=("数据库",),
    )  # fmt: skip
    write(made, "pinned", "Pinned above all", "Stays.", dated_at=made.now - 400 * days, pinned=True)
    write(made, "unlisted", "By its address only", "Uncounted.", listed=False)
    write(
        made, "noindex", "Not for engines", "Quiet.", dated_at=made.now - 6 * days,
        seo={"noindex": True, "title": "Another title", "description": "Another description."},
    )  # fmt: skip
    moved = write(made, "moved", "Moved", "Once elsewhere.", dated_at=made.now - 7 * days)
    _save(moved, Snapshot(title="Moved", source="Once elsewhere.", path="/now-here/"), made.now)
    publishing.publish(moved, by=OPERATOR, now=made.now)


def _hide(made: Journal) -> None:
    now, hours = made.now, timedelta(hours=1)
    secret = passwords.hash_password(PASSWORD)
    write(made, "draft", *words("draft"), publish=False)
    write(made, "scheduled", *words("scheduled"), at=now + hours)
    ended = write(made, "ended", *words("ended"), at=now - 2 * hours, written=now - 2 * hours)
    publishing.unpublish(ended, by=OPERATOR, now=now - hours)
    write(made, "staff", *words("staff"), type="page", access="staff")
    write(made, "staff-child", *words("staff child"), type="page", parent="staff",
          path="/staff/child/")  # fmt: skip
    write(made, "locked", "Behind a lock", words("password")[1], access="password", secret=secret)
    write(made, "vault", "The vault", words("password")[1], type="page", access="password",
          secret=secret)  # fmt: skip
    write(made, "vault-child", "In the vault", words("password child")[1], type="page",
          parent="vault", path="/vault/child/")  # fmt: skip
    trashed = write(made, "trashed", *words("trashed"))
    trash.trash(trashed, by=OPERATOR, now=now)
    purged = write(made, "purged", *words("purged"))
    trash.trash(purged, by=OPERATOR, now=now)
    trash.purge(purged, by=OPERATOR, now=now)
    _revise(made)


def _revise(made: Journal) -> None:
    """A post with an older, a newer, a scheduled and an unsaved text beside the published one."""
    now = made.now
    title, source = words("old revision")
    entry = write(made, "revised", title, source, publish=False)
    open_text = Snapshot(title="Revised", source="The text that everyone may read.")
    _save(entry, open_text, now)
    publishing.publish(entry, by=OPERATOR, now=now)
    _save(entry, Snapshot(title="Revised", source=words("scheduled change")[1]), now)
    publishing.publish(entry, by=OPERATOR, now=now, at=now + timedelta(hours=1))
    _save(entry, Snapshot(title="Revised", source=words("newer revision")[1]), now)
    copy = Snapshot(title="Revised", source=words("working copy")[1])
    working_copies.keep(entry, copy, by=OPERATOR, now=now, base_id=entry.head_id)


def _save(entry: Entry, content: Snapshot, now: datetime) -> None:
    editing.save(entry, content, by=OPERATOR, now=now, based_on=entry.head_id)


def words(name: str) -> tuple[str, str]:
    """A title and a text with the word that must not be seen."""
    return f"{CANARIES[name].title()} title", f"Text with {CANARIES[name]} within."


def write(
    made: Journal,
    name: str,
    title: str | None,
    source: str,
    *,
    type: str = "post",
    parent: str | None = None,
    tags: tuple[str, ...] = (),
    category: str | None = None,
    people: tuple[str, ...] = (),
    locale: str = "en",
    secret: str | None = None,
    publish: bool = True,
    at: datetime | None = None,
    written: datetime | None = None,
    **values: Any,
) -> Entry:
    """Write an entry and publish it at once, unless told otherwise."""
    named = (*((category,) if category else ()), *tags)
    content = Snapshot(
        title=title,
        source=source,
        path=values.pop("path", f"/{name}/" if type == "page" else f"/posts/{name}/"),
        term_ids=tuple(made.terms[each] for each in named),
        byline_ids=tuple(made.people[each] for each in people),
        password_hash=secret,
        **values,
    )
    now = written or made.now
    entry = editing.create_entry(
        type, content, by=OPERATOR, now=now, locale=locale,
        parent_id=made.entries[parent] if parent else None,
    )  # fmt: skip
    made.entries[name] = entry.id
    if publish:
        publishing.publish(entry, by=OPERATOR, now=now, at=at)
    return entry


def _make_menus(made: Journal) -> None:
    def to(kind: str, target: str) -> menus.Line:
        return menus.Line(label="", target_kind=kind, target_id=target)

    lines = [to("entry", made.entries[name]) for name in ("about", "guide", "staff", "scheduled")]
    lines.append(menus.Line(label="Writing", target_kind="entry", depth=1,
                            target_id=made.entries["writing"]))  # fmt: skip
    lines.insert(2, lines.pop())
    lines += [to("term", made.terms["Tides"]), to("profile", made.people["Ana"])]
    lines.append(menus.Line(label="Archive", target_kind="url", url="/archive/"))
    menus.save_menu("main", "Main", lines, by=OPERATOR, now=made.now)
