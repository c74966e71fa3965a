"""Nothing hidden is ever said: each hidden thing holds a word, and no public answer holds it."""

import re
from collections.abc import Iterator
from urllib.parse import urljoin, urlsplit

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from cms import clock, db
from cms.content import editing
from cms.web import installation
from tests.browsing import BASE
from tests.public import journal
from tests.public.journal import CANARIES, PASSWORD, Journal

STARTS = (
    *("/", "/archive/", "/search", "/feed.xml", "/rss.xml", "/feed.json", "/sitemap.xml"),
    *("/robots.txt", "/llms.txt", "/healthz", "/readyz", "/favicon.ico", "/posts/none/"),
)
# A word that every text holds, and the hidden words themselves.
SEARCHES = ("text", "title", "vault", "lock", "child", "revised", *CANARIES.values())
_LINK = re.compile(r'(?:href|src|action|content)="([^"]+)"|<(?:loc|link|id)>([^<]+)<|\]\((\S+?)\)')
_FORMS = ("{}.md", "{}feed.xml", "{}rss.xml", "{}feed.json", "{}page/2/")


def links_of(answer: TestResponse, here: str) -> Iterator[str]:
    """The local addresses that an answer names."""
    for groups in _LINK.findall(answer.get_data(as_text=True)):
        parts = urlsplit(urljoin(BASE + here, next(filter(None, groups)).replace("&amp;", "&")))
        if f"{parts.scheme}://{parts.netloc}" == BASE:
            yield parts.path + (f"?{parts.query}" if parts.query else "")


def crawl(client: FlaskClient, starts: tuple[str, ...]) -> dict[str, str]:
    """All that can be read from here on, by address, with the headers."""
    waiting, read = list(starts), {}
    while waiting:
        path = waiting.pop()
        if path in read or "/-/theme/" in path:
            continue
        answer = client.get(path, base_url=BASE, buffered=True)
        assert answer.status_code < 500, path
        read[path] = f"{answer.headers}\n{answer.get_data(as_text=True)}"
        if "Location" in answer.headers:
            waiting.append(
                urlsplit(answer.headers["Location"])._replace(scheme="", netloc="").geturl()
            )
        if answer.mimetype in ("text/html", "application/xml", "text/plain", "text/markdown"):
            waiting += links_of(answer, path)
    return read


def addresses(app: Flask, made: Journal) -> list[str]:
    """Every address that the journal ever had, hidden ones too, in every form."""
    found = []
    with db.unit_of_work(installation.of(app).database, write=False):
        rows = db.session().connection().exec_driver_sql("SELECT path FROM address")
        for (path,) in rows:
            found.append(path)
            found += [form.format(path.rstrip("/") if ".md" in form else path) for form in _FORMS]
        for entry_id in made.entries.values():
            found += [f"/-/preview/{entry_id}", f"/-/unlock/{entry_id}"]
    return found


def leaks(read: dict[str, str]) -> list[str]:
    return [
        f"{word} in {path}"
        for path, text in read.items()
        for word in CANARIES.values()
        if word in text.lower() and not path.startswith("/search?q=")
    ]


def test_no_hidden_word_is_ever_shown(app: Flask, made: Journal) -> None:
    searches = tuple(f"/search?q={word}" for word in SEARCHES)
    read = crawl(app.test_client(), (*STARTS, *searches))
    assert len(read) > 80
    assert {"/posts/rich/", "/guide/writing/pencils/", "/page/2/", "/tag/tides/"} <= set(read)
    assert not leaks(read)


def test_hidden_addresses_say_nothing_either(app: Flask, made: Journal) -> None:
    client = app.test_client()
    asked = addresses(app, made)
    asked += [path.rstrip("/") for path in asked] + [path.upper() for path in asked]
    # Whoever names a tag or a person by the address has said the word.
    read = {path: client.get(path, base_url=BASE) for path in asked}
    # An answer may repeat the address that it was asked for, with a slash.
    said = {
        path: answer.get_data(as_text=True)
        for path, answer in read.items()
        if answer.headers.get("Location", "").rstrip("/") != path.rstrip("/")
    }
    assert not leaks(said)


@pytest.mark.parametrize("word", CANARIES.values())
def test_a_search_for_a_hidden_word_finds_nothing(app: Flask, word: str) -> None:
    page = app.test_client().get(f"/search?q={word}", base_url=BASE).get_data(as_text=True)
    assert page.lower().count(word) == page.lower().replace(f"{word} title", "").count(word)
    assert "Nothing was found" in page


def test_markdown_by_the_accept_header_says_nothing_hidden(app: Flask, made: Journal) -> None:
    client = app.test_client()
    headers = {"Accept": "text/markdown"}
    read = {
        path: client.get(path, base_url=BASE, headers=headers).get_data(as_text=True)
        for path in addresses(app, made)
    }
    assert not leaks(read)


def test_a_password_opens_only_what_it_guards(app: Flask, made: Journal) -> None:
    client = app.test_client()
    vault = made.entries["vault"]
    client.post(
        f"/-/unlock/{vault}", base_url=BASE, data={"password": PASSWORD}, headers={"Origin": BASE}
    )
    assert CANARIES["password"] in client.get("/vault/", base_url=BASE).get_data(as_text=True)
    child = client.get("/vault/child/", base_url=BASE).get_data(as_text=True)
    assert CANARIES["password child"] in child
    other = client.get("/posts/locked/", base_url=BASE).get_data(as_text=True)
    assert CANARIES["password"] not in other


def test_hidden_titles_do_not_show_through_links(app: Flask, made: Journal) -> None:
    """An open text that links to hidden entries names neither their titles nor their paths."""
    database = installation.of(app).database
    hidden = ("draft", "scheduled", "ended", "staff", "staff-child", "trashed", "purged")
    source = "\n\n".join(f"Look [](entry:{made.entries[name]}) there." for name in hidden)
    with db.unit_of_work(database):
        now = clock.now()
        fresh = Journal(now, dict(made.entries), made.terms, made.people)
        journal.write(fresh, "linking", "Linking", source)
        assert editing.find_entry(fresh.entries["linking"]) is not None
        db.commit()
    client = app.test_client()
    for path in ("/posts/linking/", "/posts/linking.md", "/feed.xml", "/search?q=look"):
        text = client.get(path, base_url=BASE).get_data(as_text=True)
        assert not leaks({path.replace("/search", "/s"): text}), path
        assert "/staff/" not in text
