"""What this process counts of a site: redirects that were used, paths that lead nowhere."""

from dataclasses import dataclass

from flask import Flask, current_app, request

from cms.addresses import hits, paths, urls
from cms.addresses.missing import Notes
from cms.addresses.tally import Tally
from cms.web import gate, installation

KEY = "carafe.counting"


@dataclass(frozen=True, slots=True)
class Counting:
    """The tallies of one site in one process."""

    redirects: Tally[str]
    missing: Notes


def install(app: Flask) -> None:
    """Begin with nothing counted."""
    database = installation.of(app).database
    app.extensions[KEY] = Counting(hits.make_tally(database), Notes(database))


def of(app: Flask) -> Counting:
    """The tallies of an app."""
    found: Counting = app.extensions[KEY]
    return found


def led_on(redirect_id: str) -> None:
    """Count that a visitor was led on by this redirect."""
    if request.method == "GET":
        tally = of(current_app).redirects
        # Tests write by themselves, at a moment of their own.
        tally.in_background = not current_app.testing
        tally.add(redirect_id, now=gate.now())


def found_nothing() -> None:
    """Note that a visitor found nothing here; nothing of who it was."""
    if request.method == "GET":
        notes = of(current_app).missing
        notes.tally.in_background = not current_app.testing
        notes.add(
            paths.normalise(request.path),
            referrer=request.referrer or "",
            site_url=urls.site_url(),
            now=gate.now(),
        )
