"""What stands in front of the app: proxies that are trusted by count, and a sub-path."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from cms.config import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment


class SubPath:
    """Lets a site live below a path: SCRIPT_NAME holds it, whether or not the proxy cut it off."""

    def __init__(self, app: "WSGIApplication", prefix: str) -> None:
        self.app = app
        self.prefix = prefix

    def __call__(
        self, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        path = environ.get("PATH_INFO", "")
        if path == self.prefix or path.startswith(self.prefix + "/"):
            environ["PATH_INFO"] = path[len(self.prefix) :] or "/"
        environ["SCRIPT_NAME"] = self.prefix
        return self.app(environ, start_response)


def install(app: Flask, settings: Settings) -> None:
    """Wrap the app; proxies are believed only as far as REVERSE_PROXY says."""
    prefix = urlsplit(settings.site_url).path.rstrip("/")
    if prefix:
        app.wsgi_app = SubPath(app.wsgi_app, prefix)  # type: ignore[method-assign]
    for_, proto, host, port, path = settings.proxy_counts
    if any(settings.proxy_counts):
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=for_, x_proto=proto, x_host=host, x_port=port, x_prefix=path
        )
