"""Configuration from the environment: typed, frozen, refused at start by name when wrong."""

import hmac
import os
import re
import secrets
from collections.abc import Mapping
from functools import cached_property
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from cms.errors import BadConfiguration

ROOT = Path(__file__).resolve().parent.parent
# An installed package has no folder of its own to write in; a checkout has.
_HOME = ROOT if (ROOT / "pyproject.toml").is_file() else Path.cwd()
MIN_SECRET_LENGTH = 32  # characters
_QUEUES = ("sqlite", "postgresql", "postgres", "redis", "rediss")
_DATABASES = ("sqlite", "postgresql", "postgres", "mysql", "mariadb")

_ADDRESS = re.compile(r"[^\s@<>\"]+@[^\s@<>\"]+")
_MAIL_OPTIONS = {"from": _ADDRESS, "reply_to": _ADDRESS, "tls": re.compile("on|off")}

LogLevel = Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"]


def shipped(name: str) -> Path:
    """A folder that ships with the code: beside it in a checkout, within it in a wheel."""
    if (ROOT / "pyproject.toml").is_file():
        return ROOT / name
    return ROOT / "cms" / "_bundled" / name


class Settings(BaseSettings):
    """Everything an operator may set; the same names stand in docs/configuration.md."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore", case_sensitive=True)

    SECRET_KEY: SecretStr | None = Field(None, description="at least 32 characters")
    DATABASE_URL: str = Field(
        "",
        description="sqlite:///…, postgresql://… or mariadb://…; empty is a SQLite file",
        repr=False,  # It may hold a password.
    )
    SITE_URL: str = Field("", description="http:// or https://, a host, and at most a path")
    TRUSTED_HOSTS: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="host names, separated by commas; a leading dot means all below"
    )
    INSTANCE_PATH: Path = Field(_HOME / "instance", description="a folder that can be written to")
    HOST: str = Field("127.0.0.1", description="an address to listen on")
    PORT: int = Field(8000, ge=1, le=65535, description="a port from 1 to 65535")
    WORKERS: int = Field(
        min(2, os.cpu_count() or 1), ge=1, le=64, description="processes, from 1 to 64"
    )
    THREADS: int = Field(2, ge=1, le=64, description="threads of each process, from 1 to 64")
    LOG_LEVEL: LogLevel = Field("INFO", description="DEBUG, INFO, WARNING, ERROR or CRITICAL")
    LOG_FORMAT: Literal["text", "json"] = Field("text", description="text or json")
    REVERSE_PROXY: str = Field(
        "0,0,0,0,0",
        description="how many proxies set For, Proto, Host, Port, Prefix, such as 1,1,1,1,0",
    )
    MAIL_URL: SecretStr = Field(
        SecretStr(""),
        description="smtp://user:password@host:port or smtps://…, perhaps with ?from=, reply_to= "
        "(addresses) and tls=on or off; empty: letters go to the log",
    )
    JOBS_URL: SecretStr = Field(
        SecretStr(""),
        description="sqlite:///…, postgresql://… or redis://…; empty: the queue fits the database",
    )
    ADMIN_EMAIL: str = Field("", description="an e-mail address; makes the first owner")
    ADMIN_PASSWORD: SecretStr | None = Field(None, description="the first owner's password")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] | None = None) -> "Settings":
        """Read the environment; raises BadConfiguration naming each wrong value."""
        try:
            if environ is None:
                return cls()
            return cls(_env_file=None, **_known(environ))
        except ValidationError as error:
            raise BadConfiguration(_explain(error)) from None

    @field_validator("LOG_LEVEL", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("TRUSTED_HOSTS", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return tuple(host.strip().lower() for host in value.split(",") if host.strip())
        return value

    @field_validator("SECRET_KEY")
    @classmethod
    def _long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        if value is not None and len(value.get_secret_value()) < MIN_SECRET_LENGTH:
            raise ValueError("too short")
        return value

    @field_validator("DATABASE_URL")
    @classmethod
    def _known_database(cls, value: str) -> str:
        if value and value.split(":", 1)[0].split("+", 1)[0] not in _DATABASES:
            raise ValueError("unknown kind of database")
        return value

    @field_validator("SITE_URL")
    @classmethod
    def _is_site_url(cls, value: str) -> str:
        if not value:
            return value
        parts = urlsplit(value)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("not an address of a site")
        if parts.query or parts.fragment or parts.username:
            raise ValueError("more than a host and a path")
        return value.rstrip("/")

    @field_validator("REVERSE_PROXY")
    @classmethod
    def _five_counts(cls, value: str) -> str:
        parts = [part.strip() for part in value.split(",")]
        if len(parts) > 5 or not all(part.isdigit() and int(part) <= 9 for part in parts):
            raise ValueError("not five counts")
        return ",".join(parts + ["0"] * (5 - len(parts)))

    @field_validator("MAIL_URL")
    @classmethod
    def _is_mail_url(cls, value: SecretStr) -> SecretStr:
        parts = urlsplit(value.get_secret_value())
        if value and (parts.scheme not in ("smtp", "smtps") or not parts.hostname):
            raise ValueError("not an address of a mail server")
        options = parse_qs(parts.query, keep_blank_values=True)
        for name, values in options.items():
            if name not in _MAIL_OPTIONS or not _MAIL_OPTIONS[name].fullmatch(values[-1]):
                raise ValueError("an option that is not known")
        return value

    @field_validator("JOBS_URL")
    @classmethod
    def _is_queue_url(cls, value: SecretStr) -> SecretStr:
        if value and urlsplit(value.get_secret_value()).scheme not in _QUEUES:
            raise ValueError("unknown kind of queue")
        return value

    @cached_property
    def database_url(self) -> str:
        """Where the content lives, as SQLAlchemy reads it."""
        if not self.DATABASE_URL:
            return f"sqlite:///{self.INSTANCE_PATH / 'carafe.sqlite3'}"
        scheme, rest = self.DATABASE_URL.split(":", 1)
        kind = scheme.split("+", 1)[0]
        if kind in ("postgres", "postgresql"):
            return "postgresql+psycopg:" + rest
        if kind in ("mysql", "mariadb"):
            return "mariadb+pymysql:" + rest
        return self.DATABASE_URL

    @cached_property
    def site_url(self) -> str:
        """The public address without a slash at its end; every absolute link starts with it."""
        if self.SITE_URL:
            return self.SITE_URL
        host = "127.0.0.1" if self.HOST in ("0.0.0.0", "::") else self.HOST  # noqa: S104
        shown = f"[{host}]" if ":" in host else host
        return f"http://{shown}:{self.PORT}"

    @cached_property
    def is_https(self) -> bool:
        """Whether visitors come by HTTPS, so cookies and headers may insist on it."""
        return self.site_url.startswith("https://")

    @cached_property
    def trusted_hosts(self) -> tuple[str, ...]:
        """The host names that are answered; others get 400."""
        hosts = {urlsplit(self.site_url).hostname or "", *self.TRUSTED_HOSTS}
        if not self.SITE_URL and _is_local(self.HOST):
            hosts |= {"localhost", "127.0.0.1", "[::1]"}
        return tuple(sorted(host for host in hosts if host))

    @cached_property
    def proxy_counts(self) -> tuple[int, int, int, int, int]:
        """How many proxies are trusted to set For, Proto, Host, Port and Prefix."""
        first, second, third, fourth, fifth = map(int, self.REVERSE_PROXY.split(","))
        return first, second, third, fourth, fifth

    @property
    def mail_url(self) -> str:
        """The mail server with its password; empty when letters go to the log."""
        return self.MAIL_URL.get_secret_value()

    @property
    def jobs_url(self) -> str:
        """Where the queue of jobs lives: in a file, in PostgreSQL, or in Redis."""
        if given := self.JOBS_URL.get_secret_value():
            return re.sub(r"^postgres(ql)?(\+\w+)?:", "postgresql:", given)
        if self.database_url.startswith("postgresql"):
            return self.database_url.replace("postgresql+psycopg:", "postgresql:", 1)
        return f"sqlite:///{self.INSTANCE_PATH / 'jobs.sqlite3'}"

    def secret_key(self) -> str:
        """The key that signs; made once in the instance folder (0600) when none is set."""
        return self.read_secret.get_secret_value()

    @cached_property
    def read_secret(self) -> SecretStr:
        """The same, read once."""
        if self.SECRET_KEY is not None:
            return self.SECRET_KEY
        return SecretStr(_kept_secret(self.INSTANCE_PATH / "secret_key"))

    def key_for(self, purpose: str) -> bytes:
        """A key made from the secret one, for one purpose: what leaks there is of no use here."""
        return hmac.digest(self.secret_key().encode(), f"carafe {purpose}".encode(), "sha256")


def _known(environ: Mapping[str, str]) -> dict[str, Any]:
    fields = Settings.model_fields.items()
    return {name: environ.get(name, field.get_default()) for name, field in fields}


def _explain(error: ValidationError) -> str:
    lines = []
    for problem in error.errors():
        name = str(problem["loc"][0])
        allowed = Settings.model_fields[name].description
        # The value itself is not repeated: it may hold a password, and this goes to a log.
        lines.append(f"{name} is not valid: expected {allowed}.")
    return "\n".join(lines)


def _kept_secret(path: Path) -> str:
    try:
        return path.read_text("ascii").strip()
    except FileNotFoundError:
        pass
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w") as file:
        file.write(secrets.token_urlsafe(48) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        # Linking fails when another process was first, so all of them end up with one key.
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
    return path.read_text("ascii").strip()


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback or ip_address(host).is_unspecified
    except ValueError:
        return False
