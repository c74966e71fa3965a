"""The settings of the site, in groups on one page."""

import json
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from wtforms import BooleanField, HiddenField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import InputRequired, Length, NumberRange

from cms import db, i18n
from cms.accounts.permissions import Permission
from cms.addresses import paths
from cms.admin import notes, presenting
from cms.admin.door import blueprint
from cms.content import listing
from cms.errors import Rejected
from cms.history import recording
from cms.i18n import gettext as _
from cms.i18n import lazy_gettext as __
from cms.site import head_tags, setting_history, settings
from cms.web import display, gate, languages, pagination, theming, urls, zones
from cms.web.forms import CarafeForm, choices

MAX_PAGES = 500  # pages that can be chosen as the front
FRONT = (("posts", __("The latest posts")), ("page", __("A page")))
FEED_TEXT = (("full", __("The whole text")), ("excerpt", __("The excerpt")))
ACCESS = (
    ("public", __("Everyone")),
    ("private", __("Only people who work here")),
    ("coming-soon", __("Nobody yet: visitors see “coming soon”")),
)
CARDS = (
    ("auto", __("Large when there is an image")),
    ("summary", __("Always small")),
    ("summary_large_image", __("Always large")),
)
PATTERNS = (
    "/{slug}/",
    "/{year}/{slug}/",
    "/{year}/{month}/{slug}/",
    "/{year}/{month}/{day}/{slug}/",
)
_L = settings.LABELS
_PER_PAGE = NumberRange(1, settings.MAX_PER_PAGE)


class SettingsForm(CarafeForm):
    """What editors set for the whole site."""

    # What the form showed: only what was changed against it is saved.
    shown = HiddenField()
    title = StringField(_L["title"], [InputRequired(__("Give the site a name.")), Length(max=120)])
    tagline = StringField(_L["tagline"], [Length(max=200)])
    description = TextAreaField(
        _L["description"], [Length(max=500)], description=__("For search engines and previews.")
    )
    copyright = StringField(_L["copyright"], [Length(max=200)])
    locale = SelectField(_L["locale"])
    other_locale = StringField(
        __("Another language"),
        [Length(max=40)],
        description=__("Its tag, such as eo, pt-AO or zh-Hant; used when none of the list fits."),
    )
    timezone = SelectField(_L["timezone"])
    front = SelectField(_L["front"], choices=choices(FRONT))
    front_page = SelectField(_L["front_page"], validate_choice=False)
    posts_path = StringField(
        _L["posts_path"],
        [Length(max=200)],
        description=__("Where the posts are when the home page is a page."),
    )
    post_path = StringField(
        _L["post_path"],
        [InputRequired(), Length(max=200)],
        description=__("May hold {year}, {month}, {day} and must hold {slug}."),
    )
    posts_per_page = IntegerField(_L["posts_per_page"], [InputRequired(), _PER_PAGE])
    feed_size = IntegerField(_L["feed_size"], [InputRequired(), _PER_PAGE])
    feed_text = SelectField(_L["feed_text"], choices=choices(FEED_TEXT))
    access = SelectField(_L["access"], choices=choices(ACCESS))
    coming_soon_text = TextAreaField(_L["coming_soon_text"], [Length(max=500)])
    search_engines = BooleanField(_L["search_engines"])
    markdown_pages = BooleanField(
        _L["markdown_pages"], description=__("At their address with .md, and /llms.txt.")
    )
    ai_crawlers = BooleanField(
        _L["ai_crawlers"], description=__("Off: robots.txt asks those that collect texts to leave.")
    )
    sharing_image = StringField(
        _L["sharing_image"],
        [Length(max=300)],
        description=__("Its address. Shown where a page without an image of its own is shared."),
    )
    x_card = SelectField(_L["x_card"], choices=choices(CARDS))
    head_tags = TextAreaField(
        _L["head_tags"],
        [Length(max=5_000)],
        description=__(
            'Such as <meta name="google-site-verification" content="…"> or '
            '<link rel="me" href="…">, one to a line. Nothing that runs.'
        ),
    )
    social = TextAreaField(_L["social"], description=__("One address to a line."))
    theme = SelectField(_L["theme"])


GROUPS = (
    ("general", __("General"), "", "settings",
     ("title", "tagline", "description", "copyright", "locale", "other_locale", "timezone")),
    ("reading", __("Reading"), "", "page",
     ("front", "front_page", "posts_path", "posts_per_page", "theme")),
    ("addresses", __("Addresses"), __("Entries that are there keep their addresses."), "link",
     ("post_path",)),
    ("access", __("Visitors"), "", "lock",
     ("access", "coming_soon_text", "search_engines", "ai_crawlers", "markdown_pages")),
    ("feeds", __("Feeds"), "", "site", ("feed_size", "feed_text")),
    ("social", __("Sharing and profiles"), "", "people", ("social", "sharing_image", "x_card")),
    ("head", __("Proofs and links"), __("For services that ask whether the site is yours."), "link",
     ("head_tags",)),
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
    data["head_tags"] = head_tags.write(present.head_tags)
    data["social"] = "\n".join(present.social)
    data["front_page"] = present.front_page or ""
    if present.locale not in languages.OFFERED:
        data["locale"], data["other_locale"] = languages.OTHER, present.locale
    return _page(_with_choices(SettingsForm(formdata=None, data=data)))


@blueprint.post("/settings", endpoint="settings_update")
@gate.requires(Permission.MANAGE_SETTINGS)
def update() -> ResponseReturnValue:
    """Keep the settings."""
    form = _with_choices(SettingsForm())
    form.validate()
    if form.ok:
        try:
            changes = _changes(form)
            if _show_collisions(form, changes):
                return _page(form), 409
            settings.save(changes, by=gate.signed_in_person(), now=gate.now())
        except Rejected as refusal:
            form.show(refusal)
    if not form.ok:
        return _page(form), 422
    db.commit()
    notes.leave(_("Saved."), recording.latest())
    return urls.see_other("admin.settings")


@blueprint.get("/settings/history/", endpoint="settings_history")
@gate.requires(Permission.MANAGE_SETTINGS)
def history() -> str:
    """Who changed which setting, from what to what."""
    group = next((each for each in GROUPS if each[0] == request.args.get("group")), None)
    keys = group[4] if group else ()
    pages = pagination.of_request(setting_history.count_steps(keys), setting_history.SHOWN)
    pages.ensure_exists()
    steps = setting_history.list_steps(keys, offset=pages.offset)
    names = presenting.person_names(step.account_id for step in steps)
    crumbs = [{"label": _("Settings"), "href": url_for("admin.settings")}]
    return render_template(
        "admin/settings/history.html",
        crumbs=[*crumbs, {"label": _("History"), "href": ""}],
        heading=_("History of {group}", group=group[1]) if group else _("History of settings"),
        steps=[_step(step, names) for step in steps],
        pages=pages,
    )


@blueprint.post("/settings/history/<step_id>/restoration", endpoint="settings_restore")
@gate.requires(Permission.MANAGE_SETTINGS)
def restore(step_id: str) -> ResponseReturnValue:
    """Give a setting the value it had before a change."""
    try:
        key = setting_history.restore(step_id, by=gate.signed_in_person(), now=gate.now())
    except Rejected as refusal:
        notes.leave(refusal.message, category="error")
        return urls.see_other("admin.settings_history")
    db.commit()
    notes.leave(
        _("“{name}” is as it was before.", name=str(settings.LABELS[key])), recording.latest()
    )
    return urls.see_other("admin.settings_history")


def _step(step: setting_history.Step, names: dict[str, str]) -> dict[str, Any]:
    present = settings.plain(getattr(settings.load(), step.key))
    return {
        "label": str(settings.LABELS[step.key]),
        "before": _in_words(step.key, step.before),
        "after": _in_words(step.key, step.after),
        "who": names.get(step.account_id or "", _("Someone")),
        "at": step.at,
        "restore_action": url_for("admin.settings_restore", step_id=step.id)
        if step.before != present
        else None,
    }


def _in_words(key: str, value: Any) -> str:
    """A value as the form says it."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if key == "head_tags":
        return head_tags.write(tuple(tuple(each) for each in value or ()))
    if key == "front_page" and value:
        page = listing.find_lines([value], now=gate.now()).get(value)
        return (page.title or _("Untitled")) if page else _("(gone)")
    if key == "locale":
        return languages.own_name(value)
    if isinstance(value, list):
        return "\n".join(value)
    named = {"front": FRONT, "feed_text": FEED_TEXT, "access": ACCESS, "x_card": CARDS}
    return str(dict(named.get(key, ())).get(value, "" if value is None else value))


def _show_collisions(form: SettingsForm, changes: dict[str, Any]) -> bool:
    """Say where someone else changed the same setting meanwhile; a second save replaces it."""
    present, shown = settings.load(), _shown(form)
    collided = False
    for key, value in changes.items():
        theirs = settings.plain(getattr(present, key))
        if key in shown and shown[key] != theirs and settings.plain(value) != theirs:
            words = _("Someone changed this to “{value}” meanwhile. Save again to replace it.",
                      value=_in_words(key, theirs))  # fmt: skip
            form[key].errors = [*form[key].errors, words]
            shown[key] = theirs
            collided = True
    form.shown.data = json.dumps(shown, ensure_ascii=False)
    return collided


def _changes(form: SettingsForm) -> dict[str, Any]:
    """What the person changed; what another one changed meanwhile stays as it is."""
    changes = {field.name: field.data for field in form if hasattr(settings.DEFAULTS, field.name)}
    changes["social"] = [line.strip() for line in (form.social.data or "").splitlines() if line]
    changes["front_page"] = form.front_page.data or None
    changes["head_tags"] = head_tags.parse(form.head_tags.data or "")
    for name in ("tagline", "description", "copyright", "coming_soon_text", "sharing_image"):
        changes[name] = changes[name] or ""
    changes["locale"] = _language(form)
    path = "/" + (form.posts_path.data or "").strip("/") + "/"
    changes["posts_path"] = path if path != "//" else settings.DEFAULTS.posts_path
    problem = paths.problem_with(paths.normalise(changes["posts_path"]))
    if problem:
        raise Rejected(problem, field="posts_path")
    shown = _shown(form)
    return {
        name: value
        for name, value in changes.items()
        if name not in shown or shown[name] != settings.plain(value)
    }


def _language(form: SettingsForm) -> str:
    """The tag of the chosen language, in its usual form where it was typed."""
    if form.locale.data != languages.OTHER:
        return str(form.locale.data)
    tag = i18n.read_tag(form.other_locale.data or "")
    if tag is None or len(tag) > settings.MAX_LOCALE:
        words = _("A language is written as a tag, such as en, pt-BR or zh-Hant.")
        raise Rejected(words, field="other_locale")
    return tag


def _shown(form: SettingsForm) -> dict[str, Any]:
    try:
        shown = json.loads(form.shown.data or "{}")
    except (ValueError, RecursionError):
        return {}
    return shown if isinstance(shown, dict) else {}


def _with_choices(form: SettingsForm) -> SettingsForm:
    form.locale.choices = languages.offered(other=True)
    form.timezone.choices = zones.offered(also=display.site().timezone)
    pages = listing.list_titles(
        listing.Filter(type="page", sort="title", descending=False), now=gate.now(), limit=MAX_PAGES
    )
    found = [(entry_id, title or _("Untitled")) for entry_id, title in pages]
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
            "history_href": url_for("admin.settings_history", group=name),
        }
        for name, label, hint, icon, fields in GROUPS
    ]
    return render_template(
        "admin/settings/edit.html",
        form=form,
        groups=groups,
        patterns=[(pattern, _example(pattern)) for pattern in PATTERNS],
        example=_example(form.post_path.data or ""),
        samples_href=url_for("admin.samples"),
    )


def _example(pattern: str) -> str:
    """Where a post of today would stand, or "" when the pattern cannot be."""
    today = gate.now().astimezone(display.zone())
    values = {"{year}": today.strftime("%Y"), "{month}": today.strftime("%m"),
              "{day}": today.strftime("%d"), "{slug}": _("a-quiet-desk")}  # fmt: skip
    for part, value in values.items():
        pattern = pattern.replace(part, value)
    return "" if "{" in pattern or not pattern.startswith("/") else urls.absolute_url(pattern)
