"""A worker: threads that do what stands in the queue, and one that notices what there is to do.

Every second the noticing one looks into the outbox and for jobs that are due; every few seconds it
says that this worker lives, keeps what it runs, and frees what dead workers held. When told to
stop, jobs are laid down after their present step.
"""

import logging
import os
import secrets
import signal
import socket
import threading
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from huey import consumer

from cms import clock, db
from cms.config import Settings
from cms.jobs import chores, claims, queue, running
from cms.jobs.models import Job, JobWorker
from cms.outbox import delivery

log = logging.getLogger(__name__)

THREADS = 4  # one of them is always left for letters
TIME_TO_FINISH = 10  # seconds that a step may still take when the worker is told to stop
BEAT = timedelta(seconds=5)
LOST_IN_QUEUE = timedelta(seconds=60)  # then it is handed to the queue again


class Worker:
    """One process that runs jobs for one site."""

    def __init__(self, settings: Settings, *, threads: int = THREADS) -> None:
        """Make its queue and its connections; nothing runs yet."""
        self.settings = settings
        self.threads = max(2, threads)
        self.database = db.Database(settings.database_url, site_url=settings.site_url)
        self.id = f"{socket.gethostname()[:40]}:{os.getpid()}:{secrets.token_hex(4)}"
        self.stopping = threading.Event()
        self.started_at = clock.now()
        self._beat_at: datetime | None = None
        self._drain_at: datetime | None = None
        self._running: set[str] = set()
        self.queue = queue.open_queue(settings)
        self._drain = self.queue.task(name="drain")(self.drain)
        self._run = self.queue.task(name="run")(self.run_job)
        self.queue.periodic_task(queue.crontab(), name="chores")(self.run_chores)

    # --- what the threads do ----------------------------------------------------------------

    def drain(self) -> None:
        """Run the errands that are due."""
        try:
            delivery.drain(
                self.database, self.settings, worker=self.id, stopping=self.stopping.is_set
            )
        finally:
            self._drain_at = None

    def run_job(self, job_id: str) -> None:
        """Run one job, unless it is over or runs elsewhere."""
        self._running.add(job_id)
        try:
            running.run(self.database, job_id, worker=self.id, stopping=self.stopping.is_set)
        finally:
            self._running.discard(job_id)

    def run_chores(self) -> None:
        """Run what comes again and again."""
        chores.run_due(self.database, self.settings, now=clock.now())

    # --- what the noticing one does ----------------------------------------------------------

    def look_round(self) -> None:
        """Hand over what is due; say now and then that this worker lives."""
        now = clock.now()
        if self._beat_at is None or now - self._beat_at >= BEAT:
            self._beat_at = now
            self._beat(now)
        is_handed_over = self._drain_at is not None and now - self._drain_at < LOST_IN_QUEUE
        if not is_handed_over and delivery.is_anything_due(self.database, now=now):
            self._drain_at = now
            self._drain()
        for job_id in self._take_due(now):
            self._run(job_id)

    def _beat(self, now: datetime) -> None:
        with self.database.ticking() as ticks:
            ticks.merge(
                JobWorker(
                    id=self.id, host=socket.gethostname(), started_at=self.started_at, seen_at=now
                )
            )
        claims.renew(self.database, tuple(self._running), worker=self.id, now=now)
        for job_id in claims.release_lost(self.database, now=now):
            log.error("a job was given up: its workers died", extra={"job": job_id})
            self._tell_of_failure(job_id, now)

    def _tell_of_failure(self, job_id: str, now: datetime) -> None:
        with self.database.ticking(write=False) as ticks:
            job = ticks.get_one(Job, job_id)
        running.tell_of_failure(self.database, job, job.error, now=now)

    def _take_due(self, now: datetime) -> list[str]:
        """Jobs that are due and not in the queue, as far as anyone knows."""
        lost = sa.or_(Job.queued_at.is_(None), Job.queued_at <= now - LOST_IN_QUEUE)
        due = (Job.state == "queued", Job.due_at <= now, lost)
        free = self.threads - 1 - len(self._running)
        query = sa.select(Job.id).where(*due).order_by(Job.due_at, Job.id).limit(max(0, free))
        with self.database.ticking(write=False) as ticks:
            found = list(ticks.scalars(query))
        # No more than can be begun soon: the rest is left to other workers.
        found = found[: max(0, free - self.queue.pending_count())] if found else []
        if not found:
            return []
        with self.database.ticking() as ticks:
            return [job_id for job_id in found if _take(ticks, job_id, due, now)]

    # --- from beginning to end ---------------------------------------------------------------

    def run(self) -> None:
        """Work until told to stop (SIGTERM, SIGINT)."""
        _Consumer(self).run()
        self._leave()

    def _leave(self) -> None:
        with self.database.ticking() as ticks:
            ticks.execute(sa.delete(JobWorker).where(JobWorker.id == self.id))
        self.database.dispose()


def _take(ticks: Any, job_id: str, due: tuple[Any, ...], now: datetime) -> bool:
    taken = sa.update(Job).where(Job.id == job_id, *due).values(queued_at=now)
    return bool(ticks.execute(taken.execution_options(synchronize_session=False)).rowcount)


class _Consumer(consumer.Consumer):  # type: ignore[misc]
    """huey's own, which also looks round, and lays jobs down when it is told to stop."""

    def __init__(self, worker: Worker) -> None:
        self._worker = worker
        super().__init__(
            worker.queue,
            workers=worker.threads,
            initial_delay=0.1,
            max_delay=1.0,
            shutdown_timeout=TIME_TO_FINISH,
            graceful_signal="TERM",
        )

    def _create_scheduler(self) -> "_Scheduler":
        return _Scheduler(self._worker, self.stop_flag)

    def _set_signal_handlers(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._handle_signal)
        # Whoever closes a terminal means the server; that one decides.
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    def _handle_signal(self, number: int, _frame: Any) -> None:
        self._worker.stopping.set()
        self._signum, self._restart, self._graceful = number, False, True


class _Scheduler(consumer.Scheduler):  # type: ignore[misc]
    def __init__(self, worker: Worker, stop_flag: Any) -> None:
        super().__init__(worker.queue, stop_flag, interval=1, periodic=True)
        self._worker = worker

    def loop(self, now: datetime | None = None) -> None:
        try:
            self._worker.look_round()
        except Exception:
            log.exception("a worker could not look round")
        super().loop(now)
