"""What a running job holds in its hand: who it works for, its steps, its bar, its end."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any, TypeVar

from sqlalchemy.exc import IntegrityError

from cms import db, text
from cms.accounts.permissions import Person
from cms.history import recording
from cms.jobs import claims
from cms.jobs.claims import Claim
from cms.jobs.models import MAX_HREF, MAX_LABEL, MAX_MARK, JobMark

ACT = "the act"  # the name of the mark that says which act of the history it is
BATCH = 25  # things in one step, so that nobody who writes meanwhile waits long

T = TypeVar("T")
Item = TypeVar("Item")


class Cancelled(Exception):
    """Someone does not want the job any more."""


class Stopped(Exception):
    """The worker was told to stop; the job goes on elsewhere or later."""


class Progress:
    """How far a job is; each step is a unit of work that happens exactly once."""

    def __init__(
        self,
        claim: Claim,
        *,
        label: str,
        by: Person,
        now: Callable[[], datetime],
        stopping: Callable[[], bool],
    ) -> None:
        """Made by whoever runs the job."""
        self.by = by
        self.now = now
        self.job_id = claim.job_id
        self.done = 0
        self.total: int | None = None
        self.result_words = ""
        self.result_href = ""
        self.change_set_id: str | None = None
        self._claim = claim
        self._label = label
        self._stopping = stopping
        self._words = ""
        self._names: set[str] = set()

    def start(self, total: int) -> None:
        """Say how much there is to do."""
        self.total = total
        self._report()

    def say(self, words: str) -> None:
        """Say what is being done now, on one line."""
        self._words = text.truncate(text.clean_line(words), MAX_LABEL)
        self._report()

    def once(self, name: str, act: Callable[[], T]) -> T:
        """Run a step in a unit of work of its own, once and for all; gives its answer again later.

        The answer is kept as JSON. Raises Cancelled or Stopped, which the job must let pass.
        """
        if name in {*self._names, ACT} or len(name) > MAX_MARK:
            raise ValueError("the name of a step is short, and no other step has it")
        self._names.add(name)
        self._report()
        return db.retrying(lambda: self._step(name, act))

    def alone(self, name: str, act: Callable[[], T]) -> T:
        """As `once`, for a step that is an act of the history by itself, such as an undo.

        While it goes on, `reach` moves the bar. A job has one such step and no others.
        """
        self._names.add(name)
        self._report()
        return db.retrying(lambda: self._step(name, act, is_act=True))

    def reach(self, done: int, total: int) -> None:
        """Say how far a long step is; raises Cancelled, which drops all that it did.

        It is not laid down half way: it would begin anew each time and never come to its end.
        """
        self.done, self.total = done, total
        self._report(may_stop=False)

    def each(
        self,
        items: Sequence[Item],
        act: Callable[[list[Item]], Any],
        *,
        size: int = BATCH,
        name: str = "each",
    ) -> None:
        """Run a step for each batch of these; they must be the same when the job is run again.

        A job that does this twice gives each time another `name`.
        """
        self.total = len(items)
        for first in range(0, len(items), size):
            batch = list(items[first : first + size])
            self.once(f"{name} {first}+{size}/{len(items)}", partial(_act, act, batch))
            self.done = first + len(batch)
        self._report()

    def finish(self, words: str = "", *, href: str = "") -> None:
        """Say at the end what came of it, and perhaps where to look at it (a local path)."""
        self.result_words = text.truncate(text.clean_line(words), MAX_LABEL)
        self.result_href = href if len(href) <= MAX_HREF else ""

    def _step(self, name: str, act: Callable[[], T], *, is_act: bool = False) -> T:
        with db.unit_of_work(self._claim.database):
            done = db.session().get(JobMark, (self.job_id, name))
            if done is not None:
                self._find_act()
                return done.result  # type: ignore[return-value]
            # First of all: whoever runs the same step elsewhere waits here and then does nothing.
            mark = JobMark(job_id=self.job_id, name=name, done_at=self.now())
            db.session().add(mark)
            try:
                db.session().flush()
            except IntegrityError:
                raise claims.Lost from None
            if is_act:
                answer = act()
                self._note_act(recording.latest())
            else:
                with self._acting():
                    answer = act()
            mark.result = answer
            db.commit()
        return answer

    @contextmanager
    def _acting(self) -> Iterator[None]:
        """All that the job changes is one act; a step that changes nothing begins none."""
        begun = self._find_act()
        if begun is not None:
            with recording.continued(begun):
                yield
            return
        with recording.together(by=self.by, now=self.now(), label=self._label, via="job"):
            yield
        self._note_act(recording.latest())

    def _note_act(self, change_set_id: str | None) -> None:
        self.change_set_id = change_set_id
        if change_set_id is not None:
            mark = JobMark(job_id=self.job_id, name=ACT, done_at=self.now())
            mark.result = change_set_id
            db.session().add(mark)

    def _find_act(self) -> str | None:
        """The act that an earlier step of this job began."""
        mark = db.session().get(JobMark, (self.job_id, ACT))
        if mark is not None:
            self.change_set_id = mark.result
        return mark.result if mark is not None else None

    def _report(self, *, may_stop: bool = True) -> None:
        """Note how far it is, and learn whether it should go on."""
        wants_cancel = claims.report(
            self._claim, now=self.now(), done=self.done, total=self.total, words=self._words
        )
        if wants_cancel:
            raise Cancelled
        if may_stop and self._stopping():
            raise Stopped


def _act(act: Callable[[list[Item]], Any], batch: list[Item]) -> None:
    """A batch has no answer that must be kept."""
    act(batch)
