"""The search page."""

import pytest

from tests.browsing import Browser


def results(browser: Browser) -> list[str]:
    assert browser.page is not None
    found = [each for each in browser.page.all("h2") if each.get("class") == "card-title"]
    return [browser.page.words(each) for each in found]


def test_words_find_entries_and_are_marked(browser: Browser) -> None:
    text = browser.get("/search?q=pencil").get_data(as_text=True)
    assert "Writing" in results(browser)
    assert "<mark>pencil</mark>" in text.lower()
    assert 'content="noindex"' in text


def test_titles_count_more_than_texts(browser: Browser) -> None:
    browser.get("/search?q=everything")
    assert results(browser)[0] == "Everything in one post"


@pytest.mark.parametrize("query", ["数据库", "潮汐", "الميناء", "港口"])
def test_words_without_spaces_between_them_are_found(browser: Browser, query: str) -> None:
    browser.get("/search", query_string={"q": query})
    assert len(results(browser)) == 1


def test_many_results_come_in_pages(browser: Browser) -> None:
    browser.get("/search?q=gulls")
    first = results(browser)
    assert len(first) == 10
    assert "12 results" in browser.text
    browser.get("/search?q=gulls&page=2")
    assert len(results(browser)) == 2
    assert not set(first) & set(results(browser))


@pytest.mark.parametrize(
    "query",
    [
        *('"', "'", '" OR 1=1 --', "NEAR(a b)", "a AND", "NOT", "*", "%", "_", "-", "col:x", "^a"),
        *("a" * 5000, "\x00", "\ud800", "()", "{}", "<script>alert(1)</script>", "&amp;", "\\"),
    ],
)
def test_no_syntax_reaches_the_database(browser: Browser, query: str) -> None:
    plain = query.encode("utf-8", "replace").decode()
    answer = browser.get("/search", query_string={"q": plain})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.get_data(as_text=True)


def test_a_search_for_nothing_offers_a_hint(browser: Browser) -> None:
    browser.get("/search")
    assert "Type a word or two" in browser.text
    browser.get("/search?q=+++")
    assert "Type a word or two" in browser.text


def test_a_vain_search_offers_subjects(browser: Browser) -> None:
    browser.get("/search?q=zzyzx")
    assert "Nothing was found for “zzyzx”" in browser.text
    assert "Tides" in browser.text
    assert "Canaryinternal" not in browser.text
    assert "Canaryunused" not in browser.text


def test_the_words_stay_in_the_field(browser: Browser) -> None:
    browser.get("/search", query_string={"q": 'water "cold" <b>'})
    assert browser.page is not None
    field = next(each for each in browser.page.all("input") if each.get("name") == "q")
    assert field.get("value") == 'water "cold" <b>'
