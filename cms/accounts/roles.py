"""What can be done, and which role may do it: one table, read by everything else."""

from enum import StrEnum

from cms.i18n import LazyText
from cms.i18n import lazy_gettext as _


class Permission(StrEnum):
    """Something a person may be allowed to do."""

    SIGN_IN = "sign-in"
    WRITE = "write"
    EDIT_OWN = "edit-own"
    EDIT_ANY = "edit-any"
    PUBLISH_OWN = "publish-own"
    PUBLISH_ANY = "publish-any"
    TRASH_OWN = "trash-own"
    TRASH_ANY = "trash-any"
    DELETE_FOREVER = "delete-forever"
    READ_PRIVATE = "read-private"
    UPLOAD_MEDIA = "upload-media"
    MANAGE_MEDIA = "manage-media"
    MANAGE_TERMS = "manage-terms"
    MANAGE_MENUS = "manage-menus"
    MANAGE_PROFILES = "manage-profiles"
    MANAGE_REDIRECTS = "manage-redirects"
    MANAGE_SETTINGS = "manage-settings"
    MANAGE_THEMES = "manage-themes"
    MANAGE_PEOPLE = "manage-people"
    MANAGE_OWNERS = "manage-owners"
    VIEW_ACTIVITY = "view-activity"
    IMPORT = "import"
    EXPORT = "export"

    @property
    def label(self) -> LazyText:
        """What it means, in words for people."""
        return LABELS[self]


class Role(StrEnum):
    """The part that someone plays on this site."""

    OWNER = "owner"
    ADMINISTRATOR = "administrator"
    EDITOR = "editor"
    AUTHOR = "author"
    CONTRIBUTOR = "contributor"

    @property
    def label(self) -> LazyText:
        """The role's name, in words for people."""
        return ROLE_LABELS[self]


P = Permission

# Everyone who works here may read what is only for people who work here.
_CONTRIBUTOR = frozenset({P.SIGN_IN, P.WRITE, P.EDIT_OWN, P.READ_PRIVATE})
_AUTHOR = _CONTRIBUTOR | {P.PUBLISH_OWN, P.TRASH_OWN, P.UPLOAD_MEDIA}
_EDITOR = _AUTHOR | {
    P.EDIT_ANY,
    P.PUBLISH_ANY,
    P.TRASH_ANY,
    P.MANAGE_MEDIA,
    P.MANAGE_TERMS,
    P.MANAGE_MENUS,
    P.MANAGE_PROFILES,
    P.MANAGE_REDIRECTS,
    P.VIEW_ACTIVITY,
}
_ADMINISTRATOR = _EDITOR | {
    P.DELETE_FOREVER,
    P.MANAGE_SETTINGS,
    P.MANAGE_THEMES,
    P.MANAGE_PEOPLE,
    P.IMPORT,
    P.EXPORT,
}
_OWNER = _ADMINISTRATOR | {P.MANAGE_OWNERS}

ROLES: dict[Role, frozenset[Permission]] = {
    Role.OWNER: _OWNER,
    Role.ADMINISTRATOR: _ADMINISTRATOR,
    Role.EDITOR: _EDITOR,
    Role.AUTHOR: _AUTHOR,
    Role.CONTRIBUTOR: _CONTRIBUTOR,
}

# Who may do it to anyone's may do it to their own.
OWN_OF: dict[Permission, Permission] = {
    P.EDIT_ANY: P.EDIT_OWN,
    P.PUBLISH_ANY: P.PUBLISH_OWN,
    P.TRASH_ANY: P.TRASH_OWN,
}

ROLE_LABELS: dict[Role, LazyText] = {
    Role.OWNER: _("Owner"),
    Role.ADMINISTRATOR: _("Administrator"),
    Role.EDITOR: _("Editor"),
    Role.AUTHOR: _("Author"),
    Role.CONTRIBUTOR: _("Contributor"),
}

LABELS: dict[Permission, LazyText] = {
    P.SIGN_IN: _("sign in"),
    P.WRITE: _("write drafts"),
    P.EDIT_OWN: _("edit their own entries"),
    P.EDIT_ANY: _("edit anyone’s entries"),
    P.PUBLISH_OWN: _("publish their own entries"),
    P.PUBLISH_ANY: _("publish anyone’s entries"),
    P.TRASH_OWN: _("move their own entries to the trash"),
    P.TRASH_ANY: _("move anyone’s entries to the trash"),
    P.DELETE_FOREVER: _("delete entries forever"),
    P.READ_PRIVATE: _("read what is not public"),
    P.UPLOAD_MEDIA: _("upload media"),
    P.MANAGE_MEDIA: _("manage anyone’s media"),
    P.MANAGE_TERMS: _("manage tags and categories"),
    P.MANAGE_MENUS: _("manage menus"),
    P.MANAGE_PROFILES: _("manage profiles"),
    P.MANAGE_REDIRECTS: _("manage redirects"),
    P.MANAGE_SETTINGS: _("change the site’s settings"),
    P.MANAGE_THEMES: _("manage themes"),
    P.MANAGE_PEOPLE: _("manage people"),
    P.MANAGE_OWNERS: _("manage owners"),
    P.VIEW_ACTIVITY: _("see what everyone did"),
    P.IMPORT: _("import content"),
    P.EXPORT: _("export content"),
}
