"""The three refusals and their kin; doors turn them into pages in one place."""


class CmsError(Exception):
    """A refusal with words for the person who asked."""

    status = 500

    def __init__(self, message: str = "") -> None:
        super().__init__(message)
        self.message = message


class NotFound(CmsError):
    """What was asked for is not there (404), or was once and is gone (410)."""

    status = 404

    def __init__(self, message: str = "", *, gone: bool = False) -> None:
        super().__init__(message)
        if gone:
            self.status = 410


class NotAllowed(CmsError):
    """This person may not do this (403)."""

    status = 403


class Rejected(CmsError):
    """A rule says no, in words for the person (422); `field` names the input to point at."""

    status = 422

    def __init__(self, message: str = "", *, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class Conflict(CmsError):
    """Someone else changed the same thing meanwhile (409); `theirs` is what stands now."""

    status = 409

    def __init__(self, message: str = "", *, theirs: object = None) -> None:
        super().__init__(message)
        self.theirs = theirs


class BadConfiguration(CmsError):
    """A configuration value is refused at start; the message names it and what is allowed."""
