"""Acts that run at the same time, each in a thread and a transaction of its own."""

import threading
from collections.abc import Callable

from cms import db
from cms.errors import CmsError


def at_once(database: db.Database, *acts: Callable[[], object]) -> list[CmsError | None]:
    """Run the acts in threads that start together; what each was refused with."""
    start = threading.Barrier(len(acts))
    refusals: list[CmsError | None] = [None] * len(acts)

    def run(number: int) -> None:
        def attempt() -> None:
            with db.unit_of_work(database):
                acts[number]()
                db.commit()

        start.wait(10)
        try:
            db.retrying(attempt)
        except CmsError as refusal:
            refusals[number] = refusal

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return refusals
