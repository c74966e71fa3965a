"""Checks over the site: what was found, narrowed and paged; ignored, heeded, looked at anew."""

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import SelectField

from cms import db, jobs
from cms.accounts.permissions import Permission, may
from cms.admin import check_job, notes
from cms.admin import jobs as jobs_door
from cms.admin.door import blueprint
from cms.content import editing, findings, site_checks, types
from cms.content.checks import CHECKS, Finding, Severity
from cms.content.findings import Filter
from cms.content.models import Entry
from cms.content.site_checks import SiteFinding
from cms.history import recording
from cms.i18n import LazyText
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.web import gate, pagination, urls
from cms.web.forms import ListForm, choices

SIZE = 50
WORDS: dict[Severity, LazyText] = {
    Severity.FAULT: __("Fault"),
    Severity.WARNING: __("Worth mending"),
    Severity.HINT: __("Hint"),
}
# Of the site as a whole: what it is, how it is mended, and where.
SITE: dict[str, tuple[LazyText, LazyText, str]] = {
    "undescribed": (
        __("The site says nothing about itself"),
        __("Give it a tagline or a description; search engines and previews show them."),
        "admin.settings",
    ),
    "unfound": (
        __("Search engines are asked to stay away"),
        __("Nobody finds the site by searching. Let them in when it is ready."),
        "admin.settings",
    ),
    "front-hidden": (
        __("Visitors do not see the front page"),
        __("It is a draft or gone. Publish it, or show the latest posts."),
        "admin.settings",
    ),
    "menu-missing": (
        __("There is no main menu"),
        __("Choose what stands at the top of every page."),
        "admin.menus_index",
    ),
    "categories-empty": (
        __("Categories without any entry"),
        __("File something under them, or delete them."),
        "admin.terms_index",
    ),
}


class ChecksForm(ListForm):
    """Which findings are shown."""

    code = SelectField(__("Check"), validate_choice=False)
    kind = SelectField(__("Type"), validate_choice=False)


@blueprint.get("/checks/", endpoint="checks")
@gate.requires(Permission.EDIT_ANY)
def index() -> str:
    """What the checks found over the site, the worst first."""
    ignored = "ignored" in request.args
    form = _form(ignored)
    wanted = Filter(
        code=form.code.data if form.code.data in CHECKS else "",
        type=form.kind.data if form.kind.data in _kinds() else "",
        ignored=ignored,
    )
    pages = pagination.of_request(findings.count_findings(wanted, now=gate.now()), SIZE)
    pages.ensure_exists()
    lines = findings.list_findings(wanted, limit=SIZE, offset=pages.offset)
    is_whole = not (wanted.code or wanted.type or ignored or pages.number > 1)
    return render_template(
        "admin/checks/index.html",
        heading=_("Checks"),
        tabs=[
            {"label": _("Found"), "href": url_for("admin.checks"), "current": not ignored},
            {
                "label": _("Ignored"),
                "href": url_for("admin.checks", ignored=1),
                "current": ignored,
            },
        ],
        form=form,
        lines=[_line(line) for line in lines if line.code in CHECKS],
        of_site=[_of_site(each) for each in site_checks.look(now=gate.now())] if is_whole else [],
        ignored=ignored,
        filtered=bool(wanted.code or wanted.type),
        clear_href=url_for("admin.checks"),
        pages=pages,
        empty_words=_("Nothing is ignored.") if ignored else _("Nothing was found to mend."),
        new_href=None,
        new_label="",
        ignore_action=url_for("admin.checks_ignore"),
        run_action=url_for("admin.checks_run"),
    )


@blueprint.post("/checks/ignoring", endpoint="checks_ignore")
@gate.requires(Permission.WRITE)
def ignore() -> ResponseReturnValue:
    """Let a check say nothing of an entry any more, or speak of it again."""
    entry = editing.get_entry(request.form.get("entry", ""))
    code, heeding = request.form.get("code", ""), request.form.get("act") == "heed"
    act = findings.heed if heeding else findings.ignore
    act(entry, code, by=gate.signed_in_person(), now=gate.now())
    db.commit()
    words = _("It is looked at again.") if heeding else _("Ignored here from now on.")
    notes.leave(words, recording.latest())
    if request.form.get("back") == "entry":
        return urls.see_other("admin.entries_edit", entry_id=entry.id)
    return urls.see_other("admin.checks", **({"ignored": 1} if heeding else {}))


@blueprint.post("/checks/run", endpoint="checks_run")
@gate.requires(Permission.EDIT_ANY)
def run() -> ResponseReturnValue:
    """Look at every entry anew, beside the request."""
    back = url_for("admin.checks")
    job_id = jobs.enqueue(
        check_job.KIND,
        {"back": back},
        label=_("Check all entries"),
        by=gate.signed_in_person(),
        now=gate.now(),
    )
    db.commit()
    return jobs_door.follow(job_id, back=back)


def of_entry(entry: Entry) -> list[dict[str, Any]]:
    """What was found in an entry when it was saved, for its page."""
    return [shown(finding, is_ignored=quiet) for finding, quiet in findings.list_of(entry)]


def shown(finding: Finding, *, is_ignored: bool = False) -> dict[str, Any]:
    """A finding in words."""
    check = CHECKS[finding.code]
    return {
        "code": finding.code,
        "severity": check.severity.name.lower(),
        "severity_words": str(WORDS[check.severity]),
        "label": str(check.label),
        "mend": str(check.mend),
        "place": "" if _is_untold(finding) else finding.place,
        "count": finding.count,
        "is_ignored": is_ignored,
    }


def _is_untold(finding: Finding) -> bool:
    """Whether a place says nothing (what a title is the same as), or what others do not show."""
    if finding.code == "link-hidden":
        return not may(gate.current_person(), Permission.EDIT_ANY)
    return finding.code == "title-same"


def _form(ignored: bool) -> ChecksForm:
    form = ChecksForm(request.args)
    counts = findings.count_by_code(now=gate.now(), ignored=ignored)
    named = [(code, f"{check.label} ({counts[code]})") for code, check in CHECKS.items()
             if counts.get(code)]  # fmt: skip
    form.code.choices = choices([("", _("Every check")), *named])
    form.kind.choices = choices([("", _("Posts and pages")), *_kinds().items()])
    return form


def _kinds() -> dict[str, str]:
    return {kind.name: str(kind.plural) for kind in types.list_types()}


def _line(line: findings.Line) -> dict[str, Any]:
    found = Finding(line.code, line.place, line.count)
    return {
        **shown(found),
        "entry_id": line.entry_id,
        "title": line.title,
        "href": url_for("admin.entries_edit", entry_id=line.entry_id),
    }


def _of_site(found: SiteFinding) -> dict[str, Any]:
    label, mend, endpoint = SITE[found.code]
    needed = {
        "admin.settings": Permission.MANAGE_SETTINGS,
        "admin.menus_index": Permission.MANAGE_MENUS,
        "admin.terms_index": Permission.MANAGE_TERMS,
    }[endpoint]
    query: dict[str, Any] = {"taxonomy": "category"} if endpoint == "admin.terms_index" else {}
    return {
        "label": str(label),
        "mend": str(mend),
        "names": ", ".join(name for _id, name in found.subjects),
        "href": url_for(endpoint, **query) if may(gate.current_person(), needed) else None,
    }
