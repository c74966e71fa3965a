"""Letters: posted in the transaction of their cause, written and sent when it is committed.

What is posted holds no secret. A letter with a link names the token behind it, and the link is made
when the letter is written; when the link does not work any more by then, no letter goes out. A
letter is sent at least once: twice, with one Message-ID, when a process is killed between sending
it and noting that it was sent.
"""

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cms import db, i18n
from cms.accounts import links
from cms.mail import sending, writing
from cms.outbox import delivery, posting
from cms.site import settings as site_settings

log = logging.getLogger(__name__)

KIND = "letter"
PATIENCE = timedelta(minutes=5)  # a mail server may think long about each line


@dataclass(frozen=True, slots=True)
class Letter:
    """What is kept of a letter until it is written."""

    template: str
    to: str
    name: str
    language: str
    values: dict[str, Any] = field(default_factory=dict)
    token_id: str | None = None


def post(
    template: str,
    *,
    to: str,
    now: datetime,
    name: str = "",
    language: str = "en",
    values: Mapping[str, Any] | None = None,
    token_id: str | None = None,
    once_key: str = "",
) -> str | None:
    """Post a letter to one address; it is sent soon after the door commits, and only then.

    A letter to nobody ("") is posted like any other and never sent: whoever asks for one learns
    nothing from how long that takes.

    `template` is a file of cms/mail/templates, `values` are plain data for it (no secrets: a link
    comes from its `token_id`). Returns the id in the outbox, or None when a letter with this
    `once_key` was posted before.
    """
    writing.ensure_template(template)
    if not to.isprintable():
        raise ValueError("an e-mail address is one line of printable characters")
    letter = Letter(template, to, name, language, dict(values or {}), token_id)
    return posting.post(KIND, asdict(letter), now=now, once_key=once_key)


@delivery.handles(KIND, claim=PATIENCE)
def deliver(task: delivery.Task) -> None:
    """Write a posted letter and send it; raises TryAgain or GiveUp."""
    if not task.payload["to"]:
        return
    letter = Letter(**task.payload)
    link = None
    if letter.token_id is not None:
        link = links.find_url(letter.token_id, settings=task.settings, now=task.now)
        if link is None:
            log.info("a letter was not sent: its link does not work any more")
            return
    send(letter, task, link=link)


def send(
    letter: Letter, task: delivery.Task, *, link: str | None = None, stop_url: str | None = None
) -> None:
    """Write a letter in its reader's language and send it; closes the unit of work meanwhile.

    At `stop_url` the reader can say that no more of these shall come.
    """
    site = site_settings.load()
    # Nothing of the database is held while a mail server takes its time.
    db.unit().close()
    with i18n.language(letter.language):
        written = writing.write(letter, link, site, task.settings, message_id=task.id)
    if stop_url is not None:
        written["List-Unsubscribe"] = f"<{stop_url}>"
    sending.send(written, task.settings)
