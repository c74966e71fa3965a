"""The one place that makes links: it knows the site's address and the path it lives below."""

from functools import lru_cache
from urllib.parse import urlsplit

from cms import db
from cms.addresses import paths


def site_url() -> str:
    """The public address of the current site, without a closing slash."""
    return db.database().site_url


def local(path: str) -> str:
    """A link within the site to a kept path: encoded, below the site's own path."""
    return _path_of(db.database().site_url) + paths.encode(path)


def absolute(path: str) -> str:
    """The full link to a kept path."""
    return db.database().site_url + paths.encode(path)


def below() -> str:
    """The path that the whole site lives below, without a closing slash; often empty."""
    return _path_of(site_url())


@lru_cache(maxsize=64)
def _path_of(address: str) -> str:
    return urlsplit(address).path.rstrip("/")
