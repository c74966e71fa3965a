"""How mail is set, and a test letter to a real mail server."""

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from cms.accounts.permissions import Person
from cms.mail import sending
from tests.browsing import Browser

PAGE = "/admin/settings/mail/"


class Postman:
    """Takes letters, or answers as it is told."""

    def __init__(self, answer: str = "") -> None:
        self.answer = answer
        self.letters: list[Any] = []

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        self.letters.append(envelope)
        return "250 OK"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def mail_server() -> Iterator[Callable[..., Postman]]:
    """Starts mail servers on a port."""
    running: list[Controller] = []

    def start(port: int, answer: str = "", password: str = "") -> Postman:
        def check(
            _server: Any, _session: Any, _envelope: Any, _kind: str, given: Any
        ) -> AuthResult:
            return AuthResult(success=given.password == password.encode())

        postman = Postman(answer)
        more: dict[str, Any] = (
            {"authenticator": check, "auth_require_tls": False, "auth_exclude_mechanism": ["LOGIN"]}
            if password
            else {}
        )
        server = Controller(postman, hostname="127.0.0.1", port=port, **more)
        server.start()
        running.append(server)
        return postman

    yield start
    for server in running:
        server.stop()


@pytest.fixture
def port() -> int:
    """A port on which nothing listens yet."""
    return _free_port()


@pytest.fixture
def mail_url(request: pytest.FixtureRequest, port: int) -> str:
    """MAIL_URL of the test's site; `{port}` is filled in."""
    return str(getattr(request, "param", "smtp://127.0.0.1:{port}?from=us@tea.example")).format(
        port=port
    )


@pytest.fixture
def environment(mail_url: str) -> dict[str, str]:
    """The site has a mail server."""
    return {"MAIL_URL": mail_url}


def _send(browser: Browser, person: Person) -> int:
    browser.sign_in(person).get(PAGE)
    return browser.submit("Send me a test letter").status_code


SECRET_URL = "smtp://us%40er:very-secret@127.0.0.1:{port}?tls=off&from=us@tea.example"
with_password = pytest.mark.parametrize("mail_url", [SECRET_URL], indirect=True)


def test_a_letter_arrives(
    browser: Browser, ada: Person, mail_server: Callable[..., Postman], port: int
) -> None:
    postman = mail_server(port)
    assert _send(browser, ada) == 303
    browser.follow()
    assert "The mail server took the letter to ada@example.org." in browser.text
    [letter] = postman.letters
    assert letter.rcpt_tos == ["ada@example.org"]
    assert letter.mail_from == "us@tea.example"
    assert b"There is nothing to do." in letter.content


@with_password
def test_the_page_shows_everything_but_the_password(browser: Browser, ada: Person) -> None:
    browser.sign_in(ada).get(PAGE)
    for words in ("127.0.0.1:", "us@er", "us@tea.example"):
        assert words in browser.text
    assert "very-secret" not in browser.page.text  # type: ignore[union-attr]


@with_password
def test_the_right_password_lets_the_letter_through(
    browser: Browser, ada: Person, mail_server: Callable[..., Postman], port: int
) -> None:
    postman = mail_server(port, password="very-secret")
    assert _send(browser, ada) == 303
    assert len(postman.letters) == 1


@with_password
def test_a_refused_password_is_said_in_plain_words(
    browser: Browser, ada: Person, mail_server: Callable[..., Postman], port: int
) -> None:
    mail_server(port, password="another one")
    assert _send(browser, ada) == 422
    assert "refuses our name and password. Check user and password in MAIL_URL." in browser.text
    assert "very-secret" not in browser.page.text  # type: ignore[union-attr]


@pytest.mark.parametrize(
    "mail_url", ["smtp://user:very-secret@127.0.0.1:{port}", "smtp://127.0.0.1:{port}?tls=on"],
    indirect=True,
)  # fmt: skip
def test_without_starttls_no_password_is_sent(
    browser: Browser, ada: Person, mail_server: Callable[..., Postman], port: int
) -> None:
    postman = mail_server(port)
    assert _send(browser, ada) == 422
    assert "offers no STARTTLS" in browser.text
    assert not postman.letters


def test_a_refused_recipient_is_said(
    browser: Browser, ada: Person, mail_server: Callable[..., Postman], port: int
) -> None:
    mail_server(port, answer="550 5.1.1 <b>No</b> such mailbox")
    assert _send(browser, ada) == 422
    assert "550 5.1.1 <b>No</b> such mailbox" in browser.text


def test_a_server_that_is_not_there_is_said(browser: Browser, ada: Person) -> None:
    assert _send(browser, ada) == 422
    assert "does not answer" in browser.text
    assert "Check host and port in MAIL_URL" in browser.text


def test_a_server_that_says_nothing_is_given_up(
    browser: Browser, ada: Person, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.2)
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", port))
        silent.listen()
        assert _send(browser, ada) == 422
    assert "does not answer" in browser.text


@pytest.mark.parametrize("mail_url", [""], indirect=True)
def test_without_a_mail_server_it_is_said_that_letters_go_to_the_log(
    browser: Browser, ada: Person
) -> None:
    assert _send(browser, ada) == 303
    browser.follow()
    assert "Mail is not set up" in browser.text
    assert "The letter stands in the log" in browser.text


@pytest.mark.parametrize("mail_url", [""], indirect=True)
def test_letters_are_not_sent_without_end(browser: Browser, ada: Person) -> None:
    assert [_send(browser, ada) for _ in range(4)] == [303, 303, 303, 429]


def test_it_needs_the_permission(browser: Browser, eli: Person) -> None:
    assert browser.get(PAGE).status_code == 302
    assert browser.sign_in(eli).get(PAGE).status_code == 403
    assert browser.send(PAGE).status_code == 403
