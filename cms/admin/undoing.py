"""Taking an act back, from its own page or from the message that told of it."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue

from cms import db, jobs
from cms.accounts import keeping as keeping_people
from cms.accounts.permissions import Permission, Person, ensure_may, may
from cms.admin import activity_changes, activity_words, notes, presenting, undoing_job
from cms.admin import jobs as jobs_door
from cms.admin.door import blueprint
from cms.content import keeping as keeping_terms
from cms.content import keeping_entries, keeping_front
from cms.errors import NotAllowed
from cms.history import activity, steps, undoing
from cms.history.models import ChangeSet
from cms.history.restoring import Blocked, Obstacle
from cms.i18n import gettext as _
from cms.mail import letters
from cms.notices import telling
from cms.outbox import posting
from cms.site import keeping as keeping_site
from cms.transfer import keeping as keeping_imports
from cms.web import gate, urls

# Each of these tells, when it is imported, how its rows are put back.
KEEPERS = (keeping_site, keeping_terms, keeping_entries, keeping_front, keeping_people,
           keeping_imports)  # fmt: skip
SHOWN_THINGS = 12
LETTERS = (letters.KIND, telling.ERRAND)
AT_ONCE = 50  # things; an act on more is taken back beside the request


@blueprint.get("/activity/<change_set_id>", endpoint="activity_show")
@gate.requires(Permission.SIGN_IN)
def show(change_set_id: str) -> str:
    """An act: what it changed, and how it is taken back or why not."""
    act = _visible(change_set_id)
    return _page(act, undoing.find_obstacles(act, now=gate.now()))


@blueprint.post("/activity/<change_set_id>/undo", endpoint="undo")
@gate.requires(Permission.SIGN_IN)
def create(change_set_id: str) -> ResponseReturnValue:
    """Take an act back; what stands in the way is told on its page."""
    act = _visible(change_set_id)
    if activity.count_subjects(act) > AT_ONCE:
        return _take_back_beside(act)
    try:
        undone = undoing.undo(act.id, by=gate.signed_in_person(), now=gate.now())
    except Blocked as blocked:
        db.session().rollback()
        return _page(_visible(change_set_id), blocked.obstacles), 422
    db.commit()
    notes.leave(f"{undone.label}.", undone.id)
    return urls.go_to(_back_href(act))


def _take_back_beside(act: ChangeSet) -> ResponseReturnValue:
    """What stands in the way is told now, as far as it does by now."""
    if found := undoing.find_obstacles(act, now=gate.now()):
        return _page(act, found), 422
    person, back = gate.signed_in_person(), _back_href(act)
    undoing.ensure_may(act, by=person)
    job_id = jobs.enqueue(
        undoing_job.KIND,
        {"change_set_id": act.id, "back": back},
        label=_("Taking back: {label}", label=act.label),
        by=person,
        now=gate.now(),
    )
    db.commit()
    return jobs_door.follow(job_id, back=back)


def _visible(change_set_id: str) -> ChangeSet:
    """The act, for someone who may see what everyone did, or did it."""
    act, person = activity.get_act(change_set_id), gate.signed_in_person()
    if not _sees(act, person):
        ensure_may(person, Permission.VIEW_ACTIVITY)
    return act


def _sees(act: ChangeSet, person: Person) -> bool:
    return act.account_id == person.id or bool(may(person, Permission.VIEW_ACTIVITY))


def _back_href(act: ChangeSet) -> str:
    """Where one came from, unless that page was about something that is gone now."""
    own = url_for("admin.activity_show", change_set_id=act.id)
    came_from = urls.path_of_referrer()
    gone = (net.row_id for net in steps.sum_up(steps.list_steps(act.id)) if net.is_insert)
    if any(row_id in came_from for row_id in gone) or not request.referrer:
        return own
    return came_from


def _page(act: ChangeSet, found: Sequence[Obstacle]) -> str:
    person = gate.signed_in_person()
    nets = steps.sum_up(steps.list_steps(act.id))
    related = _related(act)
    names = presenting.person_names(
        [act.account_id, *(each.account_id for each in related.values() if each),
         *(obstacle.act.account_id for obstacle in found if obstacle.act)]
    )  # fmt: skip
    refusal = "" if found else _refusal(act, person)
    return render_template(
        "admin/activity/show.html",
        act=_row(act, names),
        is_undoing=act.undoes_id is not None,
        undoes=_row(related["undoes"], names),
        undone_by=_row(related["undone_by"], names),
        things=_things(act),
        changes=activity_changes.describe(nets),
        more=max(0, activity_changes.count(nets) - activity_changes.MOST),
        obstacles=[_obstacle(each, names, person) for each in found if act.state == "applied"],
        refusal=refusal,
        letters=posting.count_done(act.id, LETTERS),
        in_background=activity.count_subjects(act) > AT_ONCE,
        back_href=url_for("admin.activity"),
    )


def _related(act: ChangeSet) -> dict[str, ChangeSet | None]:
    """The act that this one took back, and the one that took this one back."""
    undoes = activity.get_act(act.undoes_id) if act.undoes_id else None
    return {"undoes": undoes, "undone_by": activity.find_undoing(act)}


def _row(act: ChangeSet | None, names: dict[str, str]) -> dict[str, Any] | None:
    if act is None:
        return None
    return {
        "label": act.label,
        "href": url_for("admin.activity_show", change_set_id=act.id),
        "action": url_for("admin.undo", change_set_id=act.id),
        "who": activity_words.who(act.account_id, act.via, names),
        "at": act.created_at,
        "via": activity_words.via(act.via),
        "state": act.state,
    }


def _things(act: ChangeSet) -> list[dict[str, Any]]:
    """What the act was about, as links to it and to everything that was done to it."""
    found = []
    for kind, subject_id in activity.list_subjects(act, limit=SHOWN_THINGS):
        thing = activity_words.thing(kind, subject_id)
        all_href = url_for("admin.activity", thing=f"{kind}:{subject_id}")
        found.append({**thing, "icon": activity_words.icon([kind]), "all_href": all_href})
    return found


def _obstacle(obstacle: Obstacle, names: dict[str, str], person: Person) -> dict[str, Any]:
    later = obstacle.act
    if later is not None and not _sees(later, person):
        return {"words": _("Someone else changed it since."), "act": None}
    return {"words": obstacle.words, "act": _row(later, names)}


def _refusal(act: ChangeSet, person: Person) -> str:
    """Why this person may not undo it, in words; nothing when they may."""
    try:
        undoing.ensure_may(act, by=person)
    except NotAllowed as refusal:
        return refusal.message
    return ""
