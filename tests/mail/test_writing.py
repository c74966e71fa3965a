"""Writing letters: headers that nobody can add to, and words in the reader's language."""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cms.config import Settings
from cms.errors import CmsError
from cms.mail import writing
from cms.mail.letters import Letter
from cms.site.settings import SiteSettings

HEADERS = {
    *("from", "to", "subject", "message-id", "auto-submitted", "mime-version"),
    *("content-type", "content-transfer-encoding"),
}


def _write(
    *, name: str = "Ana", to: str = "ana@example.org", title: str = "Tea", mail_url: str = ""
) -> EmailMessage:
    settings = Settings.from_environment({"MAIL_URL": mail_url, "SITE_URL": "https://tea.example"})
    letter = Letter("reset", to, name, "en", {"minutes": 30})
    site = SiteSettings(title=title)
    return writing.write(letter, "https://tea.example/x", site, settings, message_id="01ABC")


@given(name=st.text(max_size=200), title=st.text(max_size=200))
def test_no_name_and_no_title_adds_a_header(name: str, title: str) -> None:
    written = _write(name=_sendable(name), title=_sendable(title)).as_bytes()
    read = message_from_bytes(written, policy=SMTP)
    assert {key.lower() for key in read} == HEADERS
    assert [each.addr_spec for each in read["To"].addresses] == ["ana@example.org"]
    assert [each.addr_spec for each in read["From"].addresses] == ["no-reply@tea.example"]
    assert not read.defects


def _sendable(text: str) -> str:
    """Half characters are refused at the doors."""
    return text.encode("utf-8", "replace").decode()


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\u2028", "\x85", "\x0b", "\x1e", "\n\n"])
def test_no_line_end_begins_another_header(end: str) -> None:
    smuggled = f"Ana{end}Bcc: all@example.org"
    read = message_from_bytes(_write(name=smuggled, title=smuggled).as_bytes(), policy=SMTP)
    assert read["Bcc"] is None
    assert len(read["To"].addresses) == 1


@pytest.mark.parametrize("to", ["ana@example.org, zoe@example.org", "<ana@example.org>", "ana"])
def test_what_is_no_single_address_is_given_up(to: str) -> None:
    with pytest.raises(CmsError, match="no e-mail address"):
        _write(to=to)


def test_a_domain_in_any_script_is_written_as_servers_know_it() -> None:
    assert _write(to="ana@münchen.example")["To"].addresses[0].domain == "xn--mnchen-3ya.example"


def test_the_operator_chooses_who_writes_and_who_is_answered() -> None:
    written = _write(mail_url="smtp://mail.example?from=us@tea.example&reply_to=we@tea.example")
    assert written["From"] == "Tea <us@tea.example>"
    assert written["Reply-To"] == "we@tea.example"


def test_a_long_subject_is_cut_at_a_word() -> None:
    assert len(_write(title="tea " * 200)["Subject"]) <= writing.LONGEST_SUBJECT


def test_the_letter_reads_well() -> None:
    assert _write().get_content() == (
        "Hello Ana,\n\n"
        "Somebody, probably you, asked for a new password for Tea.\n\n"
        "This link works once, for 30 minutes:\n\n"
        "https://tea.example/x\n\n"
        "If it was not you, there is nothing to do: your password stays as it is.\n\n"
        "-- \nTea\nhttps://tea.example/\n"
    )
