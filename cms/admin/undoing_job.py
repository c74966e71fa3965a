"""Taking back an act on very many things, beside the request: all of it, or nothing."""

from cms import jobs
from cms.history import undoing

KIND = "undo"


@jobs.job(KIND)
def run(payload: jobs.Payload, progress: jobs.Progress) -> None:
    """Walk the act back in one transaction; what stands in the way by now ends it in words."""

    def take_back() -> str:
        undone = undoing.undo(
            payload["change_set_id"], by=progress.by, now=progress.now(), tell=progress.reach
        )
        return undone.label

    label = progress.alone("take back", take_back)
    progress.done = progress.total or 0
    progress.finish(f"{label}.", href=payload["back"])
