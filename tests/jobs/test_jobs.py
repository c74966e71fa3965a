"""Jobs: started by a commit, run in someone's name, ended in words."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa

from cms import db, jobs
from cms.accounts import closing, people
from cms.accounts.permissions import OPERATOR
from cms.errors import NotAllowed, NotFound, Rejected
from cms.history.models import Change, ChangeSet
from cms.jobs import claims, kinds, listing, running, starting, steering
from cms.jobs.models import Job
from cms.outbox import posting
from cms.site import settings as site_settings
from tests.jobs.conftest import KIND, Bench

Declare = Callable[[kinds.Work], None]


def _post(name: str, bench: Bench) -> None:
    posting.post("effect", {"name": name}, now=bench.now)


def _effects(bench: Bench) -> list[str]:
    with db.unit_of_work(bench.database, write=False):
        return sorted(errand.payload["name"] for errand in posting.list_waiting(["effect"]))


def test_a_job_is_done_and_says_what_came_of_it(bench: Bench, work: Declare) -> None:
    def count(payload: jobs.Payload, progress: jobs.Progress) -> None:
        progress.each(payload["names"], lambda names: [_post(name, bench) for name in names])
        progress.finish("Counted three.", href="/admin/")

    work(count)
    line = bench.do({"names": ["a", "b", "c"]})
    assert (line.state, line.done, line.total, line.percent) == ("done", 3, 3, 100)
    assert (line.words, line.result_href) == ("Counted three.", "/admin/")
    assert _effects(bench) == ["a", "b", "c"]


def test_what_is_rolled_back_starts_nothing(bench: Bench, work: Declare) -> None:
    with db.unit_of_work(bench.database):
        job_id = starting.enqueue(KIND, {}, label="Count", by=bench.by, now=bench.now)
    bench.deliver()
    with pytest.raises(NotFound):
        bench.look(job_id)


def test_one_that_was_just_posted_waits_visibly(bench: Bench, work: Declare) -> None:
    job_id = bench.enqueue()
    assert bench.look(job_id).state == "queued"
    with db.unit_of_work(bench.database, write=False):
        (line,) = listing.list_jobs(started_by=bench.by.id, limit=10)
        assert line.id == job_id
        assert listing.list_jobs(started_by="someone else", limit=10) == []
    bench.deliver()
    with db.unit_of_work(bench.database, write=False):
        assert [each.id for each in listing.list_jobs(limit=10)] == [job_id]


def test_delivered_twice_it_is_one_job(bench: Bench, work: Declare) -> None:
    job_id = bench.enqueue()
    with db.unit_of_work(bench.database, write=False):
        errand = posting.find(job_id)
        assert errand is not None
        payload = dict(errand.payload)
    bench.deliver()
    bench.run(job_id)
    with db.unit_of_work(bench.database):
        from cms.outbox.delivery import Task

        starting.deliver(Task(job_id, "job", payload, 2, bench.settings, bench.now))
    assert bench.look(job_id).state == "done"


def test_a_key_starts_one_job(bench: Bench, work: Declare) -> None:
    bench.enqueue(once_key="nightly")
    with pytest.raises(LookupError):
        bench.enqueue(once_key="nightly")


def test_an_unknown_kind_is_our_own_mistake(bench: Bench) -> None:
    with db.unit_of_work(bench.database), pytest.raises(LookupError):
        starting.enqueue("nonsense", {}, label="?", by=None, now=bench.now)


def test_a_payload_has_an_end(bench: Bench, work: Declare) -> None:
    with pytest.raises(ValueError, match="too much"):
        bench.enqueue({"ids": ["x" * starting.MAX_PAYLOAD]})


def test_it_acts_in_the_name_of_whoever_started_it(bench: Bench, work: Declare) -> None:
    seen = []
    work(lambda _payload, progress: seen.append(progress.by))
    bench.do()
    assert (seen[0].id, seen[0].roles) == (bench.by.id, bench.by.roles)


def test_without_anyone_the_site_itself_acts(bench: Bench, work: Declare) -> None:
    seen = []
    work(lambda _payload, progress: seen.append(progress.by))
    bench.by = OPERATOR
    bench.do()
    assert seen == [OPERATOR]


def test_someone_whose_account_was_closed_does_nothing_any_more(
    bench: Bench, work: Declare
) -> None:
    job_id = bench.enqueue()
    bench.deliver()
    with db.unit_of_work(bench.database):
        closing.disable(people.get_account(bench.by.id), now=bench.now)
        db.commit()
    line = bench.run(job_id)
    assert line.state == "failed"
    assert "closed" in line.error


def test_a_refusal_ends_it_in_its_own_words(bench: Bench, work: Declare) -> None:
    def refuse(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        progress.once("first", lambda: _post("first", bench))
        progress.once("second", lambda: _refuse(bench))

    work(refuse)
    line = bench.do()
    assert (line.state, line.error) == ("failed", "This entry is locked.")
    assert _effects(bench) == ["first"], "what the refused step did is dropped"


def _refuse(bench: Bench) -> None:
    _post("second", bench)
    raise Rejected("This entry is locked.")


def test_an_accident_is_told_without_what_it_held(
    bench: Bench, work: Declare, caplog: pytest.LogCaptureFixture
) -> None:
    work(lambda payload, _progress: payload["secret"] / 0)
    line = bench.do({"secret": 4711})
    assert line.state == "failed"
    assert "ZeroDivisionError" in line.error
    assert "4711" not in caplog.text


def test_trying_again_passes_over_what_is_done(bench: Bench, work: Declare) -> None:
    is_locked = [True]

    def act(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        chosen = progress.once("choose", lambda: ["a", "b"])
        progress.once("a", lambda: _post(chosen[0], bench))
        if is_locked[0]:
            raise Rejected("Locked.")
        progress.once("b", lambda: _post(chosen[1], bench))

    work(act)
    failed = bench.do()
    is_locked[0] = False
    with db.unit_of_work(bench.database):
        steering.retry(failed, by=bench.by, now=bench.now)
    assert bench.run(failed.id).state == "done"
    assert _effects(bench) == ["a", "b"]


def test_only_what_failed_is_tried_again(bench: Bench, work: Declare) -> None:
    line = bench.do()
    with db.unit_of_work(bench.database), pytest.raises(Rejected):
        steering.retry(line, by=bench.by, now=bench.now)


def test_a_step_name_is_used_once(bench: Bench, work: Declare) -> None:
    def twice(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        progress.each([1, 2], lambda _batch: None)
        progress.each([3, 4], lambda _batch: None)

    work(twice)
    assert "ValueError" in bench.do().error


def test_a_killed_worker_loses_nothing_and_doubles_nothing(bench: Bench, work: Declare) -> None:
    kills = ["b", "a"]

    def act(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        for name in "abc":
            progress.once(name, lambda: _post(name, bench))  # noqa: B023
            if kills and kills[-1] == name:
                kills.pop()
                raise SystemExit

    work(act)
    job_id = bench.enqueue()
    bench.deliver()
    for _ in range(2):
        with pytest.raises(SystemExit):
            bench.run(job_id)
        assert bench.run(job_id, worker="two").state == "running", "held by the dead one"
        bench.wait(claims.LEASE)
        assert claims.release_lost(bench.database, now=bench.now) == []
    assert bench.run(job_id, worker="two").state == "done"
    assert _effects(bench) == ["a", "b", "c"]


def test_a_job_that_kills_its_workers_is_given_up(bench: Bench, work: Declare) -> None:
    def kill(_payload: jobs.Payload, _progress: jobs.Progress) -> None:
        raise SystemExit

    work(kill)
    job_id = bench.enqueue()
    bench.deliver()
    for attempt in range(1, claims.MOST_ATTEMPTS + 1):
        with pytest.raises(SystemExit):
            bench.run(job_id)
        bench.wait(claims.LEASE)
        given_up = claims.release_lost(bench.database, now=bench.now)
        assert given_up == ([job_id] if attempt == claims.MOST_ATTEMPTS else [])
    assert bench.look(job_id).state == "failed"


def test_a_living_worker_keeps_what_it_runs(bench: Bench, work: Declare) -> None:
    def be_slow(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        bench.wait(claims.LEASE * 3)
        claims.renew(bench.database, [progress.job_id], worker="one", now=bench.now)
        assert claims.release_lost(bench.database, now=bench.now) == []
        progress.once("last", lambda: _post("last", bench))

    work(be_slow)
    assert bench.do().state == "done"


def test_a_worker_that_slept_too_long_does_not_double_a_step(bench: Bench, work: Declare) -> None:
    runs: list[str] = []

    def act(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        runs.append(progress._claim.worker)
        if len(runs) == 1:
            # Asleep: meanwhile another worker takes the job and does it all.
            bench.wait(claims.LEASE)
            claims.release_lost(bench.database, now=bench.now)
            assert bench.run(progress.job_id, worker="two").state == "done"
        progress.once("ring", lambda: _post("ring", bench))

    work(act)
    assert bench.do().state == "done"
    assert runs == ["one", "two"]
    assert _effects(bench) == ["ring"]


def test_a_waiting_job_is_cancelled_at_once(bench: Bench, work: Declare) -> None:
    job_id = bench.enqueue()
    line = bench.look(job_id)
    with db.unit_of_work(bench.database):
        steering.cancel(line, by=bench.by, now=bench.now, settings=bench.settings)
    assert bench.look(job_id).state == "cancelled"
    assert bench.run(job_id).state == "cancelled"


def test_a_running_job_is_cancelled_after_its_step(bench: Bench, work: Declare) -> None:
    def act(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        progress.once("a", lambda: _post("a", bench))
        with db.unit_of_work(bench.database):
            line = listing.get_job(progress.job_id)
            steering.cancel(line, by=bench.by, now=bench.now, settings=bench.settings)
            assert listing.get_job(progress.job_id).is_being_cancelled
        progress.once("b", lambda: _post("b", bench))

    work(act)
    line = bench.do()
    assert line.state == "cancelled"
    assert _effects(bench) == ["a"]
    with db.unit_of_work(bench.database), pytest.raises(Rejected):
        steering.cancel(line, by=bench.by, now=bench.now, settings=bench.settings)


def test_others_do_not_see_or_touch_it(
    bench: Bench, work: Declare, make_person: Callable[..., object]
) -> None:
    from cms.accounts.permissions import Person, Role

    eli, ada = make_person("Eli", Role.EDITOR), make_person("Ada", Role.ADMINISTRATOR)
    assert isinstance(eli, Person)
    assert isinstance(ada, Person)
    job_id = bench.enqueue()
    with db.unit_of_work(bench.database):
        assert steering.get_job_for(ada, job_id).id == job_id
        with pytest.raises(NotFound):
            steering.get_job_for(eli, job_id)
        line = listing.get_job(job_id)
        with pytest.raises(NotAllowed):
            steering.cancel(line, by=eli, now=bench.now, settings=bench.settings)


def test_a_worker_that_is_told_to_stop_lays_the_job_down(bench: Bench, work: Declare) -> None:
    work(lambda _payload, progress: progress.once("a", lambda: _post("a", bench)))
    job_id = bench.enqueue()
    bench.deliver()
    assert bench.run(job_id, stopping=True).state == "queued"
    assert bench.run(job_id).state == "done"
    with bench.database.ticking(write=False) as ticks:
        assert ticks.get_one(Job, job_id).attempts == 1, "stopping counts for nothing"


def test_a_database_that_is_too_busy_is_tried_again(bench: Bench, work: Declare) -> None:
    def lose(_payload: jobs.Payload, _progress: jobs.Progress) -> None:
        raise sa.exc.OperationalError("UPDATE", {}, Exception("database is locked"))

    work(lose)
    job_id = bench.enqueue()
    bench.deliver()
    for _ in range(running.MOST_REPEATS):
        assert bench.run(job_id).state == "queued"
        bench.wait(running.PAUSE)
    line = bench.run(job_id)
    assert line.state == "failed"
    assert "too busy" in line.error


def test_without_a_worker_small_work_is_done_at_once(bench: Bench, work: Declare) -> None:
    work(lambda _payload, progress: progress.once("a", lambda: _post("a", bench)))
    job_id = bench.enqueue()
    steering.run_here(bench.database, bench.settings, job_id, now=lambda: bench.now)
    assert bench.look(job_id).state == "done"


def test_large_work_is_laid_down_after_a_while(bench: Bench, work: Declare) -> None:
    def act(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        progress.each("abc", lambda names: _slowly(bench, names), size=1)

    work(act)
    job_id = bench.enqueue()
    for names in (["a", "b"], ["a", "b", "c"]):
        steering.run_here(bench.database, bench.settings, job_id, now=lambda: bench.now)
        assert _effects(bench) == names
    assert bench.look(job_id).state == "done"


def _slowly(bench: Bench, names: list[str]) -> None:
    bench.wait(steering.PATIENCE * 0.6)
    _post(names[0], bench)


def test_a_worker_is_known_while_it_is_seen(bench: Bench) -> None:
    from cms.jobs.models import JobWorker

    with bench.database.ticking() as ticks:
        ticks.add(JobWorker(id="w", host="h", started_at=bench.now, seen_at=bench.now))
    with db.unit_of_work(bench.database, write=False):
        assert listing.has_worker(now=bench.now + timedelta(seconds=30))
        assert not listing.has_worker(now=bench.now + timedelta(minutes=5))


def _rename(bench: Bench, progress: jobs.Progress, title: str) -> None:
    site_settings.save({"title": title}, by=progress.by, now=bench.now)


def _acts(bench: Bench) -> list[ChangeSet]:
    with db.unit_of_work(bench.database, write=False):
        return list(db.session().scalars(sa.select(ChangeSet).where(ChangeSet.via == "job")))


def test_all_that_a_job_changes_is_one_act(bench: Bench, work: Declare) -> None:
    kills = ["Cake"]

    def act(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        for title in ("Tea", "Cake", "Milk"):
            progress.once(f"look {title}", lambda: title)  # noqa: B023
            progress.once(title, lambda: _rename(bench, progress, title))  # noqa: B023
            if title in kills:
                kills.remove(title)
                raise SystemExit

    work(act)
    job_id = bench.enqueue()
    bench.deliver()
    with pytest.raises(SystemExit):
        bench.run(job_id)
    bench.wait(claims.LEASE)
    claims.release_lost(bench.database, now=bench.now)
    line = bench.run(job_id, worker="two")
    (change_set,) = _acts(bench)
    assert line.change_set_id == change_set.id
    assert (change_set.label, change_set.account_id) == ("Count", bench.by.id)
    with db.unit_of_work(bench.database, write=False):
        changes = sa.select(sa.func.count()).select_from(Change)
        assert db.session().scalar(changes.where(Change.change_set_id == change_set.id)) == 3


def test_a_job_that_changes_nothing_is_no_act(bench: Bench, work: Declare) -> None:
    work(lambda _payload, progress: progress.once("look", lambda: 7) and None)
    assert bench.do().change_set_id is None
    assert _acts(bench) == []


def test_a_job_whose_act_was_undone_does_not_go_on(bench: Bench, work: Declare) -> None:
    def act(_payload: jobs.Payload, progress: jobs.Progress) -> None:
        progress.once("a", lambda: _rename(bench, progress, "Tea"))
        with db.unit_of_work(bench.database):
            db.session().get_one(ChangeSet, progress.change_set_id).state = "undone"
            db.commit()
        progress.once("b", lambda: _rename(bench, progress, "Cake"))

    work(act)
    line = bench.do()
    assert line.state == "failed"
    assert "undone" in line.error
    with db.unit_of_work(bench.database, write=False):
        assert site_settings.load().title == "Tea"
