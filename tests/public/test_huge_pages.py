"""A text as long as may be published has a page, in the theme and not instead of it."""

import sqlalchemy as sa
from flask import Flask

from cms import db
from cms.content.models import Publication
from cms.rendering import policy
from cms.rendering.safe_html import SafeHtml
from cms.web import installation
from tests.browsing import BASE

PARAGRAPH = "<p>All that may be said, and then some more.</p>\n"


def test_the_longest_html_that_is_published_has_its_page(app: Flask) -> None:
    longest = PARAGRAPH * (policy.MAX_HTML_CHARACTERS // len(PARAGRAPH))
    client = app.test_client()
    with db.unit_of_work(installation.of(app).database):
        publication = (
            db.session()
            .scalars(sa.select(Publication).where(Publication.path == "/posts/rich/"))
            .first()
        )
        assert publication is not None
        publication.html = SafeHtml(longest)
        db.commit()
    for path in ("/posts/rich/", "/", "/feed.xml", "/search?q=water"):
        answer = client.get(path, base_url=BASE)
        assert answer.status_code == 200, path
        assert "too large" not in answer.get_data(as_text=True)[:5_000]
    page = client.get("/posts/rich/", base_url=BASE).get_data(as_text=True)
    assert "/-/theme/folio/" in page, "no fallback stands in"
    assert page.count(PARAGRAPH.strip()) == longest.count(PARAGRAPH.strip())
