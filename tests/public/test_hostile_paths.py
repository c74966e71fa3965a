"""Addresses that nobody means well with: never an error of ours, never another host."""

from urllib.parse import urlsplit

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.browsing import BASE

PIECES = st.sampled_from(
    [
        *("/", "//", ".", "..", "%2e%2e", "%00", "%2f", "%5c", "\\", "?", "#", "%", "%zz", "%ff"),
        *("page", "page/2/", "2", "0", "feed.xml", ".md", "tag", "tides", "category", "author"),
        *("archive", "2026", "02", "99", "posts", "rich", "guide", "writing", "search", "-", "a"),
        *(
            "é",
            "e\u0301",
            "数据库",
            "\u202e",
            "\x7f",
            " ",
            "+",
            ":",
            "@",
            "*",
            "'",
            '"',
            "<",
            "\U0001f30a",
        ),
        *("sitemap", "post-1.xml", "-/unlock/x", "-/theme/folio", "-/preview/", "static", "admin"),
    ]
)
PATHS = st.lists(PIECES | st.text(max_size=8), max_size=9).map("/".join) | st.lists(
    PIECES | st.text(max_size=20), max_size=9
).map("".join)


def ask(app: Flask, path: str, query: str = "") -> tuple[int, dict[str, str]]:
    """Ask as a server would: the path decoded from bytes, whatever they were."""
    environ = EnvironBuilder(path="/", base_url=BASE, query_string=query).get_environ()
    environ["PATH_INFO"] = path.encode("utf-8", "surrogatepass").decode("latin-1")
    environ["REMOTE_ADDR"] = "127.0.0.1"
    body, status, headers = run_wsgi_app(app, environ, buffered=True)
    b"".join(body)
    return int(status.split()[0]), dict(headers)


@pytest.mark.parametrize(
    "path",
    [
        "/../etc/passwd",
        "/guide/../about/",
        "/\x00",
        "/guide/\x00/",
        "/" + "a" * 10_000,
        "/" + "a/" * 5_000,
        "/" + "é" * 4_000,
        "//evil.example/",
        "///evil.example",
        "/\\evil.example/",
        "/\t/evil.example",
        "/%0d%0aSet-Cookie: x=1",
        "/\r\nSet-Cookie: x=1",
        "/\ud800",
        "/tag/" + "%" * 300,
        "/page/" + "9" * 400 + "/",
        "/archive/" + "9" * 400 + "/",
        "/search/../../",
        "/-/theme/folio/../../../config.py",
        "/-/theme/../secret_key/x",
        "/-/theme/folio/000000000000/../../theme.toml",
        "/static/../../manage.py",
    ],
)
def test_a_hostile_path_finds_nothing(app: Flask, path: str) -> None:
    app.testing = False
    status, headers = ask(app, path)
    assert status in (301, 308, 404)
    location = urlsplit(headers.get("Location", "/"))
    assert location.netloc in ("", "127.0.0.1:8000")
    assert not headers.get("Location", "/").startswith(("//", "/\\"))
    assert "Set-Cookie" not in headers


@pytest.mark.parametrize("start", ["//evil.example", "/\\evil.example", "//", "/%5Cevil.example"])
@pytest.mark.parametrize("rest", ["", "/", "/..", "/posts/rich", "/%2e%2e", "/e\u0301"])
def test_no_redirect_leaves_the_site(app: Flask, start: str, rest: str) -> None:
    status, headers = ask(app, start + rest)
    assert status in (200, 301, 308, 404)
    location = headers.get("Location", "/")
    assert urlsplit(location).netloc in ("", "127.0.0.1:8000")
    assert not location.startswith(("//", "/\\"))


@settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=PATHS, query=st.text(max_size=20) | st.just("page=2") | st.just("q=a&page=\u0663"))
def test_no_path_at_all_breaks_a_page(app: Flask, path: str, query: str) -> None:
    app.testing = False
    status, headers = ask(app, "/" + path, query.encode("utf-8", "surrogatepass").decode("latin-1"))
    assert status < 500, (path, query)
    assert not headers.get("Location", "/").startswith(("//", "/\\"))


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(query=st.text(max_size=60) | st.lists(PIECES, max_size=9).map(" ".join))
def test_no_search_at_all_breaks_the_page(app: Flask, query: str) -> None:
    app.testing = False
    client = app.test_client()
    answer = client.get("/search", query_string={"q": query}, base_url=BASE)
    assert answer.status_code == 200, query
