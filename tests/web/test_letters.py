"""Letters: by a mail server, or in the log of a site that has none."""

import logging
import smtplib
import threading
from email.message import EmailMessage
from typing import Any, Self

import pytest

from cms.config import Settings
from cms.web import letters

SECRET = "http://tea.example/auth/reset/secret"


class Server:
    """A mail server that only remembers."""

    sent: list[EmailMessage] = []  # noqa: RUF012
    steps: list[str] = []  # noqa: RUF012
    is_down = False

    def __init__(self, host: str, port: int, **_: Any) -> None:
        if self.is_down:
            raise ConnectionRefusedError
        self.steps.append(f"{host}:{port}")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...

    def has_extn(self, _name: str) -> bool:
        return True

    def starttls(self, **_: Any) -> None:
        self.steps.append("starttls")

    def login(self, user: str, password: str) -> None:
        self.steps.append(f"{user}/{password}")

    def send_message(self, letter: EmailMessage) -> None:
        self.sent.append(letter)


@pytest.fixture(autouse=True)
def server(monkeypatch: pytest.MonkeyPatch) -> type[Server]:
    monkeypatch.setattr(smtplib, "SMTP", Server)
    monkeypatch.setattr(Server, "sent", [])
    monkeypatch.setattr(Server, "steps", [])
    return Server


def _send(mail_url: str, to: str = "ana@example.org") -> None:
    settings = Settings.from_environment({"MAIL_URL": mail_url, "SITE_URL": "https://tea.example"})
    letters.send(settings, to=to, subject="Tea", text=f"Here: {SECRET}\n")
    for thread in threading.enumerate():
        if thread.daemon and thread is not threading.current_thread():
            thread.join(5)


def test_a_letter_goes_by_the_mail_server(server: type[Server]) -> None:
    _send("smtp://us%40er:pass@mail.example:2525?from=tea@tea.example")
    assert server.steps == ["mail.example:2525", "starttls", "us@er/pass"]
    assert server.sent[0]["To"] == "ana@example.org"
    assert server.sent[0]["From"] == "tea@tea.example"


def test_its_secret_is_not_logged(caplog: pytest.LogCaptureFixture, server: type[Server]) -> None:
    caplog.set_level(logging.DEBUG)
    server.is_down = True
    try:
        _send("smtp://mail.example")
    finally:
        server.is_down = False
    assert "could not be sent" in caplog.text
    assert "secret" not in caplog.text


def test_without_a_mail_server_it_stands_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    _send("")
    assert SECRET in caplog.text


def test_a_header_cannot_be_smuggled_in() -> None:
    with pytest.raises(ValueError, match=r"newline|linefeed"):
        _send("smtp://mail.example", to="ana@example.org\nBcc: all@example.org")
