"""Profiles: who is named in bylines, with or without an account."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from cms import db, ids, text
from cms.accounts import permissions
from cms.accounts.permissions import Permission, Person
from cms.addresses import book
from cms.content import reindexing
from cms.content.models import EntryByline, Profile
from cms.errors import NotFound, Rejected
from cms.history import recording
from cms.i18n import gettext as _

MAX_NAME = 200  # characters
MAX_BIO = 10_000
MAX_LINKS = 20
MAX_LINK = 500  # characters
MAX_SEO = 500  # characters


def create_profile(
    name: str,
    *,
    by: Person,
    now: datetime,
    handle: str = "",
    bio: str = "",
    links: Sequence[str] = (),
    image: str = "",
    seo_description: str = "",
    account_id: str | None = None,
) -> Profile:
    """A new profile; its handle is made from the name when none is given. Raises Rejected."""
    if not (by.id and account_id == by.id):
        permissions.ensure_may(by, Permission.MANAGE_PROFILES)
    name = _checked_name(name)
    with recording.act(_("Added the profile of {name}", name=name), by=by, now=now):
        profile = Profile(
            id=ids.new_id(),
            name=name,
            handle="",
            account_id=account_id,
            created_at=now,
        )
        _describe(profile, bio, links)
        _show(profile, image, seo_description)
        _take_handle(profile, text.make_slug(handle) or _free_handle(name), now=now)
        db.session().add(profile)
        db.session().flush()
    return profile


def update_profile(
    profile: Profile,
    *,
    by: Person,
    now: datetime,
    name: str,
    handle: str,
    bio: str = "",
    links: Sequence[str] = (),
    image: str = "",
    seo_description: str = "",
) -> None:
    """Change a profile; its old address leads on. Raises Rejected, NotAllowed."""
    if not (by.id and profile.account_id == by.id):
        permissions.ensure_may(by, Permission.MANAGE_PROFILES)
    with recording.act(_("Changed the profile of {name}", name=profile.name), by=by, now=now):
        is_renamed = profile.name != (name := _checked_name(name))
        profile.name = name
        _describe(profile, bio, links)
        _show(profile, image, seo_description)
        _take_handle(profile, text.make_slug(handle) or profile.handle, now=now)
        book.leave("profile", profile.id, but=path_for(profile.handle))
        if is_renamed:
            reindexing.of_profiles([profile.id], now=now)


def erase_profile(profile: Profile, *, by: Person, now: datetime) -> None:
    """Take away a profile that nothing names; its address is free. Raises NotAllowed."""
    permissions.ensure_may(by, Permission.MANAGE_PROFILES)
    with recording.act(_("Removed the profile of {name}", name=profile.name), by=by, now=now):
        for line in book.list_for("profile", profile.id):
            db.session().delete(line)
        db.session().delete(profile)
        db.session().flush()


def ensure_profile(name: str, *, by: Person, now: datetime) -> Profile:
    """The profile of this name, made when there is none."""
    return find_by_name(name) or create_profile(name, by=by, now=now)


def ensure_own_profile(person: Person, *, now: datetime) -> Profile | None:
    """The profile of a person who has an account, made at first need."""
    if not person.id:
        return None
    found = find_for_account(person.id)
    return found or create_profile(person.name, by=person, now=now, account_id=person.id)


def find_by_name(name: str) -> Profile | None:
    """The profile of this name, letter case aside."""
    name = text.clean_line(name)
    alike = sa.or_(sa.func.lower(Profile.name) == name.lower(),
                   Profile.handle == text.make_slug(name))  # fmt: skip
    found = db.session().scalars(sa.select(Profile).where(alike).order_by(Profile.id))
    # Databases differ in what they call equal; José is not Jose.
    same = [each for each in found if each.name.casefold() == name.casefold()]
    # Someone who still goes by that name comes before whoever was merged into another.
    standing = next((each for each in same if each.merged_into_id is None), None)
    return standing or (_standing_for(same[0]) if same else None)


def known_names(names: Collection[str]) -> Sequence[str]:
    """Those of these names that profiles have."""
    query = sa.select(Profile.name).where(
        sa.func.lower(Profile.name).in_([name.lower() for name in names])
    )
    return db.session().scalars(query).all()


def find_by_handle(handle: str) -> Profile | None:
    """The profile with this handle."""
    return db.session().scalar(sa.select(Profile).where(Profile.handle == handle))


def find_for_account(account_id: str) -> Profile | None:
    """The profile that belongs to an account."""
    query = sa.select(Profile).where(Profile.account_id == account_id)
    return db.session().scalars(query).one_or_none()


def get_profile(profile_id: str) -> Profile:
    """The profile with this id; raises NotFound."""
    profile = db.session().get(Profile, profile_id) if ids.is_id(profile_id) else None
    if profile is None:
        raise NotFound(_("This profile is not there."))
    return profile


def list_profiles(
    words: str = "", *, limit: int | None = None, offset: int = 0
) -> Sequence[Profile]:
    """The profiles whose name or handle holds the words, by name."""
    query = _select(words).order_by(Profile.name, Profile.id)
    return db.session().scalars(query.limit(limit).offset(offset)).all()


def count_profiles(words: str = "") -> int:
    """How many profiles have a name or handle that holds the words."""
    inner = _select(words).with_only_columns(Profile.id).subquery()
    return db.session().scalar(sa.select(sa.func.count()).select_from(inner)) or 0


def count_bylines(profile_ids: Iterable[str]) -> Mapping[str, int]:
    """In how many entries each of these profiles is named; who is in none is left out."""
    query = (
        sa.select(EntryByline.profile_id, sa.func.count())
        .where(EntryByline.profile_id.in_(list(profile_ids)))
        .group_by(EntryByline.profile_id)
    )
    return {row[0]: row[1] for row in db.session().execute(query)}


def find_profiles(profile_ids: Iterable[str]) -> Mapping[str, Profile]:
    """The profiles with these ids, by id."""
    wanted = set(profile_ids)
    if not wanted:
        return {}
    query = sa.select(Profile).where(Profile.id.in_(wanted))
    return {profile.id: profile for profile in db.session().scalars(query)}


def path_for(handle: str) -> str:
    """The path of the public page of whoever has this handle."""
    return f"/author/{handle}/"


def select_standing(profile_ids: Iterable[str]) -> sa.Select[str, str, str]:
    """Asks for each id: itself, and handle and name of the profile that stands for it now."""
    other = sa.orm.aliased(Profile)
    stands = other.id == sa.func.coalesce(Profile.merged_into_id, Profile.id)
    return (
        sa.select(Profile.id, other.handle, other.name)
        .join(other, stands)
        .where(Profile.id.in_(list(profile_ids)))
    )


def _standing_for(profile: Profile) -> Profile:
    return get_profile(profile.merged_into_id or profile.id)


def _select(words: str) -> sa.Select[Profile]:
    query = sa.select(Profile).where(Profile.merged_into_id.is_(None))
    if words:
        low = words.lower()
        alike = (
            sa.func.lower(Profile.name).contains(low, autoescape=True),
            Profile.handle.contains(low, autoescape=True),
        )
        query = query.where(sa.or_(*alike))
    return query


def _take_handle(profile: Profile, handle: str, *, now: datetime) -> None:
    try:
        book.claim(path_for(handle), "profile", profile.id, now=now)
    except Rejected:
        raise Rejected(_("Someone else has this address."), field="handle") from None
    profile.handle = handle


def _describe(profile: Profile, bio: str, links: Sequence[str]) -> None:
    if len(bio) > MAX_BIO or text.has_unstorable(bio):
        raise Rejected(_("At most {most} characters fit here.", most=MAX_BIO), field="bio")
    if len(links) > MAX_LINKS or not all(_is_link(link) for link in links):
        raise Rejected(_("Links start with https:// and stand one to a line."), field="links")
    profile.bio = text.clean_source(bio)
    profile.links = list(links)


def _show(profile: Profile, image: str, seo_description: str) -> None:
    if image and not (_is_link(image) and image.startswith("https://")):
        raise Rejected(_("The address of a picture starts with https://."), field="image")
    if len(seo_description) > MAX_SEO or text.has_unstorable(seo_description):
        words = _("At most {most} characters fit here.", most=MAX_SEO)
        raise Rejected(words, field="seo_description")
    profile.image = {"url": image} if image else None
    profile.seo = {"description": seo_description} if seo_description else None


def _is_link(link: str) -> bool:
    if text.has_unstorable(link) or text.has_controls(link) or any(map(str.isspace, link)):
        return False
    return link.startswith(("https://", "http://", "mailto:")) and len(link) <= MAX_LINK


def _checked_name(name: str) -> str:
    name = text.clean_line(name)
    if not name or len(name) > MAX_NAME or text.has_unstorable(name):
        raise Rejected(_("Give a name of at most {most} letters.", most=MAX_NAME), field="name")
    return name


def _free_handle(name: str) -> str:
    handle = text.make_slug(name) or ids.new_id().lower()
    free, number = handle, 2
    while book.find(path_for(free)) is not None:
        free, number = f"{handle}-{number}", number + 1
    return free
