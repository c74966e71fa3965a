"""The rich editor by itself, under the admin's own content policy."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page

from cms.config import ROOT

BUNDLE = ROOT / "static" / "dist" / "markdown-source.js"
POLICY = "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'"
SOURCE = (
    "---\nfront: matter\n---\n\n# Title\n\n* star\n- dash\n\n| a | b |\n|---|:-:|\n| 1 |  2|\n\n"
    "_one_ *two* **three** __four__  \nhard break, a [link][l], a note[^1]\ttab  \n\n"
    '/// note | Title\nText\n///\n\n<div class="x">raw</div>\n\n[l]: /x\n[^1]: Note\n\n\n'
)
PAGE = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>Writing</title>
<form><label for="t">Title</label><textarea id="t"></textarea>
<label for="s">Text</label><markdown-source><textarea id="s" name="source">
{SOURCE.replace("<", "&lt;")}</textarea></markdown-source></form>
<script src="/markdown-source.js"></script></html>"""


class _Pages(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """The page, or the bundle."""
        is_bundle = self.path == "/markdown-source.js"
        body = BUNDLE.read_bytes() if is_bundle else PAGE.encode()
        self.send_response(200 if is_bundle or self.path == "/" else 404)
        self.send_header("Content-Type", "text/javascript" if is_bundle else "text/html")
        self.send_header("Content-Security-Policy", POLICY)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A page with the editor on it; fails for anything that the browser complains about."""
    if not BUNDLE.exists():
        pytest.skip("the rich editor is not built (make assets)")
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Pages)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    faults: list[str] = []
    opened = chromium.new_page()
    opened.on("console", lambda message: faults.append(message.text))
    opened.on("pageerror", lambda error: faults.append(str(error)))
    opened.goto(f"http://127.0.0.1:{server.server_port}/")
    yield opened
    opened.close()
    server.shutdown()
    thread.join()
    server.server_close()
    assert [fault for fault in faults if "favicon" not in fault] == []


def value(page: Page) -> str:
    """What the form would send."""
    text: str = page.locator("textarea[name=source]").evaluate("field => field.value")
    return text


def test_opening_changes_no_byte(page: Page) -> None:
    assert page.locator(".cm-content").is_visible()
    assert value(page) == SOURCE


def test_typing_at_the_end_leaves_the_rest_as_it_was(page: Page) -> None:
    page.get_by_role("textbox", name="Text").click()
    page.keyboard.press("Control+End")
    page.keyboard.type("- one")
    page.keyboard.press("Enter")
    page.keyboard.type("two")
    assert value(page) == SOURCE + "- one\n- two"
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    page.keyboard.press("Control+z")
    assert value(page) == SOURCE


def test_a_click_on_the_label_and_scripts_of_the_page_reach_it(page: Page) -> None:
    page.locator("label[for=s]").click()
    page.evaluate("document.querySelector('[name=source]').setSelectionRange(0, 0)")
    page.keyboard.type("X")
    assert value(page) == "X" + SOURCE


def test_another_script_may_set_the_text(page: Page) -> None:
    page.evaluate(
        "const field = document.querySelector('[name=source]');"
        "field.value = 'new'; field.dispatchEvent(new Event('input', {bubbles: true}))"
    )
    assert page.locator(".cm-content").inner_text().strip() == "new"
    page.evaluate("document.querySelector('form').reset()")
    page.wait_for_timeout(50)
    assert value(page) == SOURCE
    assert "front: matter" in page.locator(".cm-content").inner_text()


def test_an_arrow_at_the_start_is_offered_to_the_page(page: Page) -> None:
    page.evaluate(
        "const field = document.querySelector('[name=source]');"
        "field.addEventListener('keydown', event => { if (event.key === 'ArrowUp') {"
        "event.preventDefault(); document.getElementById('t').focus() } })"
    )
    page.locator("label[for=s]").click()
    page.keyboard.press("Control+Home")
    page.keyboard.press("ArrowUp")
    assert page.evaluate("document.activeElement.id") == "t"


def test_marks_are_set_and_taken_away(page: Page) -> None:
    page.evaluate("document.querySelector('markdown-source').value = 'word'")
    page.locator("label[for=s]").click()
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+b")
    assert value(page) == "**word**"
    page.keyboard.press("Control+b")
    assert value(page) == "word"
