"""The one place that makes links: it knows the site's address and the path it lives below."""

from urllib.parse import urlsplit

from cms import db
from cms.addresses import paths


def site_url() -> str:
    """The public address of the current site, without a closing slash."""
    return db.database().site_url


def local(path: str) -> str:
    """A link within the site to a kept path: encoded, below the site's own path."""
    return below() + paths.encode(path)


def absolute(path: str) -> str:
    """The full link to a kept path."""
    return site_url() + paths.encode(path)


def below() -> str:
    """The path that the whole site lives below, without a closing slash; often empty."""
    return urlsplit(site_url()).path.rstrip("/")


def own_path(url: str) -> str | None:
    """The kept form of the path when this link leads to the site itself, or None."""
    home = site_url()
    if url.startswith(home) and url[len(home) : len(home) + 1] in ("", "/", "?", "#"):
        rest = url[len(home) :]
    elif url.startswith("/") and not url.startswith("//"):
        prefix = below()
        if prefix and not url.startswith(prefix + "/"):
            return None
        rest = url[len(prefix) :]
    else:
        return None
    return paths.normalise(rest.split("#")[0].split("?")[0])
