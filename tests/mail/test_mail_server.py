"""Sending by a real mail server: plain, encrypted, with a password, slow, refusing, gone."""

import shutil
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP as Server
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session

from cms import clock, db, mail
from cms.config import Settings
from cms.errors import CmsError
from cms.mail import sending
from cms.outbox import delivery, posting
from cms.outbox.delivery import GiveUp, TryAgain

NOW = clock.now()
PASSWORD = "p@ss/word with everything:"


class Box:
    """What arrived, and how the server behaves."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.was_encrypted: list[bool] = []
        self.on_recipient = self.on_data = "250 OK"
        self.pause = 0.0

    async def handle_RCPT(
        self, _server: Server, _session: Session, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.on_recipient.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.on_recipient

    async def handle_DATA(self, _server: Server, session: Session, envelope: Envelope) -> str:
        time.sleep(self.pause)
        if self.on_data.startswith("250"):
            self.envelopes.append(envelope)
            self.was_encrypted.append(session.ssl is not None)
        return self.on_data

    def letter(self) -> str:
        """The only letter that arrived."""
        (envelope,) = self.envelopes
        content = envelope.content or b""
        return content.decode() if isinstance(content, bytes) else content


Open = Callable[..., str]


@pytest.fixture
def box() -> Box:
    return Box()


@pytest.fixture
def serve(box: Box) -> Iterator[Open]:
    """Opens a mail server and gives the start of its MAIL_URL: `127.0.0.1:port`."""
    running: list[Controller] = []

    def make(**options: Any) -> str:
        controller = Controller(box, hostname="127.0.0.1", port=_free_port(), **options)
        controller.start()
        running.append(controller)
        return f"localhost:{controller.port}"

    yield make
    for controller in running:
        controller.stop()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for localhost, and its key, in one file."""
    openssl = shutil.which("openssl")
    if openssl is None:
        pytest.skip("no openssl to make a certificate with")
    folder = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
         "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost",
         "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")],
        check=True, capture_output=True,
    )  # fmt: skip
    both = folder / "both.pem"
    both.write_bytes((folder / "cert.pem").read_bytes() + (folder / "key.pem").read_bytes())
    return both


@pytest.fixture
def encrypted(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> ssl.SSLContext:
    """What a server encrypts with, by a certificate that this test trusts."""
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    return _context(certificate)


def _context(certificate: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    return context


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        number: int = probe.getsockname()[1]
        return number


def _check(_server: Server, _session: Session, _envelope: Envelope, _how: str, given: Any) -> Any:
    assert isinstance(given, LoginPassword)
    return AuthResult(success=given == LoginPassword(b"us@tea.example", PASSWORD.encode()))


def _send(mail_url: str, *, to: str = "ana@example.org", text: str = "Tea is ready.\n") -> None:
    settings = Settings.from_environment({"MAIL_URL": mail_url, "SITE_URL": "https://tea.example"})
    letter = EmailMessage(policy=SMTP)
    letter["From"], letter["To"], letter["Subject"] = "no-reply@tea.example", to, "Tée ☕"
    letter.set_content(text)
    sending.send(letter, settings)


LOGIN = f"us%40tea.example:{PASSWORD.replace('@', '%40').replace('/', '%2F').replace(' ', '%20')}@"


def test_a_letter_arrives(serve: Open, box: Box) -> None:
    _send(f"smtp://{serve()}", text="Tea is ready. 数据库\n.\nA dot alone is no end.\n")
    assert box.envelopes[0].mail_from == "no-reply@tea.example"
    assert box.envelopes[0].rcpt_tos == ["ana@example.org"]
    assert box.was_encrypted == [False]
    assert "Subject: =?utf-8?" in box.letter()


def test_it_goes_encrypted_where_that_is_offered(
    serve: Open, box: Box, encrypted: ssl.SSLContext
) -> None:
    _send(f"smtp://{serve(tls_context=encrypted)}")
    assert box.was_encrypted == [True]


def test_smtps_is_encrypted_from_the_beginning(
    serve: Open, box: Box, encrypted: ssl.SSLContext
) -> None:
    _send(f"smtps://{serve(ssl_context=encrypted)}")
    assert len(box.envelopes) == 1


def test_a_password_goes_over_tls(serve: Open, box: Box, encrypted: ssl.SSLContext) -> None:
    where = serve(tls_context=encrypted, authenticator=_check, auth_required=True)
    _send(f"smtp://{LOGIN}{where}")
    assert box.was_encrypted == [True]


def test_a_wrong_password_may_be_put_right(
    serve: Open, box: Box, encrypted: ssl.SSLContext
) -> None:
    where = serve(tls_context=encrypted, authenticator=_check, auth_required=True)
    with pytest.raises(TryAgain, match="refuses our name") as refusal:
        _send(f"smtp://us%40tea.example:wrong@{where}")
    assert "wrong" not in refusal.value.message
    assert "us@" not in refusal.value.message
    assert box.envelopes == []


def test_a_password_is_never_sent_without_tls(serve: Open, box: Box) -> None:
    seen: list[Any] = []

    def remember(*given: Any) -> AuthResult:
        seen.append(given)
        return AuthResult(success=True)

    where = serve(authenticator=remember, auth_require_tls=False)
    with pytest.raises(TryAgain, match="no STARTTLS"):
        _send(f"smtp://{LOGIN}{where}")
    assert (seen, box.envelopes) == ([], [])
    _send(f"smtp://{LOGIN}{where}?tls=off")
    assert len(seen) == len(box.envelopes) == 1


def test_tls_can_be_demanded(serve: Open, box: Box) -> None:
    with pytest.raises(TryAgain, match="no STARTTLS"):
        _send(f"smtp://{serve()}?tls=on")


def test_a_certificate_that_nobody_vouches_for_is_refused(
    serve: Open, box: Box, certificate: Path
) -> None:
    with pytest.raises(TryAgain, match="No safe connection"):
        _send(f"smtp://{serve(tls_context=_context(certificate))}")
    assert box.envelopes == []


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("550 5.1.1 No such person", GiveUp),
        ("552 Box full for good", GiveUp),
        ("450 4.2.0 Greylisted, come back", TryAgain),
        ("451 Local trouble", TryAgain),
    ],
)
def test_a_refused_recipient_is_given_up_or_tried_again(
    serve: Open, box: Box, answer: str, kind: type[CmsError]
) -> None:
    box.on_recipient = answer
    with pytest.raises(kind, match=answer[:3]):
        _send(f"smtp://{serve()}")


@pytest.mark.parametrize(("answer", "kind"), [("554 Spam", GiveUp), ("452 Disk full", TryAgain)])
def test_a_refused_letter_is_given_up_or_tried_again(
    serve: Open, box: Box, answer: str, kind: type[CmsError]
) -> None:
    box.on_data = answer
    with pytest.raises(kind, match=answer):
        _send(f"smtp://{serve()}")


def test_a_slow_server_is_left_after_a_while(
    serve: Open, box: Box, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "PATIENCE", 0.2)
    box.pause = 0.6
    with pytest.raises(TryAgain, match="does not answer"):
        _send(f"smtp://{serve()}")


def test_a_server_that_hangs_up_is_tried_again() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.listen()
        port = listening.getsockname()[1]

        def hang_up() -> None:
            connection, _address = listening.accept()
            connection.close()

        thread = threading.Thread(target=hang_up)
        thread.start()
        with pytest.raises(TryAgain, match="does not answer"):
            _send(f"smtp://127.0.0.1:{port}")
        thread.join()


def test_a_name_in_any_script_needs_a_server_that_knows_it(serve: Open, box: Box) -> None:
    _send(f"smtp://{serve(enable_SMTPUTF8=True)}", to="анна@example.org")
    assert box.envelopes[0].rcpt_tos == ["анна@example.org"]
    with pytest.raises(GiveUp, match="cannot do this"):
        _send(f"smtp://{serve(enable_SMTPUTF8=False)}", to="анна@example.org")


def test_a_letter_outlives_a_dead_server(
    serve: Open, box: Box, database: db.Database, settings: Settings
) -> None:
    dead = settings.model_copy(update={"MAIL_URL": _secret(f"smtp://127.0.0.1:{_free_port()}")})
    with db.unit_of_work(database):
        mail.post("reset", to="ana@example.org", values={"minutes": 30}, now=NOW)
        db.commit()
    _drain(database, dead, NOW)
    with db.unit_of_work(database, write=False):
        (waiting,) = posting.list_waiting(["letter"])
        assert waiting.error == "The mail server does not answer: ConnectionRefusedError"
    alive = settings.model_copy(update={"MAIL_URL": _secret(f"smtp://{serve()}")})
    assert _drain(database, alive, NOW) == 0, "not yet"
    assert _drain(database, alive, NOW + delivery.DELAYS[0] + timedelta(seconds=1)) == 1
    assert "your password stays" in box.letter()


def _secret(url: str) -> Any:
    return Settings.from_environment({"MAIL_URL": url}).MAIL_URL


def _drain(database: db.Database, settings: Settings, at: Any) -> int:
    return delivery.drain(database, settings, worker="one", now=lambda: at)
