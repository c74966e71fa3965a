"""Notices: told with their cause, once, and only as loud as someone wants."""

from datetime import timedelta

import pytest

from cms import clock, db, notices
from cms.accounts.permissions import Person
from cms.errors import NotFound, Rejected
from cms.notices import choices, kinds, reading, telling
from cms.notices.kinds import KINDS, Channel
from cms.notices.models import NoticeChoice
from cms.outbox import posting

NOW = clock.now().replace(microsecond=0)
SUBJECT = ("entry", "01J00000000000000000000000")


def _tell(
    to: str | None,
    *,
    by: Person | None = None,
    kind: str = "entry-changed",
    at: timedelta = timedelta(),
    subject: tuple[str, str] = SUBJECT,
    once_key: str = "",
) -> None:
    values = {"who": "Eli", "title": "Tea", "label": "Count", "error": "No."}
    notices.tell(to, kind, values=values, subject=subject, by=by, now=NOW + at, once_key=once_key)


def _letters() -> int:
    return len(posting.list_waiting([telling.ERRAND]))


def test_someone_is_told_what_another_did(unit: db.UnitOfWork, ana: Person, eli: Person) -> None:
    _tell(ana.id, by=eli)
    (notice,) = reading.list_notices(ana.id, limit=9)
    assert kinds.sentence(notice.kind, notice.values) == "Eli changed “Tea”."
    assert kinds.page(notice.subject_kind, notice.subject_id) == f"/admin/entries/{SUBJECT[1]}"
    assert (reading.count_unread(ana.id), reading.count_unread(eli.id)) == (1, 0)
    assert _letters() == 0, "this kind is quiet by default"


def test_nobody_is_told_what_they_did_themselves(unit: db.UnitOfWork, ana: Person) -> None:
    _tell(ana.id, by=ana)
    _tell(None, by=ana)
    assert reading.count_unread(ana.id) == 0


def test_nobody_is_told_of_what_was_rolled_back(database: db.Database, ana: Person) -> None:
    with db.unit_of_work(database):
        _tell(ana.id)
    with db.unit_of_work(database):
        assert reading.count_unread(ana.id) == 0


def test_the_same_again_renews_what_was_not_read(unit: db.UnitOfWork, ana: Person) -> None:
    for minutes in range(3):
        _tell(ana.id, at=timedelta(minutes=minutes))
    _tell(ana.id, subject=("entry", "01J00000000000000000000001"))
    (newest, other) = reading.list_notices(ana.id, limit=9)
    assert (newest.times, newest.told_at) == (3, NOW + timedelta(minutes=2))
    assert other.times == 1
    reading.mark_read(ana.id, now=NOW)
    _tell(ana.id)
    assert reading.count_unread(ana.id) == 1


def test_one_cause_tells_once_even_when_it_was_read(unit: db.UnitOfWork, ana: Person) -> None:
    _tell(ana.id, kind="went-live", once_key="went-live:1")
    reading.mark_read(ana.id, now=NOW)
    _tell(ana.id, kind="went-live", once_key="went-live:1")
    assert reading.count_notices(ana.id) == 1


def test_what_is_loud_by_default_comes_by_letter_too(unit: db.UnitOfWork, ana: Person) -> None:
    _tell(ana.id, kind="job-failed", subject=("job", SUBJECT[1]))
    assert _letters() == 1


def test_everyone_chooses_for_themselves(unit: db.UnitOfWork, ana: Person, eli: Person) -> None:
    choices.save(ana.id, {"entry-changed": "mail", "job-failed": "off"}, "at-once", now=NOW)
    _tell(ana.id)
    _tell(eli.id)
    assert _letters() == 1
    _tell(ana.id, kind="job-failed")
    assert reading.count_unread(ana.id) == 1, "not at all"


def test_a_daily_letter_waits(unit: db.UnitOfWork, ana: Person) -> None:
    choices.save(ana.id, {}, "daily", now=NOW)
    _tell(ana.id, kind="job-failed")
    assert _letters() == 0
    assert [notice.mail for notice in reading.list_notices(ana.id, limit=9)] == ["waiting"]


def test_many_at_once_become_a_daily_letter(unit: db.UnitOfWork, ana: Person) -> None:
    for number in range(8):
        _tell(ana.id, kind="job-failed", subject=("job", f"01J0000000000000000000000{number}"))
    assert _letters() == telling.MOST_AT_ONCE
    waiting = [each for each in reading.list_notices(ana.id, limit=9) if each.mail == "waiting"]
    assert len(waiting) == 8 - telling.MOST_AT_ONCE


def test_ending_letters_keeps_the_notices(unit: db.UnitOfWork, ana: Person) -> None:
    choices.save(ana.id, {"entry-changed": "off"}, "daily", now=NOW)
    _tell(ana.id, kind="job-failed")
    choices.stop_letters(ana.id, now=NOW)
    chosen = choices.of(ana.id)
    assert Channel.MAIL not in {chosen.channel(kind) for kind in KINDS}
    assert chosen.channel("entry-changed") is Channel.OFF
    db.session().expire_all()
    assert [notice.mail for notice in reading.list_notices(ana.id, limit=9)] == ["none"]


@pytest.mark.parametrize(
    ("channels", "digest"),
    [({"nonsense": "mail"}, "daily"), ({"went-live": "loud"}, "daily"), ({}, "weekly")],
)
def test_what_cannot_be_chosen_is_refused(
    unit: db.UnitOfWork, ana: Person, channels: dict[str, str], digest: str
) -> None:
    with pytest.raises(Rejected):
        choices.save(ana.id, channels, digest, now=NOW)


def test_a_choice_that_this_release_does_not_know_counts_for_nothing(
    unit: db.UnitOfWork, ana: Person
) -> None:
    choices.save(ana.id, {}, "daily", now=NOW)
    db.session().get_one(NoticeChoice, ana.id).channels = {"went-live": "pigeon"}
    assert choices.of(ana.id).channel("went-live") is KINDS["went-live"].default


def test_an_unknown_kind_is_our_own_mistake(unit: db.UnitOfWork, ana: Person) -> None:
    with pytest.raises(LookupError):
        _tell(ana.id, kind="nonsense")


def test_notices_of_others_are_not_there(unit: db.UnitOfWork, ana: Person, eli: Person) -> None:
    _tell(ana.id)
    (notice,) = reading.list_notices(ana.id, limit=9)
    with pytest.raises(NotFound):
        reading.get_notice(eli.id, notice.id)
    reading.mark_read(eli.id, now=NOW, notice_id=notice.id)
    assert reading.count_unread(ana.id) == 1


def test_old_notices_are_forgotten(unit: db.UnitOfWork, ana: Person) -> None:
    _tell(ana.id)
    reading.mark_read(ana.id, now=NOW)
    _tell(ana.id, subject=("entry", "01J00000000000000000000001"))
    reading.forget_old(now=NOW + reading.KEPT_READ + timedelta(days=1))
    assert reading.count_notices(ana.id) == 1
    reading.forget_old(now=NOW + reading.KEPT_UNREAD + timedelta(days=1))
    assert reading.count_notices(ana.id) == 0
