"""The editors' door: writing, publishing, sorting and setting the site, behind one gate."""

from flask import Flask

from cms.admin import (
    activity,
    check_job,
    checks,
    choosing,
    dashboard,
    departures,
    entries,
    entry_bulk,
    entry_cells,
    entry_list,
    failed_letters,
    finding,
    first_steps,
    frame,
    invitations,
    jobs,
    mail_settings,
    me,
    me_email,
    me_notices,
    me_password,
    me_sessions,
    menus,
    missing_paths,
    notices,
    people,
    permissions,
    person_acts,
    person_email,
    preview,
    profile_merging,
    profiles,
    publications,
    redirect_form,
    redirect_tables,
    redirects,
    removal,
    replacing,
    reviews,
    revisions,
    samples,
    settings,
    term_merging,
    terms,
    trash,
    tree,
    undoing,
    views,
)
from cms.admin.door import blueprint, retried

__all__ = ["blueprint", "register"]

# Each of these adds its routes to the door when it is imported.
PARTS = (
    activity,
    check_job,
    checks,
    choosing,
    dashboard,
    departures,
    entries,
    entry_bulk,
    entry_cells,
    entry_list,
    failed_letters,
    finding,
    first_steps,
    invitations,
    jobs,
    mail_settings,
    me,
    me_email,
    me_notices,
    me_password,
    me_sessions,
    menus,
    missing_paths,
    notices,
    people,
    permissions,
    person_acts,
    person_email,
    preview,
    profile_merging,
    profiles,
    publications,
    redirect_form,
    redirect_tables,
    redirects,
    removal,
    replacing,
    reviews,
    revisions,
    samples,
    settings,
    term_merging,
    terms,
    trash,
    tree,
    undoing,
    views,
)

# Once, not for each app: a process may hold several.
blueprint.context_processor(frame.context)


def register(app: Flask) -> None:
    """Open the editors' door of an app."""
    app.register_blueprint(blueprint)
    for rule in app.url_map.iter_rules():
        if rule.endpoint.startswith("admin.") and "POST" in (rule.methods or ()):
            app.view_functions[rule.endpoint] = retried(app.view_functions[rule.endpoint])
