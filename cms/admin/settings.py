"""The settings of the site, in groups on one page."""

import json
from typing import Any
from zoneinfo import available_timezones

from flask import render_template
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from cms import db
from cms.accounts.permissions import Permission
from cms.addresses import paths
from cms.admin import notes
from cms.admin.door import blueprint
from cms.content import listing
from cms.errors import Rejected
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.site import settings
from cms.web import gate, theming, urls
from cms.web.forms import CarafeForm, choices

MAX_PAGES = 500  # pages that can be chosen as the front
FRONT = (("posts", __("The latest posts")), ("page", __("A page")))
FEED_TEXT = (("full", __("The whole text")), ("excerpt", __("The excerpt")))
ACCESS = (
    ("public", __("Everyone")),
    ("private", __("Only people who work here")),
    ("coming-soon", __("Nobody yet: visitors see “coming soon”")),
)
_PER_PAGE = NumberRange(1, settings.MAX_PER_PAGE)


class SettingsForm(CarafeForm):
    """What editors set for the whole site."""

    # What the form showed: only what was changed against it is saved.
    shown = HiddenField()
    title = StringField(__("Name of the site"), [InputRequired(), Length(max=120)])
    tagline = StringField(__("Tagline"), [Length(max=200)])
    description = TextAreaField(
        __("Description"), [Length(max=500)], description=__("For search engines and previews.")
    )
    copyright = StringField(__("Copyright line"), [Length(max=200)])
    locale = StringField(
        __("Language"), [InputRequired(), Length(max=20)], description=__("Such as en, de or ar.")
    )
    timezone = SelectField(__("Time zone"))
    front = SelectField(__("The home page shows"), choices=choices(FRONT))
    front_page = SelectField(__("Which page"), validate_choice=False)
    posts_path = StringField(
        __("Address of the posts"),
        [Length(max=200)],
        description=__("Where the posts are when the home page is a page."),
    )
    post_path = StringField(
        __("Address of new posts"),
        [InputRequired(), Length(max=200)],
        description=__("May hold {year}, {month}, {day} and must hold {slug}."),
    )
    posts_per_page = IntegerField(__("Posts on a page"), [InputRequired(), _PER_PAGE])
    feed_size = IntegerField(__("Entries in a feed"), [InputRequired(), _PER_PAGE])
    feed_text = SelectField(__("A feed holds"), choices=choices(FEED_TEXT))
    access = SelectField(__("Who may see the site"), choices=choices(ACCESS))
    coming_soon_text = TextAreaField(__("Words for “coming soon”"), [Length(max=500)])
    search_engines = BooleanField(__("Search engines may show it"))
    markdown_pages = BooleanField(
        __("Entries as Markdown too"), description=__("At their address with .md, and /llms.txt.")
    )
    social = TextAreaField(__("Profiles elsewhere"), description=__("One address to a line."))
    theme = SelectField(__("Theme"))


GROUPS = (
    ("general", __("General"), "", "settings",
     ("title", "tagline", "description", "copyright", "locale", "timezone")),
    ("reading", __("Reading"), "", "page",
     ("front", "front_page", "posts_path", "posts_per_page", "theme")),
    ("addresses", __("Addresses"), __("Entries that are there keep their addresses."), "link",
     ("post_path",)),
    ("access", __("Visitors"), "", "lock",
     ("access", "coming_soon_text", "search_engines", "markdown_pages")),
    ("feeds", __("Feeds and profiles"), "", "site", ("feed_size", "feed_text", "social")),
)  # fmt: skip


@blueprint.get("/settings", endpoint="settings")
@gate.requires(Permission.MANAGE_SETTINGS)
def edit() -> str:
    """The settings as they stand."""
    present = settings.load()
    data: dict[str, Any] = {
        name: getattr(present, name) for name in SettingsForm.__dict__ if hasattr(present, name)
    }
    data["shown"] = json.dumps(data, ensure_ascii=False)
    data["social"] = "\n".join(present.social)
    data["front_page"] = present.front_page or ""
    return _page(_with_choices(SettingsForm(formdata=None, data=data)))


@blueprint.post("/settings", endpoint="settings_update")
@gate.requires(Permission.MANAGE_SETTINGS)
def update() -> ResponseReturnValue:
    """Keep the settings."""
    form = _with_choices(SettingsForm())
    form.validate()
    if form.ok:
        try:
            settings.save(_changes(form), by=gate.signed_in_person(), now=gate.now())
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok:
        return _page(form), 422
    db.commit()
    notes.leave(_("Saved."))
    return urls.see_other("admin.settings")


def _changes(form: SettingsForm) -> dict[str, Any]:
    """What the person changed; what another one changed meanwhile stays as it is."""
    changes = {field.name: field.data for field in form if hasattr(settings.DEFAULTS, field.name)}
    changes["social"] = [line.strip() for line in (form.social.data or "").splitlines() if line]
    changes["front_page"] = form.front_page.data or None
    for name in ("tagline", "description", "copyright", "coming_soon_text"):
        changes[name] = changes[name] or ""
    path = "/" + (form.posts_path.data or "").strip("/") + "/"
    changes["posts_path"] = path if path != "//" else settings.DEFAULTS.posts_path
    problem = paths.problem_with(paths.normalise(changes["posts_path"]))
    if problem:
        raise Rejected(problem, field="posts_path")
    shown = _shown(form)
    return {
        name: value for name, value in changes.items() if name not in shown or shown[name] != value
    }


def _shown(form: SettingsForm) -> dict[str, Any]:
    try:
        shown = json.loads(form.shown.data or "{}")
    except ValueError:
        return {}
    return shown if isinstance(shown, dict) else {}


def _with_choices(form: SettingsForm) -> SettingsForm:
    zones = sorted(available_timezones())
    form.timezone.choices = choices((zone, zone.replace("_", " ")) for zone in zones)
    pages = listing.list_entries(
        listing.Filter(type="page", sort="title", descending=False), now=gate.now(), limit=MAX_PAGES
    )
    found = [(line.id, line.title or _("Untitled")) for line in pages]
    form.front_page.choices = choices([("", _("Choose a page")), *found])
    themes = [(theme.id, theme.manifest.name) for theme in theming.list_themes()]
    form.theme.choices = choices(themes)
    return form


def _page(form: SettingsForm) -> str:
    groups = [
        {
            "id": f"group-{name}",
            "label": str(label),
            "hint": str(hint),
            "icon": icon,
            "fields": fields,
        }
        for name, label, hint, icon, fields in GROUPS
    ]
    return render_template("admin/settings/edit.html", form=form, groups=groups)
