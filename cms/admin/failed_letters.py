"""Letters that could not be sent: why, once more, or never mind."""

from typing import Any

from flask import Response, url_for

from cms import db
from cms.accounts.permissions import Permission
from cms.admin import notes
from cms.admin.door import blueprint
from cms.errors import NotFound
from cms.i18n import gettext as _
from cms.mail import letters
from cms.outbox import posting
from cms.outbox.models import Errand
from cms.web import gate, urls

SHOWN = 50


def rows() -> list[dict[str, Any]]:
    """The latest of them, for the page of jobs."""
    return [
        {
            "to": errand.payload.get("to", ""),
            "error": errand.error,
            "at": errand.finished_at,
            "retry_action": url_for("admin.letters_retry", errand_id=errand.id),
            "remove_action": url_for("admin.letters_remove", errand_id=errand.id),
        }
        for errand in posting.list_failed([letters.KIND], limit=SHOWN)
    ]


@blueprint.post("/jobs/letters/<errand_id>/retry", endpoint="letters_retry")
@gate.requires(Permission.MANAGE_SETTINGS)
def retry(errand_id: str) -> Response:
    """Send a letter again."""
    posting.retry(_get(errand_id), now=gate.now())
    db.commit()
    notes.leave(_("It is on its way again."))
    return urls.see_other("admin.jobs_index")


@blueprint.post("/jobs/letters/<errand_id>/removal", endpoint="letters_remove")
@gate.requires(Permission.MANAGE_SETTINGS)
def destroy(errand_id: str) -> Response:
    """Forget a letter; it is never sent."""
    posting.drop(_get(errand_id))
    db.commit()
    notes.leave(_("Removed from the list."))
    return urls.see_other("admin.jobs_index")


def _get(errand_id: str) -> Errand:
    errand = posting.find(errand_id)
    if errand is None or errand.kind != letters.KIND or errand.state != "failed":
        raise NotFound(_("There is no such letter."))
    return errand
