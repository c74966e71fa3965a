"""Short messages that are shown once, on the next page."""

from flask import flash


def leave(words: str, *, undo: str = "", category: str = "message") -> None:
    """Say something on the next page, perhaps with a button that takes the act back."""
    flash({"text": words, "undo": undo} if undo else words, category)  # type: ignore[arg-type]
