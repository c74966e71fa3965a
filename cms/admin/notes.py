"""Short messages that are shown once, on the next page."""

from flask import flash, url_for


def leave(
    words: str, change_set: str | None = None, *, undo: str = "", category: str = "message"
) -> None:
    """Say something on the next page, with a button that takes the act back.

    `change_set` is the act, as `recording.latest()` names it; `undo` is another address to post to.
    """
    action = url_for("admin.undo", change_set_id=change_set) if change_set else undo
    flash({"text": words, "undo": action} if action else words, category)  # type: ignore[arg-type]
