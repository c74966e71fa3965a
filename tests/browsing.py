"""A browser for door tests: it fills forms like a person does, and looks at every page it gets."""

from collections import Counter
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

from bleach._vendor import html5lib
from flask import Flask
from flask_wtf.csrf import generate_csrf
from werkzeug.test import TestResponse

from cms import clock, db
from cms.accounts import people, sessions
from cms.accounts.permissions import Person
from cms.web import installation

BASE = "http://127.0.0.1:8000"
NO_LABEL_NEEDED = {"hidden", "submit", "button", "image", "reset"}


class Page:
    """An HTML page, parsed as a browser does."""

    def __init__(self, response: TestResponse) -> None:
        parser = html5lib.HTMLParser(
            tree=html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False
        )
        self.text = response.get_data(as_text=True)
        self.root: Element = parser.parse(self.text)
        self.faults = [code for _place, code, _data in parser.errors]
        self.parents = {child: parent for parent in self.root.iter() for child in parent}

    def all(self, *tags: str) -> list[Element]:
        """All elements with one of these names, in order."""
        return [element for element in self.root.iter() if element.tag in tags]

    def words(self, element: Element) -> str:
        """What is read in an element, on one line."""
        return " ".join("".join(element.itertext()).split())

    def heading(self) -> str:
        """The page's one h1."""
        return self.words(self.all("h1")[0])

    def is_within(self, element: Element, tag: str) -> bool:
        """Whether some element around this one has the name `tag`."""
        parent = self.parents.get(element)
        return parent is not None and (parent.tag == tag or self.is_within(parent, tag))

    def button(self, words: str) -> Element:
        """The button that says that, or is read out as that; one that sends a form."""
        for element in self.all("button", "input"):
            label = self.words(element) or element.get("value")
            if words in (label, element.get("aria-label")) and self.form_of(element) is not None:
                return element
        raise AssertionError(f"no form has a button “{words}”")

    def form_of(self, element: Element) -> Element | None:
        """The form that an element belongs to."""
        named = element.get("form")
        if named:
            return next((form for form in self.all("form") if form.get("id") == named), None)
        above: Element | None = element
        while above is not None and above.tag != "form":
            above = self.parents.get(above)
        return above

    def form_with(self, button: str) -> Element:
        """The form whose button says that."""
        form = self.form_of(self.button(button))
        assert form is not None
        return form

    def fields(self, form: Element) -> list[tuple[str, str]]:
        """What a browser would send for a form that nobody touched."""
        sent: list[tuple[str, str]] = []
        for element in form.iter():
            name, kind = element.get("name"), element.get("type", "text")
            if not name or element.get("disabled") is not None:
                continue
            if element.tag == "textarea":
                sent.append((name, "".join(element.itertext())))
            elif element.tag == "select":
                sent += [(name, value) for value in _chosen(element)]
            elif element.tag == "input" and kind in ("checkbox", "radio"):
                if element.get("checked") is not None:
                    sent.append((name, element.get("value", "on")))
            elif element.tag == "input" and kind not in ("submit", "button", "file"):
                sent.append((name, element.get("value", "")))
        return sent


def _chosen(select: Element) -> list[str]:
    options = [element for element in select.iter() if element.tag == "option"]
    chosen = [option for option in options if option.get("selected") is not None]
    if not chosen and select.get("multiple") is None:
        chosen = options[:1]
    return [option.get("value", "".join(option.itertext())) for option in chosen]


def faults_of(page: Page) -> list[str]:
    """Everything that is wrong with a page, in words."""
    faults = [f"the parser had to mend: {code}" for code in page.faults]
    if len(page.all("h1")) != 1:
        faults.append(f"{len(page.all('h1'))} h1")
    titles = page.all("title")
    if not titles or not page.words(titles[0]):
        faults.append("no title")
    ids = Counter(element.get("id") for element in page.root.iter() if element.get("id"))
    faults += [f"the id {name} stands {count} times" for name, count in ids.items() if count > 1]
    faults += [f"no label: {_name(field)}" for field in _unlabelled(page)]
    faults += _inline(page)
    faults += [f"no alt: {_name(image)}" for image in page.all("img") if image.get("alt") is None]
    return faults


def _unlabelled(page: Page) -> list[Element]:
    labelled = {label.get("for") for label in page.all("label")}
    return [
        field
        for field in page.all("input", "select", "textarea")
        if field.get("type") not in NO_LABEL_NEEDED
        and field.get("hidden") is None
        and field.get("id") not in labelled
        and not (field.get("aria-label") or field.get("aria-labelledby"))
        and not page.is_within(field, "label")
    ]


def _inline(page: Page) -> list[str]:
    faults = [f"inline style: {_name(element)}" for element in page.all("style")]
    for element in page.root.iter():
        faults += [f"{name} on {_name(element)}" for name in element.attrib if _acts(name)]
        is_data = element.get("type") in ("application/ld+json", "application/json", "importmap")
        if element.tag == "script" and not element.get("src") and not is_data:
            faults.append("inline script")
    return faults


def _acts(attribute: str) -> bool:
    return attribute == "style" or (attribute.startswith("on") and "-" not in attribute)


def _name(element: Element) -> str:
    named = element.get("name") or element.get("id") or element.get("class") or ""
    return f"<{element.tag} {named}>"


class Browser:
    """A client that keeps cookies, follows forms, and refuses a page with a fault."""

    def __init__(self, app: Flask, base: str = BASE) -> None:
        self.app = app
        self.base = base
        self.client = app.test_client()
        self.response: TestResponse | None = None
        self.page: Page | None = None
        self.address = base + "/"

    def get(self, path: str, **options: Any) -> TestResponse:
        """Go to a page."""
        return self._open("GET", path, **options)

    def post(self, path: str, data: Any = None, **options: Any) -> TestResponse:
        """Send a form of one's own making, from a page of the site but without a token."""
        options.setdefault("headers", {}).setdefault("Origin", _origin(self.base))
        return self._open("POST", path, data=data, **options)

    def send(self, path: str, data: dict[str, Any] | None = None, **options: Any) -> TestResponse:
        """Send a form of one's own making with the token that a signed-in person's pages hold."""
        return self.post(path, {"csrf_token": self.token(), **(data or {})}, **options)

    def submit(self, button: str, **fields: Any) -> TestResponse:
        """Fill in the form of the present page that has this button, and press it."""
        assert self.page is not None, "no page is open"
        pressed, form = self.page.button(button), self.page.form_with(button)
        data: dict[str, list[Any]] = {}
        for name, value in self.page.fields(form):
            data.setdefault(name, []).append(value)
        if pressed.get("name"):
            data[str(pressed.get("name"))] = [pressed.get("value", "")]
        for name, value in fields.items():
            data[name] = list(value) if isinstance(value, list | tuple) else [value]
        target = pressed.get("formaction") or form.get("action") or self.address
        if form.get("method", "get").lower() == "get":
            return self.get(_path(target), query_string=data)
        return self.post(_path(urljoin(self.address, target)), data)

    def follow(self) -> TestResponse:
        """Go where the last answer sends the browser."""
        assert self.response is not None
        location = self.response.headers["Location"]
        return self.get(_path(urljoin(self.address, location)))

    def sign_in(self, person: Person) -> "Browser":
        """Be that person from now on, without the form."""
        with db.unit_of_work(installation.of(self.app).database, write=False):
            account = people.get_account(person.id)
            secret = sessions.start(account, now=clock.now())
        name = "__Host-sid" if self.base.startswith("https") else "sid"
        host = urlsplit(self.base).hostname or ""
        self.client.set_cookie(name, secret, domain=host, secure=self.base.startswith("https"))
        return self

    def token(self) -> str:
        """A token for forms, from a page that every session may see."""
        if not self.cookies():
            self.get("/auth/login")
        kept = "; ".join(f"{c.key}={c.value}" for c in self.client._cookies.values())
        with self.app.test_request_context(base_url=self.base, headers={"Cookie": kept}):
            return str(generate_csrf())

    @property
    def heading(self) -> str:
        """The h1 of the present page."""
        assert self.page is not None, "no page is open"
        return self.page.heading()

    @property
    def text(self) -> str:
        """All that can be read on the present page, on one line."""
        assert self.page is not None, "no page is open"
        return self.page.words(self.page.root)

    def cookies(self) -> set[str]:
        """The names of the cookies that the browser keeps."""
        return {cookie.key for cookie in self.client._cookies.values()}

    def _open(self, method: str, path: str, **options: Any) -> TestResponse:
        options = {"method": method, "base_url": self.base, "buffered": True, **options}
        response = self.client.open(path, **options)
        self.response, self.page = response, None
        if response.mimetype == "text/html" and response.status_code not in (301, 302, 303, 308):
            self.address = urljoin(self.base, path)
            self.page = Page(response)
            faults = faults_of(self.page)
            assert not faults, f"{method} {path}: " + "; ".join(faults) + f"\n{self.page.text}"
        return response


def _path(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
