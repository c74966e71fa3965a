"""What axe finds on the page in a window, in the light and in the dark."""

from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

# Colours that are on their way from one to the other are nobody's.
_SETTLE = """Promise.allSettled(document.getAnimations()
    .filter(each => each instanceof CSSTransition).map(each => each.finished))"""
_ONLY_COLOURS = "axe.run({resultTypes: ['violations'], runOnly: ['color-contrast']})"


def faults(page: Page) -> list[str]:
    """Every fault of a page in the light; in the dark nothing but its colours differs."""
    found = _told(Axe().run(page, options={"resultTypes": ["violations"]}).response)
    page.emulate_media(color_scheme="dark")
    page.evaluate(_SETTLE)
    found += [f"dark: {each}" for each in _told(page.evaluate(_ONLY_COLOURS))]
    page.emulate_media(color_scheme="light")
    page.evaluate(_SETTLE)
    return found


def _told(result: dict[str, Any]) -> list[str]:
    return [
        f"{found['id']}: {node['html'][:200]}"
        for found in result["violations"]
        for node in found["nodes"]
    ]
